import { setTimeout as delay } from "node:timers/promises";
import type { ScriptedApp } from "@oncekey/conformance";
import { type Completed, type IdempotencyStore, type InProgress, MemoryStore } from "@oncekey/core";

/** Lets the suite take away the store of a library that is not ours, by the same faults as it does with ours. */
export interface Gate {
  /** Passes a call to the store; rejects while the store is down. */
  call<Value>(call: () => Promise<Value>): Promise<Value>;
  /** Passes a call that claims a key; waits while claims are held, rejects while the store is down. */
  claim<Value>(call: () => Promise<Value>): Promise<Value>;
  /** Passes a call that stores an answer; waits while completions are held, rejects while the store is down. */
  completion<Value>(call: () => Promise<Value>): Promise<Value>;
}

const anAnswer: Completed = { state: "completed", fingerprint: "", attempt: 1, result: new Uint8Array(0) };

const aClaim: InProgress = { state: "in-progress", fingerprint: "", attempt: 1, leaseMs: 1 };

/** How far away a store on a server is. On the loopback interface, races that a network shows would be hidden. */
export const serverLatencyMs = 2;

/**
 * The gate of one scripted app, before a store that is so far away.
 *
 * The suite's tap only wraps stores of ours, so an empty one is put behind it, and whoever may pass it may pass.
 */
export function gateOf(app: ScriptedApp, latencyMs: number): Gate {
  const tap = app.store(new MemoryStore());
  const travel = async () => {
    if (latencyMs > 0) await delay(latencyMs);
  };
  return {
    call: async (call) => {
      await tap.get("gate");
      await travel();
      return await call();
    },
    claim: async (call) => {
      await tap.create("gate", "1", aClaim, 1);
      await travel();
      return await call();
    },
    completion: async (call) => {
      await tap.replace("gate", "1", "2", anAnswer);
      await travel();
      return await call();
    },
  };
}

/** A store of ours that is so far away. */
export function farAway(store: IdempotencyStore, latencyMs: number): IdempotencyStore {
  return {
    capabilities: store.capabilities,
    get: async (...call) => {
      await delay(latencyMs);
      return await store.get(...call);
    },
    create: async (...call) => {
      await delay(latencyMs);
      return await store.create(...call);
    },
    replace: async (...call) => {
      await delay(latencyMs);
      return await store.replace(...call);
    },
    remove: async (...call) => {
      await delay(latencyMs);
      return await store.remove(...call);
    },
  };
}
