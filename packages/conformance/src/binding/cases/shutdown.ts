import { equal } from "../../expect.js";
import { isFirst, isProblem, tellsWhenToRetry } from "../answers.js";
import { type BindingCase, bindingCase } from "../binding-case.js";
import type { Probe } from "../probe.js";
import type { Exchange } from "../wire.js";

/** A request whose handler runs, and is held. */
async function running(probe: Probe): Promise<Exchange> {
  await probe.hold();
  const exchange = probe.begin("created");
  await probe.started(1);
  return exchange;
}

export const shutdownCases: readonly BindingCase[] = [
  bindingCase(
    "DUR-11",
    "must",
    "a server that shuts down lets what runs end, and begins nothing",
    async (probe) => {
      const exchange = await running(probe);
      await probe.shutDown();
      const refused = await probe.askWhileHeld("created", { key: `${probe.key}-new` });
      isProblem(refused, "store-unavailable", "a new key");
      tellsWhenToRetry(refused, Number.MAX_SAFE_INTEGER);
      const retry = await probe.askWhileHeld("created");
      isProblem(retry, retry.status === 409 ? "request-in-progress" : "store-unavailable", "a retry of what runs");
      await probe.release();
      isFirst(await exchange.answer, 201, "the answer of what ran");
      await probe.ran(1);
    },
    { needs: ["shutdown"] },
  ),

  bindingCase(
    "DUR-12",
    "must",
    "a shutdown ends when what ran is stored, and not before",
    async (probe) => {
      const exchange = await running(probe);
      await probe.shutDown();
      await probe.linger();
      equal((await probe.state()).shutdown, "begun", "the shutdown while a handler runs");
      await probe.breakStore("hold-completions");
      await probe.release();
      await probe.eventually("the store to be asked for it", async () => (await probe.state()).heldCompletions > 0);
      await probe.linger();
      equal((await probe.state()).shutdown, "begun", "the shutdown while an answer is being stored");
      await probe.healStore();
      isFirst(await exchange.answer, 201, "the answer of what ran");
      await probe.eventually("the shutdown to end", async () => (await probe.state()).shutdown === "ended");
    },
    { needs: ["shutdown", "store-faults"] },
  ),
];
