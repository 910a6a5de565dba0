import { Buffer } from "node:buffer";
import type { GivenHeaders } from "./response-head.js";

/** What `write` and `end` may be given to call when they are done. */
export type Callback = (error?: Error | null) => void;

/** A copy: the handler may use its buffer again. */
export function bytesOf(chunk: unknown, encoding: unknown): Buffer {
  if (chunk instanceof Uint8Array) return Buffer.from(chunk);
  if (typeof chunk === "string") return Buffer.from(chunk, encodingOf(encoding));
  throw Object.assign(
    new TypeError(
      `The "chunk" argument must be of type string or an instance of Buffer or Uint8Array. Received ${chunk === null ? "null" : typeof chunk}`,
    ),
    { code: "ERR_INVALID_ARG_TYPE" },
  );
}

/**
 * What `end` is called with to send these bytes. A text with one byte for each character goes out in one piece with the
 * head, as it would have by itself; bytes do not, which costs more.
 */
export function endArguments(chunk: unknown, bytes: Buffer | undefined, callback: Callback | undefined): unknown[] {
  if (bytes === undefined) return [callback];
  return typeof chunk === "string" && chunk.length === bytes.byteLength
    ? [chunk, "latin1", callback]
    : [bytes, callback];
}

function encodingOf(encoding: unknown): BufferEncoding {
  return typeof encoding === "string" && Buffer.isEncoding(encoding) ? encoding : "utf8";
}

/** The callback among the arguments, wherever it stands. */
export function callbackOf(...args: readonly unknown[]): Callback | undefined {
  const found = args.find((argument) => typeof argument === "function");
  return found === undefined ? undefined : (error) => void Reflect.apply(found as Callback, undefined, [error]);
}

/** Calls back as after a write, and says that more may come. */
export function answered(callback: Callback | undefined): true {
  if (callback !== undefined) process.nextTick(callback);
  return true;
}

/** The headers among the arguments of `writeHead`, if this is where they stand. */
export function headersOf(value: unknown): GivenHeaders | undefined {
  return typeof value === "object" && value !== null ? (value as GivenHeaders) : undefined;
}
