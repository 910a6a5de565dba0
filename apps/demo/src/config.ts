import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { StartUpError } from "./start-up-error.js";

/** What the environment says about this start. */
export interface Config {
  /** 0: any free port. */
  readonly port: number;
  readonly host: string;
  /** Where the embedded database lives; not used where there is a `databaseUrl`. */
  readonly dataFolder: string;
  /** Connection string of a Postgres server to use in place of the embedded database. */
  readonly databaseUrl: string | undefined;
}

/** The same distance from `src` and from `dist`. */
const PACKAGE = fileURLToPath(new URL("../", import.meta.url));

/** The page's files, served as they are. */
export const publicFolder = join(PACKAGE, "public");

/** Reads `PORT`, `HOST`, `DEMO_DATA_DIR` and `DATABASE_URL`; an empty variable counts as absent. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  return {
    port: readPort(env["PORT"]),
    host: env["HOST"] || "127.0.0.1",
    dataFolder: resolve(env["DEMO_DATA_DIR"] || join(PACKAGE, "../../.data/demo")),
    databaseUrl: env["DATABASE_URL"] || undefined,
  };
}

function readPort(text: string | undefined): number {
  if (text === undefined || text === "") return 3000;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new StartUpError(
    `PORT is ${JSON.stringify(text)}. It has to be a number from 0 to 65535; 0 means any free port.`,
  );
}
