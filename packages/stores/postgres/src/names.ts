/** Where the table lives. */
export interface TableOptions {
  /** Default `"public"`. */
  readonly schema?: string;
  /** Default `"oncekey_records"`. The names of the functions and of the table of migrations begin with it. */
  readonly table?: string;
}

/** A schema and a table whose names have been checked. */
export interface TableName {
  readonly schema: string;
  readonly table: string;
}

/** What Postgres keeps of a name; it cuts off the rest without an error. */
const MAX_NAME_BYTES = 63;
/** Room for the longest ending that is put behind the table's name: `_standing_v1`, and a digit to spare. */
const MAX_ENDING_BYTES = 13;

/** Checks the names; `what` is the caller's own name, for the message of the `TypeError`. */
export function tableName(what: string, { schema = "public", table = "oncekey_records" }: TableOptions): TableName {
  checkName(`${what} schema`, schema, MAX_NAME_BYTES);
  checkName(`${what} table`, table, MAX_NAME_BYTES - MAX_ENDING_BYTES);
  return { schema, table };
}

/** The name as SQL, qualified and quoted; `ending` is put behind the table's name. */
export function qualified({ schema, table }: TableName, ending = ""): string {
  return `${quoted(schema)}.${quoted(table + ending)}`;
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function checkName(what: string, name: unknown, maxBytes: number): void {
  if (typeof name !== "string" || name === "") throw new TypeError(`${what}: expected a name, got ${show(name)}`);
  const bytes = new TextEncoder().encode(name).byteLength;
  if (bytes > maxBytes) throw new TypeError(`${what}: ${show(name)} has ${bytes} bytes; at most ${maxBytes} fit`);
  // A dollar sign could end the quotation of a function's body, which no doubling of quotes prevents.
  const bad = [...name].find((character) => character === "$" || character < " ");
  if (bad !== undefined) throw new TypeError(`${what}: ${show(name)} contains ${show(bad)}; use another name`);
}

function show(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
