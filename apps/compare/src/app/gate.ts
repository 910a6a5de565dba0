import type { ScriptedApp } from "@oncekey/conformance";
import { type Completed, MemoryStore } from "@oncekey/core";

/** Lets the suite take away the store of a library that is not ours, by the same two faults as it does with ours. */
export interface Gate {
  /** Passes a call to the store; rejects while the store is down. */
  call<Value>(call: () => Promise<Value>): Promise<Value>;
  /** Passes a call that stores an answer; waits while completions are held, rejects while the store is down. */
  completion<Value>(call: () => Promise<Value>): Promise<Value>;
}

const anAnswer: Completed = { state: "completed", fingerprint: "", attempt: 1, result: new Uint8Array(0) };

/**
 * The gate of one scripted app.
 *
 * The suite's tap only wraps stores of ours, so an empty one is put behind it, and whoever may pass it may pass.
 */
export function gateOf(app: ScriptedApp): Gate {
  const tap = app.store(new MemoryStore());
  return {
    call: async (call) => {
      await tap.get("gate");
      return await call();
    },
    completion: async (call) => {
      await tap.replace("gate", "1", "2", anAnswer);
      return await call();
    },
  };
}
