import { equal } from "../../expect.js";
import { isFirst, isProblem } from "../answers.js";
import { type BindingCase, bindingCase } from "../binding-case.js";
import type { Probe } from "../probe.js";
import { type Exchange, headerOf, textOf, type WireAnswer } from "../wire.js";
import { heldBack } from "./held-back.js";

const events = "data: in-progress\n\ndata: approved\n\n";

/** Asks for the events, and waits until those that were sent at once are here; the answer stays open. */
async function listening(probe: Probe): Promise<[exchange: Exchange, first: WireAnswer]> {
  const exchange = probe.begin("events");
  return [exchange, await arrived(probe, exchange)];
}

async function arrived(probe: Probe, exchange: Exchange): Promise<WireAnswer> {
  let answer: WireAnswer | undefined;
  await probe.eventually("the events that were sent", async () => {
    answer = exchange.arrived();
    return exchange.ended() || (answer !== undefined && textOf(answer).length >= events.length);
  });
  return answer ?? (await exchange.answer);
}

/** The handler has not been told that its client has gone. */
async function isOpen(probe: Probe, exchange: Exchange): Promise<void> {
  equal((await probe.state()).openAnswers, 1, "answers that are open");
  equal(exchange.ended(), false, "the answer has ended");
}

export const eventCases: readonly BindingCase[] = [
  bindingCase(
    "EVT-01",
    "must",
    "events reach the client as they are sent, while more may come",
    async (probe) => {
      const [exchange, first] = await listening(probe);
      isFirst(first, 200);
      equal((headerOf(first, "content-type") ?? "").split(";", 1)[0], "text/event-stream", "content-type");
      equal(textOf(first), events, "the events");
      await isOpen(probe, exchange);
    },
    { needs: ["events"] },
  ),

  bindingCase(
    "EVT-02",
    "must",
    "a stream of events is not run again, while it is open and afterwards",
    async (probe) => {
      const [exchange] = await listening(probe);
      for (const retry of ["while it is open", "after its client has gone"]) {
        const problem = isProblem(await probe.ask("events"), "response-unavailable", `the retry ${retry}`);
        equal(problem["originalStatus"], 200, `the retry ${retry}: originalStatus`);
        exchange.abandon();
      }
      await probe.ran(1);
    },
    { needs: ["events"] },
  ),

  bindingCase(
    "EVT-03",
    "must",
    "no byte of a stream of events leaves before it is durable that it was given",
    async (probe) => {
      const exchange = await heldBack(probe, "events");
      isFirst(await arrived(probe, exchange), 200);
    },
    { needs: ["events", "store-faults"] },
  ),

  bindingCase(
    "EVT-04",
    "should",
    "a handler that sends events is told that its client has gone",
    async (probe) => {
      const [exchange] = await listening(probe);
      await isOpen(probe, exchange);
      exchange.abandon();
      await probe.eventually("the handler to be told", async () => (await probe.state()).openAnswers === 0);
      await probe.ran(1);
    },
    { needs: ["events", "disconnects"] },
  ),
];
