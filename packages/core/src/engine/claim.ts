import type { Claim } from "../decide.js";
import type { Settings } from "./options.js";
import type { Operation } from "./types.js";

/** A scope may hold a route's whole path, which a client chooses: it may be as long as any server takes. */
const MAX_LENGTH = { key: 1_024, scope: 65_536 } as const;
const FINGERPRINT = /^[a-z0-9]{1,8}:[\x21-\x7e]{1,128}$/;

/** Checks an operation's arguments and turns it into what `decide` is asked; mistakes are `TypeError`s. */
export function toClaim(operation: Operation, settings: Settings): Claim {
  const { key, scope, fingerprint } = operation;
  requireText("key", key);
  requireText("scope", scope);
  if (operation.quotaScope !== undefined) requireText("scope", operation.quotaScope, "quotaScope");
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
function requireText(kind: keyof typeof MAX_LENGTH, value: string, name: string = kind): void {
  if (typeof value !== "string") throw new TypeError(`${name}: expected a text, got ${typeof value}`);
  if (value.length === 0 || value.length > MAX_LENGTH[kind]) {
    throw new TypeError(
      `${name}: a text of 1 to ${MAX_LENGTH[kind]} characters is expected, this one has ${value.length}`,
    );
  }
}
