/*
 * Content codings (gzip and its like) belong to one transfer of a body, not to what it says. So they are removed before a
 * request is compared and before a response is kept.
 */

import { readUpTo } from "./byte-stream.js";

interface Zlib {
  gunzip: Inflate;
  inflate: Inflate;
  brotliDecompress: Inflate;
  /** Since Node 22.15. */
  zstdDecompress?: Inflate;
}
type Inflate = (
  bytes: Uint8Array,
  options: { maxOutputLength: number },
  done: (error: Error | null, result: Uint8Array) => void,
) => void;

const nodeNames: Readonly<Record<string, keyof Zlib>> = {
  gzip: "gunzip",
  "x-gzip": "gunzip",
  deflate: "inflate",
  br: "brotliDecompress",
  zstd: "zstdDecompress",
};

/** A body without its codings, or why it could not be had: more than the limit, or not readable here. */
export type Decoded = Uint8Array | "too-large" | "unreadable";

/** Whether a Content-Encoding says that there is something to remove. */
export function isCoded(contentEncoding: string | null | undefined): contentEncoding is string {
  if (contentEncoding === null || contentEncoding === undefined) return false;
  return codingsOf(contentEncoding).length > 0;
}

/**
 * Removes the codings that a Content-Encoding lists, the last one first.
 *
 * gzip and deflate everywhere, br and zstd where the runtime's `node:zlib` has them. Never makes more than `maxBytes`, so that a small
 * body cannot fill the memory.
 */
export async function removeCodings(bytes: Uint8Array, contentEncoding: string, maxBytes: number): Promise<Decoded> {
  const codings = codingsOf(contentEncoding);
  // Nobody sends more than two; a longer list is an attempt to make work.
  if (codings.length > 3) return "unreadable";
  let decoded: Decoded = bytes;
  for (const coding of codings.reverse()) {
    if (typeof decoded === "string") return decoded;
    decoded = await removeCoding(decoded, coding, maxBytes);
  }
  return decoded;
}

function codingsOf(contentEncoding: string): string[] {
  return contentEncoding
    .split(",")
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== "" && coding !== "identity");
}

function removeCoding(bytes: Uint8Array, coding: string, maxBytes: number): Promise<Decoded> {
  const method = Object.hasOwn(nodeNames, coding) ? nodeNames[coding] : undefined;
  if (method === undefined) return Promise.resolve("unreadable");
  const zlib: Zlib | undefined = typeof process === "undefined" ? undefined : process.getBuiltinModule?.("node:zlib");
  const inflate = zlib?.[method];
  if (inflate !== undefined) return byZlib(inflate, bytes, maxBytes);
  if (method === "gunzip") return byStream("gzip", bytes, maxBytes);
  if (method === "inflate") return byStream("deflate", bytes, maxBytes);
  return Promise.resolve("unreadable");
}

function byZlib(inflate: Inflate, bytes: Uint8Array, maxBytes: number): Promise<Decoded> {
  return new Promise((resolve) => {
    inflate(bytes, { maxOutputLength: Math.max(1, maxBytes) }, (error, result) => {
      if (error === null) resolve(result);
      else resolve("code" in error && error.code === "ERR_BUFFER_TOO_LARGE" ? "too-large" : "unreadable");
    });
  });
}

/** {@link removeCodings} with what every other runtime has; exported for its test. */
export async function byStream(coding: "gzip" | "deflate", bytes: Uint8Array, maxBytes: number): Promise<Decoded> {
  const stream = new DecompressionStream(coding);
  const writer = stream.writable.getWriter();
  // A broken body is told by the reading side, once.
  writer.write(Uint8Array.from(bytes)).catch(() => {});
  writer.close().catch(() => {});
  try {
    const beginning = await readUpTo(stream.readable, maxBytes);
    if (beginning.whole) return beginning.bytes;
    await beginning.reader.cancel();
    return "too-large";
  } catch {
    // The only thing that fails here is the format of the body.
    return "unreadable";
  }
}
