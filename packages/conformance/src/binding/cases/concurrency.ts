import { check, equal, present } from "../../expect.js";
import { isFirst, isProblem, isReplayed, isReplayOf, tellsWhenToRetry } from "../answers.js";
import { type BindingCase, bindingCase } from "../binding-case.js";

/** How many requests are sent at once. */
const crowd = 40;

/** The lease of a protection that was not told another one, which no answer may ask a client to outwait. */
const defaultLeaseSeconds = 60;

export const concurrencyCases: readonly BindingCase[] = [
  bindingCase("CON-01", "must", "of many equal requests at once exactly one runs", async (probe) => {
    await probe.hold();
    const exchanges = Array.from({ length: crowd }, () => probe.begin("created"));
    await probe.eventually("all duplicates to be answered while the handler is held", async () => {
      check((await probe.executions()) <= 1, "a second handler began while the first one was held");
      return exchanges.filter((exchange) => exchange.ended()).length === crowd - 1;
    });
    await probe.release();
    const answers = await Promise.all(exchanges.map((exchange) => exchange.answer));
    const [first, ...others] = answers.filter((answer) => answer.status !== 409);
    const executed = present(first, "an answer of the handler");
    isFirst(executed, 201);
    equal(others.length, 0, "further answers that are no refusal");
    for (const answer of answers) if (answer !== executed) isProblem(answer, "request-in-progress", "a duplicate");
    isReplayOf(await probe.ask("created"), executed);
    await probe.ran(1);
  }),

  bindingCase("CON-02", "must", "a duplicate of a running request is told to come back", async (probe) => {
    await probe.hold();
    const first = probe.begin("created");
    await probe.started(1);
    const duplicate = await probe.askWhileHeld("created");
    isProblem(duplicate, "request-in-progress");
    tellsWhenToRetry(duplicate, defaultLeaseSeconds);
    await probe.release();
    const answer = await first.answer;
    isFirst(answer, 201);
    isReplayOf(await probe.ask("created"), answer);
    await probe.ran(1);
  }),

  bindingCase(
    "CON-03",
    "must",
    "of many equal requests at once exactly one runs, however soon it ends",
    async (probe) => {
      const answers = await Promise.all(Array.from({ length: crowd }, () => probe.ask("created")));
      const executed = answers.filter((answer) => answer.status === 201 && !isReplayed(answer));
      equal(executed.length, 1, "answers of a first run");
      const first = present(executed[0], "an answer of a first run");
      for (const answer of answers) {
        if (answer === first) continue;
        if (answer.status === 409) isProblem(answer, "request-in-progress", "a duplicate's answer");
        else isReplayOf(answer, first, "a duplicate's answer");
      }
      await probe.ran(1);
    },
  ),

  bindingCase(
    "CON-04",
    "must",
    "where the route allows it, a duplicate waits for the running request and gets its answer",
    async (probe) => {
      await probe.hold();
      const first = probe.begin("waits");
      await probe.started(1);
      const duplicate = probe.begin("waits");
      // Answers to requests that were sent later prove that the duplicate has had its turn and waits.
      for (let turn = 0; turn < 5; turn += 1) await probe.state();
      equal(duplicate.bytesReceived(), 0, "bytes of the duplicate's answer while the first request runs");
      await probe.release();
      isReplayOf(await duplicate.answer, await first.answer, "the duplicate's answer");
      await probe.ran(1);
    },
    { needs: ["waiting"] },
  ),

  bindingCase("CON-05", "must", "equal requests under different keys all run", async (probe) => {
    await probe.hold();
    const [one, two] = ["1", "2"].map((suffix) => probe.begin("created", { key: `${probe.key}-${suffix}` }));
    await probe.started(2);
    await probe.release();
    isFirst(await present(one, "the first exchange").answer, 201);
    isFirst(await present(two, "the second exchange").answer, 201, "the other key's answer");
    await probe.ran(2);
  }),
];
