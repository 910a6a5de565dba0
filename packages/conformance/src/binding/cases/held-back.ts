import { equal } from "../../expect.js";
import type { Probe } from "../probe.js";
import type { Exchange } from "../wire.js";

/** While the store has not taken the answer, no byte of it may have left; then the store takes it. */
export async function heldBack(probe: Probe, scenario: string): Promise<Exchange> {
  await probe.breakStore("hold-completions");
  const exchange = probe.begin(scenario);
  await completionHeld(probe, exchange);
  // A byte that left before the store was asked arrives before the answers to questions that are asked later.
  for (let turn = 0; turn < 5; turn += 1) await probe.state();
  equal(exchange.bytesReceived(), 0, "bytes of the answer before the store has taken it");
  await probe.healStore();
  return exchange;
}

/** Waits until the store is asked to take the answer, and has not done so. */
export async function completionHeld(probe: Probe, exchange: Exchange): Promise<void> {
  await probe.eventually("the store to be asked for a completion", async () => {
    equal(exchange.bytesReceived(), 0, "bytes of the answer before the store was asked for a completion");
    return (await probe.state()).heldCompletions > 0;
  });
}
