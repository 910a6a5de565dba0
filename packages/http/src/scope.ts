import type { Scope } from "./options.js";

/**
 * Finds out whose key it is. A request whose scope is not known fails: a shared scope by default would hand one caller
 * the answers of another.
 */
export function resolveScope<Req>(scope: Scope<Req>, request: Req): string | Promise<string> {
  if (scope === "global") return scope;
  const found = scope(request);
  return typeof found === "string" ? named(found) : Promise.resolve(found).then(named);
}

function named(found: unknown): string {
  if (typeof found === "string" && found !== "") return found;
  throw new TypeError(
    `scope: the function answered ${found === "" ? "an empty text" : String(found)}; it must name the caller with a text. Authenticate before the idempotency check, and give scope "global" only where all callers are one`,
  );
}

/** One key on two endpoints as two keys. */
export function scopeOfRoute(scope: string, method: string, path: string): string {
  return JSON.stringify([scope, method.toUpperCase(), path]);
}
