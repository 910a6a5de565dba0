/** Where records are. */
export interface TableOptions {
  /** The table's name, or its ARN where it is another account's. Default `"oncekey_records"`. */
  readonly table?: string;
  /** Names of attributes that differ from the defaults. They count towards the size of every item. */
  readonly attributes?: Partial<AttributeNames>;
}

/** What the attributes of an item are called. */
export interface AttributeNames {
  /** The partition key, a string. Default `"id"`. */
  readonly id: string;
  /** The version of the last write, a string. Default `"version"`. */
  readonly version: string;
  /** The encoded record, binary. Default `"record"`. */
  readonly record: string;
  /** Instead of the record: in how many items beside this one it is. Default `"parts"`. */
  readonly parts: string;
  /** When it was last written, in milliseconds since 1970. Default `"written_at"`. */
  readonly writtenAt: string;
  /** From when on it counts as absent, in milliseconds since 1970. Default `"expires_at"`. */
  readonly expiresAt: string;
  /** From when on DynamoDB may delete it, in seconds since 1970. Default `"ttl"`. */
  readonly ttl: string;
}

/** A table whose names have been checked. */
export interface TableNames {
  readonly table: string;
  readonly attributes: AttributeNames;
}

const DEFAULTS: AttributeNames = {
  id: "id",
  version: "version",
  record: "record",
  parts: "parts",
  writtenAt: "written_at",
  expiresAt: "expires_at",
  ttl: "ttl",
};

/** Checks the names; `what` is the caller's own name, for the message of the `TypeError`. */
export function tableNames(what: string, options: TableOptions): TableNames {
  const { table = "oncekey_records", attributes = {} } = options;
  if (typeof table !== "string" || !(/^[\w.-]{3,255}$/.test(table) || /^arn:.{1,1020}$/.test(table))) {
    throw new TypeError(
      `${what} table: ${show(table)} is no name of a table; it has 3 to 255 letters, digits, and _ . -, or is an ARN`,
    );
  }
  if (typeof attributes !== "object" || attributes === null) {
    throw new TypeError(`${what} attributes: expected an object of names, got ${show(attributes)}`);
  }
  return { table, attributes: { ...DEFAULTS, ...checkedAttributes(what, attributes) } };
}

function checkedAttributes(what: string, attributes: Partial<AttributeNames>): Partial<AttributeNames> {
  const given = Object.entries(attributes).filter(([, name]) => name !== undefined);
  for (const [which, name] of given) {
    const known = Object.keys(DEFAULTS);
    if (!known.includes(which)) {
      throw new TypeError(`${what} attributes.${which}: no such attribute; there are ${known.join(", ")}`);
    }
    if (typeof name !== "string" || name === "" || new TextEncoder().encode(name).byteLength > 255) {
      throw new TypeError(`${what} attributes.${which}: ${show(name)} is no name of 1 to 255 bytes`);
    }
  }
  const names = Object.values({ ...DEFAULTS, ...Object.fromEntries(given) });
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new TypeError(`${what} attributes: two are called ${show(twice)}; each has its own name`);
  return Object.fromEntries(given);
}

function show(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
