import type { Durability } from "@oncekey/core";
import { type TableName, type TableOptions, tableName } from "./names.js";

/** Options of {@link PostgresStore}. */
export interface PostgresStoreOptions extends TableOptions {
  /**
   * Whether each connection keeps the statements prepared, under names of the store's own. That is faster on every path,
   * and not for poolers in transaction mode that cannot carry them (PgBouncer before 1.21, or with
   * `max_prepared_statements = 0`): behind one, `true` fails and `false` works.
   *
   * Default: with node-postgres, true until the first statement that turns out to have been lost on the way, which is
   * sent again, and false from then on; with any other client, false.
   */
  readonly prepare?: boolean;
  /**
   * True for PGlite: the database lives in this process, on one connection. The capabilities then say `concurrent: false`,
   * durability `"process"` and records of at most 2 MiB instead of 16. Default false.
   */
  readonly embedded?: boolean;
  /**
   * What the database's own settings make of an acknowledged commit; the store declares it and cannot check it.
   * Default `"server"`, or `"process"` where `embedded`.
   */
  readonly durability?: Durability;
}

/** Options that have been checked, with their defaults. */
export interface Settings {
  readonly name: TableName;
  readonly prepare: boolean | undefined;
  readonly embedded: boolean;
  readonly durability: Durability;
}

const KNOWN = ["schema", "table", "prepare", "embedded", "durability"];
const DURABILITIES: Record<Durability, true> = { memory: true, process: true, server: true, replicated: true };

/** Checks the options of the store; a `TypeError` names the value, the rule and what to do. */
export function settingsOf(options: PostgresStoreOptions): Settings {
  checkOptionNames("PostgresStore", options);
  const { prepare, embedded = false, durability = embedded ? "process" : "server" } = options;
  if (prepare !== undefined) checkFlag("prepare", prepare);
  checkFlag("embedded", embedded);
  if (!Object.hasOwn(DURABILITIES, durability)) {
    const known = Object.keys(DURABILITIES).join(", ");
    throw new TypeError(`PostgresStore durability: ${String(durability)} is not one of ${known}`);
  }
  if (embedded && prepare) {
    throw new TypeError("PostgresStore prepare: an embedded database has no named statements; leave it out");
  }
  return { name: tableName("PostgresStore", options), prepare, embedded, durability };
}

/** Refuses a misspelt option. The store's own are known to `migrate` too, so that both can be given one object. */
export function checkOptionNames(what: string, options: object): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`${what} options: expected an object, got ${String(options)}`);
  }
  const unknown = Object.keys(options).find((key) => !KNOWN.includes(key));
  if (unknown !== undefined) throw new TypeError(`${what} ${unknown}: no such option; there are ${KNOWN.join(", ")}`);
}

/** A client without `query` is most often a connection string, or a module in the place of an instance. */
export function checkClient(what: string, client: unknown): void {
  if (typeof client === "object" && client !== null && "query" in client && typeof client.query === "function") return;
  throw new TypeError(
    `${what} client: expected an object with a query method, such as a pg.Pool, a pg.Client or a PGlite; ` +
      `got ${client === null ? "null" : typeof client}`,
  );
}

/** A limit of a page or a batch. */
export function checkLimit(what: string, limit: unknown): void {
  if (typeof limit === "number" && Number.isInteger(limit) && limit >= 1 && limit <= 2_147_483_646) return;
  throw new TypeError(`${what} limit: ${String(limit)} is not a whole number of at least 1`);
}

function checkFlag(name: string, value: unknown): void {
  if (typeof value !== "boolean") throw new TypeError(`PostgresStore ${name}: ${String(value)} is not true or false`);
}
