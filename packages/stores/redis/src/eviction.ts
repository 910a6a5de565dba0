import type { Link } from "./link.js";

/** What the store tells about its servers. */
export type RedisStoreEvent =
  /** A server may evict records when its memory is full, and so forget keys: its `maxmemory-policy` is to be `noeviction`. */
  | { readonly type: "may-evict"; readonly policy: string }
  /** The servers do not tell their policy, for example because `CONFIG` is forbidden. */
  | { readonly type: "eviction-unknown"; readonly cause: unknown };

/** The `maxmemory-policy` of every server that takes writes: the first that may evict, or `noeviction`. */
export async function evictionPolicy(link: Link): Promise<string> {
  const policies = (await link.ask(["CONFIG", "GET", "maxmemory-policy"])).map(policyOf);
  return policies.find((policy) => policy !== "noeviction") ?? "noeviction";
}

/** Asks once, and tells what an operator has to know; nothing where all is well. */
export async function tellEviction(link: Link, tell: (event: RedisStoreEvent) => void): Promise<void> {
  let event: RedisStoreEvent | undefined;
  try {
    const policy = await evictionPolicy(link);
    if (policy !== "noeviction") event = { type: "may-evict", policy };
  } catch (cause) {
    event = { type: "eviction-unknown", cause };
  }
  if (event !== undefined) tell(event);
}

/** A list of name and value, or with RESP3 a map. */
function policyOf(reply: unknown): string {
  const value = Array.isArray(reply)
    ? reply[1]
    : reply instanceof Map
      ? [...reply.values()][0]
      : Object.values(reply ?? {})[0];
  if (typeof value === "string" || Buffer.isBuffer(value)) return value.toString();
  throw new Error("the server has no setting maxmemory-policy");
}
