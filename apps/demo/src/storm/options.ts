import { parseArgs } from "node:util";
import { StartUpError } from "../start-up-error.js";

export const usage = `Usage: npm run demo:storm -- [options]

  --operations N    how many operations (1000)
  --clients N       how many clients ask for each of them at once (3)
  --concurrency N   how many operations are under way at once (64)
  --url URL         a demo that runs already, under npm start so that it comes back; default: one of its own
  --no-crash        leave the crash out`;

export interface CommandLine {
  readonly operations: number;
  readonly clients: number;
  readonly concurrency: number;
  readonly url: string | undefined;
  readonly crash: boolean;
  readonly help: boolean;
}

/** Reads the command line; what makes no sense is a {@link StartUpError} with the usage. */
export function readOptions(args: readonly string[]): CommandLine {
  const values = parse(args);
  return {
    operations: wholeNumber("operations", values.operations, 1_000),
    clients: wholeNumber("clients", values.clients, 3),
    concurrency: wholeNumber("concurrency", values.concurrency, 64),
    url: values.url === undefined ? undefined : origin(values.url),
    crash: values.crash ?? true,
    help: values.help ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowNegative: true,
      options: {
        operations: { type: "string" },
        clients: { type: "string" },
        concurrency: { type: "string" },
        url: { type: "string" },
        crash: { type: "boolean" },
        help: { type: "boolean" },
      },
    }).values;
  } catch (cause) {
    throw new StartUpError(`${cause instanceof Error ? cause.message : cause}\n\n${usage}`, { cause });
  }
}

function wholeNumber(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new StartUpError(`--${name} has to be a whole number of at least 1, not ${JSON.stringify(text)}.\n\n${usage}`);
}

function origin(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return new URL(text).origin;
  throw new StartUpError(`--url has to be an http or https URL, not ${JSON.stringify(text)}.\n\n${usage}`);
}
