// Strangers over a store in this process, and what the checker says of their history.
import type { IdempotencyStore } from "@oncekey/core";
import {
  checkHistory,
  type HistoryEntry,
  operationsOf,
  recording,
  type StoreOperation,
  storeModel,
  type Verdict,
} from "../../src/history.js";
import { Stranger } from "../../src/processes/stranger.js";
import { freshId } from "../../src/store/samples.js";

const CLIENTS = 4;
const ROUNDS = 300;
const LIFE_MS = 12;

/**
 * Lets several clients loose on one store, on a clock that goes on with every call, and judges their history. All are at
 * the same key at the same time, and then at the next one.
 */
export async function exercise(open: (nowMs: () => number) => IdempotencyStore): Promise<Verdict<StoreOperation>> {
  let clockMs = 0;
  let minted = 0;
  const nowMs = () => clockMs;
  const store = open(nowMs);
  const entries: HistoryEntry[] = [];
  const ids: string[] = [];
  const roam = async (client: number) => {
    const recorded = recording(store, { by: `p${client}`, nowMs, keep: (entry) => void entries.push(entry) });
    const stranger = new Stranger(recorded, LIFE_MS, { mint: () => `v${minted++}` });
    for (let round = 0; round < ROUNDS; round++) {
      const key = Math.floor(clockMs / (5 * LIFE_MS));
      ids[key] ??= freshId();
      await stranger.visit(ids[key]);
      clockMs += Math.ceil(Math.random() * 3);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, client) => roam(client)));
  return checkHistory(storeModel(store.capabilities), operationsOf(entries), { keyOf: ({ key }) => key });
}
