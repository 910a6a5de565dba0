import type { Claim } from "../decide.js";
import type { Settings } from "./options.js";
import type { Operation } from "./types.js";

const MAX_KEY_LENGTH = 1_024;
const FINGERPRINT = /^[a-z0-9]{1,8}:[\x21-\x7e]{1,128}$/;

/** Checks an operation's arguments and turns it into what `decide` is asked; mistakes are `TypeError`s. */
export function toClaim(operation: Operation, settings: Settings): Claim {
  const { key, scope, fingerprint } = operation;
  requireText("key", key);
  requireText("scope", scope);
  const { value, alternates } =
    typeof fingerprint === "object" ? fingerprint : { value: fingerprint, alternates: undefined };
  if (typeof value !== "string" || !FINGERPRINT.test(value)) {
    throw new TypeError(`fingerprint: ${JSON.stringify(value)} is not one; pass what fingerprint() returned`);
  }
  const { leaseMs, retentionMs, keepMs } = settings;
  const claim: Claim = { fingerprint: value, leaseMs, retentionMs, keepMs, abandoned: settings.policy.abandoned };
  return alternates === undefined ? claim : { ...claim, alternates };
}

/** Says how long the text is, not what: keys and scopes may be personal data. */
function requireText(name: "key" | "scope", value: string): void {
  if (typeof value !== "string") throw new TypeError(`${name}: expected a text, got ${typeof value}`);
  if (value.length === 0 || value.length > MAX_KEY_LENGTH) {
    throw new TypeError(
      `${name}: a text of 1 to ${MAX_KEY_LENGTH} characters is expected, this one has ${value.length}`,
    );
  }
}
