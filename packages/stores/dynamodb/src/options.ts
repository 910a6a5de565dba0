import type { Durability } from "@oncekey/core";
import type { CapacityUsed } from "./capacity.js";
import { propertyOf } from "./client.js";
import { type TableNames, type TableOptions, tableNames } from "./names.js";
import { PART_BYTES } from "./parts.js";

/** Options of {@link DynamoDBStore}. */
export interface DynamoDBStoreOptions extends TableOptions {
  /**
   * At least twice the greatest error of a clock of any machine that uses the table, in milliseconds. A lease lapses, and
   * a record expires, that much later than it would by one clock. All users of a table say the same. Default 2,000.
   */
  readonly skewMarginMs?: number;
  /**
   * The largest encoded record that is kept in its own item, in bytes, at most 393,216. A larger one is kept in items
   * beside it, so that a duplicate, whose write is refused, does not pay for its size. Default 4,096.
   */
  readonly inlineMaxBytes?: number;
  /**
   * True to read before a claim is written: a replay then costs read units, a fifth of the price of the write units of a
   * refused write, and a first request one more round trip. For keys that are mostly replayed. Default false.
   */
  readonly readFirst?: boolean;
  /** Default `"replicated"`, which is what DynamoDB does; `"memory"` for an emulator. */
  readonly durability?: Durability;
  /** Told of the capacity that each request used, apart from the operation: what it throws is an uncaught exception. */
  readonly onCapacity?: (used: CapacityUsed) => void;
  /** The clock, in milliseconds since 1970. Default `Date.now`. */
  readonly nowMs?: () => number;
}

/** Options that have been checked, with their defaults. */
export interface Settings {
  readonly names: TableNames;
  readonly skewMarginMs: number;
  readonly inlineMaxBytes: number;
  readonly readFirst: boolean;
  readonly durability: Durability;
  readonly onCapacity: ((used: CapacityUsed) => void) | undefined;
  readonly nowMs: () => number;
}

const TABLE_OPTIONS = ["table", "attributes"];
const KNOWN = [...TABLE_OPTIONS, "skewMarginMs", "inlineMaxBytes", "readFirst", "durability", "onCapacity", "nowMs"];
const DURABILITIES: Record<Durability, true> = { memory: true, process: true, server: true, replicated: true };
const DAY_MS = 86_400_000;

/** Checks the options of the store; a `TypeError` names the value, the rule and what to do. */
export function settingsOf(options: DynamoDBStoreOptions): Settings {
  checkOptionNames("DynamoDBStore", options);
  const { skewMarginMs = 2_000, inlineMaxBytes = 4_096, readFirst = false } = options;
  const { durability = "replicated", onCapacity, nowMs = Date.now } = options;
  // Without a margin, two clocks that differ by nothing at all would be asked for.
  checkWhole("skewMarginMs", skewMarginMs, 1, DAY_MS);
  checkWhole("inlineMaxBytes", inlineMaxBytes, 0, PART_BYTES);
  if (typeof readFirst !== "boolean") {
    throw new TypeError(`DynamoDBStore readFirst: ${String(readFirst)} is not true or false`);
  }
  if (!Object.hasOwn(DURABILITIES, durability)) {
    const known = Object.keys(DURABILITIES).join(", ");
    throw new TypeError(`DynamoDBStore durability: ${String(durability)} is not one of ${known}`);
  }
  if (onCapacity !== undefined && typeof onCapacity !== "function") {
    throw new TypeError("DynamoDBStore onCapacity: expected a function");
  }
  if (typeof nowMs !== "function") {
    throw new TypeError("DynamoDBStore nowMs: expected a function that returns milliseconds since 1970");
  }
  const names = tableNames("DynamoDBStore", options);
  return { names, skewMarginMs, inlineMaxBytes, readFirst, durability, onCapacity, nowMs };
}

/** Refuses a misspelt option. The store's own are known to `createTable` too, so that both can be given one object. */
export function checkOptionNames(what: string, options: object): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`${what} options: expected an object, got ${String(options)}`);
  }
  const unknown = Object.keys(options).find((key) => !KNOWN.includes(key));
  if (unknown !== undefined) throw new TypeError(`${what} ${unknown}: no such option; there are ${KNOWN.join(", ")}`);
}

/** A client without `send` is most often its configuration, or the class in the place of an instance. */
export function checkClient(what: string, client: unknown): void {
  if (typeof propertyOf(client, "send") === "function") {
    const service = propertyOf(propertyOf(client, "config"), "serviceId");
    if (service === undefined || service === "DynamoDB") return;
    throw new TypeError(`${what} client: this one is for ${String(service)}; expected a DynamoDBClient`);
  }
  throw new TypeError(
    `${what} client: expected an object with a send method, such as a DynamoDBClient; ` +
      `got ${client === null ? "null" : typeof client}`,
  );
}

function checkWhole(name: string, value: unknown, least: number, most: number): void {
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return;
  throw new TypeError(`DynamoDBStore ${name}: ${String(value)} is not a whole number from ${least} to ${most}`);
}
