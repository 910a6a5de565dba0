import type { Checkpoints, Completed, InProgress, Omitted, Released } from "@oncekey/core";

/** A plain fingerprint, of the length that the engine's have. */
export const FINGERPRINT = "s1:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";

/** A fresh id: 43 characters of base64url, as the engine makes them. */
export function freshId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** A fresh version. */
export function freshVersion(): string {
  return freshId().slice(0, 16);
}

/** A record in progress. */
export function running(attempt = 1, checkpoints?: Checkpoints): InProgress {
  const record: InProgress = { state: "in-progress", fingerprint: FINGERPRINT, attempt, leaseMs: 30_000 };
  return checkpoints === undefined ? record : { ...record, checkpoints };
}

/** A completed record with this result. */
export function completed(result: Uint8Array | Omitted = bytesOf(64), attempt = 1): Completed {
  return { state: "completed", fingerprint: FINGERPRINT, attempt, result };
}

/** A released record. */
export function released(attempt = 1): Released {
  return { state: "released", attempt };
}

/** Bytes that take every value in turn; `shift` makes them differ from others. */
export function bytesOf(length: number, shift = 0): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index++) bytes[index] = index + shift;
  return bytes;
}
