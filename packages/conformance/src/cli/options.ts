import { parseArgs } from "node:util";
import { type BindingFeature, bindingFeatures } from "../binding/scenario.js";
import type { Level } from "../case.js";
import { UsageError } from "./usage.js";

/** What the command line says. */
export interface CliOptions {
  /** The module of the fixture. */
  readonly fixture: string | undefined;
  /** The server to audit instead. */
  readonly url: string | undefined;
  readonly lacks: Readonly<Partial<Record<BindingFeature, string>>>;
  readonly only: readonly string[];
  readonly level: Level;
  /** The file of the known failures. */
  readonly knownFailures: string | undefined;
  readonly strict: boolean;
  readonly timeoutMs: number | undefined;
  /** How many cases may run at the same time. */
  readonly concurrency: number | undefined;
  readonly races: boolean;
  readonly json: boolean;
  /** What to write instead of a run. */
  readonly show: "list" | "scenarios" | "help" | "version" | undefined;
}

const flags = {
  url: { type: "string" },
  lacks: { type: "string", multiple: true },
  only: { type: "string", multiple: true },
  level: { type: "string" },
  "known-failures": { type: "string" },
  "no-strict": { type: "boolean" },
  timeout: { type: "string" },
  concurrency: { type: "string" },
  races: { type: "boolean" },
  json: { type: "boolean" },
  list: { type: "boolean" },
  scenarios: { type: "boolean" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "v" },
} as const;

const shows = ["help", "version", "scenarios", "list"] as const;

/** Reads the command line; throws a {@link UsageError}. */
export function readOptions(args: readonly string[]): CliOptions {
  const { values, positionals } = parsed(args);
  const { url, races = false } = values;
  const [fixture, ...more] = positionals;
  const show = shows.find((each) => values[each] === true);
  if (more.length > 0) {
    throw new UsageError(`${more[0]}: one fixture is checked at a time; a module may export a list of them`);
  }
  if (show === undefined && (fixture === undefined) === (url === undefined)) {
    throw new UsageError(
      url === undefined
        ? "There is nothing to check: name the module of a fixture, or a server by --url"
        : `${fixture} and --url: name either a fixture or a server`,
    );
  }
  if (races && fixture === undefined) throw new UsageError("--races: it needs the fixture of a store");
  return {
    fixture,
    url: url === undefined ? undefined : addressOf(url),
    lacks: lacksOf(values.lacks ?? [], url),
    only: (values.only ?? []).flatMap((each) => each.split(",")).filter((each) => each !== ""),
    level: levelOf(values.level ?? "may"),
    knownFailures: values["known-failures"],
    strict: values["no-strict"] !== true,
    timeoutMs: values.timeout === undefined ? undefined : wholeNumber("timeout", values.timeout, "of milliseconds "),
    concurrency: values.concurrency === undefined ? undefined : wholeNumber("concurrency", values.concurrency),
    races,
    json: values.json === true,
    show,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function addressOf(url: string): string {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new UsageError(`--url ${url}: it has to be an address such as http://127.0.0.1:8080`);
}

function lacksOf(entries: readonly string[], url: string | undefined): CliOptions["lacks"] {
  if (entries.length > 0 && url === undefined) {
    throw new UsageError("--lacks goes with --url; a fixture says itself what its server lacks");
  }
  const lacks: Partial<Record<BindingFeature, string>> = {};
  for (const entry of entries) {
    const [feature = "", ...reason] = entry.split("=");
    if (!isFeature(feature)) {
      throw new UsageError(`--lacks ${feature}: it has to be one of ${Object.keys(bindingFeatures).join(", ")}`);
    }
    lacks[feature] = reason.join("=") || "as --lacks says";
  }
  return lacks;
}

function isFeature(name: string): name is BindingFeature {
  return Object.hasOwn(bindingFeatures, name);
}

function levelOf(text: string): Level {
  if (text === "must" || text === "should" || text === "may") return text;
  throw new UsageError(`--level ${text}: it has to be must, should or may`);
}

function wholeNumber(option: string, text: string, unit = ""): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`--${option} ${text}: it has to be a whole number ${unit}of at least 1`);
}
