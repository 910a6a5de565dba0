import { type Incoming, joined } from "./incoming.js";
import { madeAtMs } from "./key-age.js";
import { type KeyErrorCode, parseIdempotencyKey } from "./key-header.js";
import type { ProblemDetails } from "./problem.js";
import { header, type ProblemSlug } from "./protocol.js";
import type { Settings } from "./settings.js";

/** A key that is there and good, or why the request is refused. */
export type FoundKey = { readonly key: string } | { readonly refused: ProblemSlug; readonly details: ProblemDetails };

/** Finds a request's key; `undefined` where it needs none and has none. */
export function findKey<Req>(incoming: Incoming<Req>, settings: Settings<Req>): FoundKey | undefined {
  const { headerNames, syntax, maxKeyLength, required } = settings;
  const parsed = parseIdempotencyKey(keyLines(incoming, headerNames), { syntax, maxLength: maxKeyLength });
  if (parsed.error === undefined) return checkKey(parsed.key, settings);
  const { code, message } = parsed.error;
  if (code !== "missing") return badKey(code, message);
  if (required) {
    const detail = "This operation needs an Idempotency-Key header, such as a new UUID for each operation.";
    return { refused: "key-missing", details: { detail } };
  }
  if (joined(incoming.lines(header.earlyData.toLowerCase())) !== "1") return undefined;
  const detail = "Early data may be a replay. Send the request again after the handshake, or with a key.";
  return { refused: "too-early", details: { detail } };
}

function checkKey<Req>(key: string, { hooks }: Settings<Req>): FoundKey {
  const { validateKey, maxKeyAgeMs } = hooks;
  const verdict = validateKey?.(key) ?? true;
  if (verdict !== true) {
    return badKey("not-accepted", verdict === false ? "The key has not the form that this API asks for." : verdict);
  }
  const madeMs = maxKeyAgeMs === undefined ? undefined : madeAtMs(key);
  if (maxKeyAgeMs === undefined || madeMs === undefined || Date.now() - madeMs <= maxKeyAgeMs) return { key };
  const detail = `The key was made more than ${maxKeyAgeMs} ms ago, so what became of it may be forgotten. Find out before you repeat the operation.`;
  return { refused: "key-expired", details: { detail } };
}

function badKey(reason: KeyErrorCode | "not-accepted", detail: string): FoundKey {
  return { refused: "key-invalid", details: { detail, reason } };
}

/** The lines of the key's header, under whichever of its names they come; two names are two keys. */
function keyLines<Req>(incoming: Incoming<Req>, names: readonly string[]): string | readonly string[] | undefined {
  let found: string | readonly string[] | undefined;
  for (const name of names) {
    const lines = incoming.lines(name);
    if (lines === null || lines === undefined || (typeof lines !== "string" && lines.length === 0)) continue;
    found = found === undefined ? lines : [found, lines].flat();
  }
  return found;
}
