import type { Config } from "../config.js";
import { openFolder } from "./folder.js";
import { openServer } from "./server.js";

/** Statements; each is a transaction of its own unless it is sent inside one. */
export interface Queries {
  query<Row extends object>(text: string, values?: unknown[]): Promise<{ readonly rows: Row[] }>;
}

/** The one database in which the vendor, the API and the idempotency keys have their tables. */
export interface Database extends Queries {
  /** For people: where the data is. */
  readonly description: string;
  /** True: it lives in this process, on one connection. */
  readonly embedded: boolean;
  close(): Promise<void>;
}

/** The server that the configuration names, or the embedded database in its folder. */
export function openDatabase({ databaseUrl, dataFolder }: Config): Promise<Database> {
  return databaseUrl === undefined ? openFolder(dataFolder) : openServer(databaseUrl);
}
