import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { OncekeyError } from "@oncekey/core";
import { propertyOf } from "./client.js";
import type { AttributeNames } from "./names.js";

/** What the item of a record says about it. */
export interface Row {
  readonly version: string;
  readonly writtenAtMs: number;
  readonly expiresAtMs: number;
  /** The encoded record, or how many parts it is in. */
  readonly content: Uint8Array | number;
}

export type Item = Record<string, AttributeValue>;

/** After this, DynamoDB may delete. It is an hour after the latest moment at which any caller sees the record. */
const GRACE_S = 3_600;

/** The time to live, in seconds, of what ends at that moment; parts outlast the item that points at them by `graces`. */
export function ttlOf(endsAtMs: number, graces: number): number {
  return Math.ceil(endsAtMs / 1000) + graces * GRACE_S;
}

/** Reads an item. One that another program wrote, or a later version, is no guess but an error. */
export function readRow(item: unknown, names: AttributeNames): Row {
  const version = textOf(item, names.version, "S");
  const writtenAtMs = Number(textOf(item, names.writtenAt, "N"));
  const expiresAtMs = Number(textOf(item, names.expiresAt, "N"));
  const record = bytesOf(item, names.record);
  return { version, writtenAtMs, expiresAtMs, content: record ?? Number(textOf(item, names.parts, "N")) };
}

/** The bytes of an attribute. Not by `instanceof`: a test runner may have loaded the SDK in another realm. */
export function bytesOf(item: unknown, name: string): Uint8Array | undefined {
  const bytes = propertyOf(propertyOf(item, name), "B");
  return ArrayBuffer.isView(bytes) ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) : undefined;
}

export function textOf(item: unknown, name: string, type: "S" | "N"): string {
  const text = propertyOf(propertyOf(item, name), type);
  if (typeof text === "string") return text;
  throw new OncekeyError(
    "RECORD_UNREADABLE",
    `the item of this key has no attribute ${JSON.stringify(name)} of type ${type}: something else wrote it`,
  );
}
