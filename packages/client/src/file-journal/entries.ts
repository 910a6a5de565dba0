import type { JournalPatch, OperationRecord } from "../journal/types.js";
import { decodeLine, encodeLine } from "./lines.js";

/** What a line of a journal says. `seal`: nothing after it in this file counts, the next file goes on. */
export type Entry =
  | { readonly type: "claim"; readonly record: OperationRecord }
  | { readonly type: "update"; readonly operationId: string; readonly patch: JournalPatch }
  | { readonly type: "delete"; readonly operationId: string }
  | { readonly type: "seal" };

export function encodeEntry(entry: Entry): string {
  return encodeLine(JSON.stringify(entry.type === "claim" ? withPackedBody(entry) : entry));
}

function withPackedBody({ type, record }: Extract<Entry, { type: "claim" }>): object {
  const { body } = record.request;
  return { type, record: { ...record, request: { ...record.request, ...(body && { body: packed(body) }) } } };
}

/** Reads a line; `undefined` for one that a crash tore, or that has been damaged since. */
export function decodeEntry(line: string): Entry | undefined {
  const text = decodeLine(line);
  // What passes its checksum was written by `encodeEntry`.
  return text === undefined ? undefined : (JSON.parse(text, unpacked) as Entry);
}

/** A member that no other value of an entry has, so that bytes are told from texts. */
const BYTES = "$bytes";

function packed(bytes: Uint8Array): object {
  return { [BYTES]: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64") };
}

function unpacked(_name: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || !(BYTES in value)) return value;
  return new Uint8Array(Buffer.from(String(value[BYTES]), "base64"));
}
