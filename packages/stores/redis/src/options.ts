import type { Durability } from "@oncekey/core";
import type { RedisStoreEvent } from "./eviction.js";
import type { WaitReplicas } from "./runner.js";
import { hashTagOf } from "./slot.js";

/** Options of {@link RedisStore}. */
export interface RedisStoreOptions {
  /** What every key begins with, before the record's id of 43 characters. Default `"oncekey:"`. */
  readonly prefix?: string;
  /**
   * Counts a write only when that many replicas have confirmed it (`WAIT`); a shortfall is a `NotReplicatedError`.
   * Default: none are waited for.
   */
  readonly waitReplicas?: WaitReplicas;
  /**
   * What the server's own settings make of an acknowledged write; the store declares it and cannot check it. Default
   * `"process"`, or `"replicated"` where `waitReplicas` is set.
   */
  readonly durability?: Durability;
  /**
   * Gathers steps that are asked for at the same time into one script, on a single server or behind Sentinel. Say `false`
   * behind a proxy that spreads keys over servers. Default true; a cluster client is always asked key by key.
   */
  readonly batch?: boolean;
  /** Told whether the server may evict records, once, when the store is made. Default: nobody asks. */
  readonly on?: (event: RedisStoreEvent) => void;
}

/** Options that have been checked, with their defaults. */
export interface Settings {
  readonly prefix: string;
  readonly waitReplicas: WaitReplicas | undefined;
  readonly durability: Durability;
  readonly batch: boolean;
  readonly on: ((event: RedisStoreEvent) => void) | undefined;
}

const KNOWN = ["prefix", "waitReplicas", "durability", "batch", "on"];
const DURABILITIES: Record<Durability, true> = { memory: true, process: true, server: true, replicated: true };
const MAX_PREFIX_LENGTH = 256;

/** Checks the options of the store; a `TypeError` names the value, the rule and what to do. */
export function settingsOf(options: RedisStoreOptions): Settings {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`RedisStore options: expected an object, got ${String(options)}`);
  }
  const unknown = Object.keys(options).find((key) => !KNOWN.includes(key));
  if (unknown !== undefined)
    throw new TypeError(`RedisStore ${unknown}: no such option; there are ${KNOWN.join(", ")}`);
  const { prefix = "oncekey:", waitReplicas, batch = true, on } = options;
  const durability = options.durability ?? (waitReplicas === undefined ? "process" : "replicated");
  if (typeof prefix !== "string" || prefix === "" || prefix.length > MAX_PREFIX_LENGTH) {
    throw new TypeError(
      `RedisStore prefix: expected a text of 1 to ${MAX_PREFIX_LENGTH} characters, got ${JSON.stringify(prefix)}`,
    );
  }
  if (waitReplicas !== undefined) checkWaitReplicas(waitReplicas);
  if (!Object.hasOwn(DURABILITIES, durability)) {
    const known = Object.keys(DURABILITIES).join(", ");
    throw new TypeError(`RedisStore durability: ${String(durability)} is not one of ${known}`);
  }
  if (durability === "replicated" && waitReplicas === undefined) {
    throw new TypeError('RedisStore durability: "replicated" is what waitReplicas makes true; set it, or say "server"');
  }
  if (typeof batch !== "boolean") throw new TypeError(`RedisStore batch: ${String(batch)} is not true or false`);
  if (on !== undefined && typeof on !== "function") {
    throw new TypeError(`RedisStore on: expected a function, got ${typeof on}`);
  }
  return { prefix, waitReplicas, durability, batch, on };
}

/** On a cluster a tag in the prefix would put every key on one node. */
export function checkPrefixOnCluster(prefix: string): void {
  const tag = hashTagOf(prefix);
  if (tag === undefined) return;
  throw new TypeError(
    `RedisStore prefix: on a cluster {${tag}} in ${JSON.stringify(prefix)} would put every key on one node; ` +
      "leave out the braces, keys need no hash tag",
  );
}

function checkWaitReplicas(value: WaitReplicas): void {
  if (typeof value !== "object" || value === null) {
    throw new TypeError(`RedisStore waitReplicas: expected { count, timeoutMs }, got ${String(value)}`);
  }
  for (const name of ["count", "timeoutMs"] as const) {
    const number: unknown = value[name];
    if (typeof number !== "number" || !Number.isSafeInteger(number) || number < 1) {
      throw new TypeError(`RedisStore waitReplicas.${name}: ${String(number)} is not a whole number of at least 1`);
    }
  }
  const unknown = Object.keys(value).find((key) => key !== "count" && key !== "timeoutMs");
  if (unknown !== undefined) {
    throw new TypeError(`RedisStore waitReplicas.${unknown}: no such option; there are count, timeoutMs`);
  }
}
