import { equal } from "../../expect.js";
import { isFirst, isProblem, isReplayOf, tellsWhenToRetry } from "../answers.js";
import { type BindingCase, bindingCase } from "../binding-case.js";
import type { Probe } from "../probe.js";
import type { WireAnswer } from "../wire.js";
import { completionHeld, heldBack } from "./held-back.js";

async function heldUntilDurable(probe: Probe, scenario: string, status: number): Promise<WireAnswer> {
  const exchange = await heldBack(probe, scenario);
  const answer = await exchange.answer;
  isFirst(answer, status);
  return answer;
}

/** A client that hung up may retry: while the handler runs it is told to come back, afterwards it gets the answer. */
async function runsOnWithoutClient(probe: Probe): Promise<void> {
  await probe.hold();
  const exchange = probe.begin("created");
  await probe.started(1);
  exchange.abandon();
  // Several, because the server may notice that the client is gone between two of them.
  for (let retry = 1; retry <= 5; retry += 1) {
    isProblem(await probe.askWhileHeld("created"), "request-in-progress", `retry ${retry} while the handler runs`);
  }
  await probe.release();
}

export const durabilityCases: readonly BindingCase[] = [
  bindingCase(
    "DUR-01",
    "must",
    "no byte of an answer leaves before it is durable",
    async (probe) => {
      const first = await heldUntilDurable(probe, "created", 201);
      isReplayOf(await probe.ask("created"), first);
    },
    { needs: ["store-faults"] },
  ),

  bindingCase(
    "DUR-02",
    "must",
    "no piece of an answer written in pieces leaves before it is durable",
    async (probe) => {
      await heldUntilDurable(probe, "stream", 200);
    },
    { needs: ["store-faults", "streaming"] },
  ),

  bindingCase("DUR-03", "must", "an answer over the cap passes in full, and is not run again", async (probe) => {
    const first = await probe.ask("over-cap");
    isFirst(first, 201);
    equal(first.body, new Uint8Array(1_048_576).fill(0x78), "the first answer's body");
    for (const retry of [1, 2]) {
      const problem = isProblem(await probe.ask("over-cap"), "response-unavailable", `retry ${retry}`);
      equal(problem["originalStatus"], 201, `retry ${retry}: originalStatus`);
    }
    await probe.ran(1);
  }),

  bindingCase(
    "DUR-04",
    "must",
    "no byte of an answer over the cap leaves before it is durable that it is not kept",
    async (probe) => {
      const answer = await heldUntilDurable(probe, "over-cap", 201);
      equal(answer.body.byteLength, 1_048_576, "bytes of the answer");
    },
    { needs: ["store-faults"] },
  ),

  bindingCase(
    "DUR-05",
    "must",
    "a client that hangs up while the handler runs releases nothing",
    async (probe) => {
      await runsOnWithoutClient(probe);
      const replay = await probe.settled("created");
      isReplayOf(await probe.ask("created"), replay, "another retry");
      await probe.ran(1);
    },
    { needs: ["disconnects"] },
  ),

  bindingCase(
    "DUR-06",
    "must",
    "a client that hangs up while its answer is being stored releases nothing",
    async (probe) => {
      await probe.breakStore("hold-completions");
      const exchange = probe.begin("created");
      await completionHeld(probe, exchange);
      exchange.abandon();
      for (let turn = 0; turn < 5; turn += 1) await probe.state();
      await probe.healStore();
      const replay = await probe.settled("created");
      isReplayOf(await probe.ask("created"), replay, "another retry");
      await probe.ran(1);
    },
    { needs: ["store-faults", "disconnects"] },
  ),

  bindingCase(
    "DUR-07",
    "must",
    "nothing runs while the store cannot be reached",
    async (probe) => {
      await probe.breakStore("down");
      const refused = await probe.ask("created");
      isProblem(refused, "store-unavailable");
      tellsWhenToRetry(refused, Number.MAX_SAFE_INTEGER);
      await probe.ran(0);
      await probe.healStore();
      isFirst(await probe.settled("created"), 201, "the answer once the store is back");
      await probe.ran(1);
    },
    { needs: ["store-faults"] },
  ),

  bindingCase(
    "DUR-08",
    "must",
    "an answer that the store could not take is sent, and stored once the store is back",
    async (probe) => {
      await probe.hold();
      const exchange = probe.begin("created");
      await probe.started(1);
      await probe.breakStore("down");
      await probe.release();
      const first = await exchange.answer;
      isFirst(first, 201);
      await probe.healStore();
      isReplayOf(await probe.settled("created"), first);
      await probe.ran(1);
    },
    { needs: ["store-faults"] },
  ),

  bindingCase(
    "DUR-09",
    "must",
    "a client that hangs up before its request is complete has asked for nothing",
    async (probe) => {
      const upload = probe.begin("created", { unfinished: true });
      // The server has its beginning before it answers questions that are asked later.
      for (let turn = 0; turn < 5; turn += 1) await probe.state();
      upload.abandon();
      isFirst(await probe.ask("created"), 201);
      await probe.ran(1);
    },
    { needs: ["disconnects"] },
  ),

  bindingCase(
    "DUR-10",
    "must",
    "a client that hangs up while its key is being claimed finds one answer",
    async (probe) => {
      await probe.breakStore("hold-claims");
      const exchange = probe.begin("created");
      await probe.eventually("the store to be asked for a claim", async () => (await probe.state()).heldClaims > 0);
      exchange.abandon();
      for (let turn = 0; turn < 5; turn += 1) await probe.state();
      await probe.healStore();
      const answer = await probe.settled("created");
      equal(answer.status, 201, "the answer: status");
      isReplayOf(await probe.ask("created"), answer, "another retry");
      await probe.ran(1);
    },
    { needs: ["store-faults", "disconnects"] },
  ),
];
