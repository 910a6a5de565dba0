import { propertyOf } from "./client.js";

/** The capacity that one request used. */
export interface CapacityUsed {
  /** The operation of the store that sent it. */
  readonly step: string;
  /** For example `"PutItem"`. */
  readonly request: string;
  readonly kind: "read" | "write";
  /** In units of DynamoDB, by which it is billed. */
  readonly units: number;
  /** False where DynamoDB says nothing, after a write that was refused: it is then computed from the item's size. */
  readonly reported: boolean;
}

/** The units in an answer of DynamoDB. */
export function reportedUnits(answer: unknown): number | undefined {
  const capacity = propertyOf(answer, "ConsumedCapacity");
  if (!Array.isArray(capacity)) return unitsOf(capacity);
  const units = capacity.map(unitsOf);
  return units.reduce((sum = 0, more = 0) => sum + more, undefined);
}

/** What a refused write costs: a unit for each KiB that the item has which refused it, and one at least. */
export function refusedUnits(item: unknown): number {
  return Math.max(1, Math.ceil(itemBytes(item) / 1024));
}

/** An item's size by DynamoDB's rule: names and values, in bytes; a number has about half as many as digits. */
export function itemBytes(item: unknown): number {
  if (typeof item !== "object" || item === null) return 0;
  return Object.entries(item).reduce((sum, [name, value]) => sum + utf8Bytes(name) + valueBytes(value), 0);
}

function valueBytes(value: unknown): number {
  const bytes = propertyOf(value, "B");
  if (ArrayBuffer.isView(bytes)) return bytes.byteLength;
  const digits = propertyOf(value, "N");
  if (typeof digits === "string") return Math.ceil(digits.replace(/\D/g, "").length / 2) + 1;
  const text = propertyOf(value, "S");
  return typeof text === "string" ? utf8Bytes(text) : 1;
}

function unitsOf(capacity: unknown): number | undefined {
  const units = propertyOf(capacity, "CapacityUnits");
  return typeof units === "number" ? units : undefined;
}

function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}
