import { check, equal } from "../../expect.js";
import { isFirst, isProblem, isReplayed, isReplayOf } from "../answers.js";
import { type BindingCase, bindingCase } from "../binding-case.js";
import type { Probe } from "../probe.js";

/** The same key runs again: both answers are the application's. */
async function runsAgain(probe: Probe, scenario: string, status: number): Promise<void> {
  const own = { key: `${probe.key}-${scenario}`, token: `${probe.token}-${scenario}` };
  isFirst(await probe.ask(scenario, own), status, `${scenario}, the first answer`);
  isFirst(await probe.ask(scenario, own), status, `${scenario}, the second answer`);
  await probe.ran(2, `${scenario}: executions`, own.token);
}

/** The answer is final: the second one is a replay. */
async function isStored(probe: Probe, scenario: string, status: number): Promise<void> {
  const own = { key: `${probe.key}-${scenario}`, token: `${probe.token}-${scenario}` };
  const first = await probe.ask(scenario, own);
  isFirst(first, status, `${scenario}, the first answer`);
  isReplayOf(await probe.ask(scenario, own), first, `${scenario}, the second answer`);
  await probe.ran(1, `${scenario}: executions`, own.token);
}

/** A handler that fails is a failure of the server, and the same key runs again. */
async function failsAndRunsAgain(probe: Probe, scenario: string): Promise<void> {
  for (const attempt of [1, 2]) {
    const answer = await probe.ask(scenario);
    check(
      answer.status >= 500,
      `${scenario}, attempt ${attempt}: expected a status of 500 or more, got ${answer.status}`,
    );
    check(!isReplayed(answer), `${scenario}, attempt ${attempt}: the failure is a replay`);
    await probe.ran(attempt);
  }
}

export const policyCases: readonly BindingCase[] = [
  bindingCase("POL-01", "must", "the application's refusals are final", async (probe) => {
    await isStored(probe, "status-404", 404);
    await isStored(probe, "status-422", 422);
  }),

  bindingCase("POL-02", "must", "an answer that says that the server failed is not stored", async (probe) => {
    await runsAgain(probe, "status-500", 500);
    await runsAgain(probe, "status-502", 502);
  }),

  bindingCase("POL-03", "must", "an answer that says nothing about the request is not stored", async (probe) => {
    for (const status of [401, 403, 408, 425, 429, 503]) await runsAgain(probe, `status-${status}`, status);
  }),

  bindingCase("POL-04", "must", "after a handler that threw the same key runs again", async (probe) => {
    await failsAndRunsAgain(probe, "throws");
  }),

  bindingCase("POL-05", "must", "after a handler that rejected the same key runs again", async (probe) => {
    await failsAndRunsAgain(probe, "rejects");
  }),

  bindingCase(
    "POL-06",
    "must",
    "after a handler that handed an error on the same key runs again",
    async (probe) => {
      await failsAndRunsAgain(probe, "error-handler");
    },
    { needs: ["error-handler"] },
  ),

  bindingCase(
    "POL-07",
    "must",
    "under at-most-once an answer that says that the server failed is final",
    async (probe) => {
      await isStored(probe, "at-most-once-500", 500);
    },
    { needs: ["policies"] },
  ),

  bindingCase(
    "POL-08",
    "must",
    "under at-most-once a handler that threw is not run again",
    async (probe) => {
      const first = await probe.ask("at-most-once-throws");
      check(first.status >= 500, `the first answer: expected a status of 500 or more, got ${first.status}`);
      const second = await probe.ask("at-most-once-throws");
      equal(second.status, 500, "the second answer: status");
      check(isReplayed(second), "the second answer: the failure is not marked as a replay");
      await probe.ran(1);
    },
    { needs: ["policies"] },
  ),

  bindingCase(
    "POL-09",
    "must",
    "under at-most-once an answer that says nothing about the request is not stored",
    async (probe) => {
      await runsAgain(probe, "at-most-once-503", 503);
    },
    { needs: ["policies"] },
  ),

  bindingCase(
    "POL-10",
    "must",
    "an answer that breaks off is not stored",
    async (probe) => {
      const ask = () => probe.begin("breaks-off").answer.catch(() => undefined);
      for (const attempt of [1, 2]) {
        let answer = await ask();
        // The client may know of the break before the store knows that the key is free.
        await probe.eventually("the key to be free", async () => {
          if (answer?.status === 409) answer = await ask();
          return answer?.status !== 409;
        });
        check(answer === undefined || answer.status >= 500, `attempt ${attempt}: status ${answer?.status}`);
        await probe.ran(attempt);
      }
    },
    { needs: ["streaming"] },
  ),

  bindingCase("POL-11", "must", "a key that was released may be used for another request", async (probe) => {
    isFirst(await probe.ask("status-500", { body: '{"amount":100}' }), 500);
    isFirst(await probe.ask("status-500", { body: '{"amount":101}' }), 500, "the corrected request's answer");
    await probe.ran(2);
  }),

  bindingCase("POL-12", "must", "the protection's own refusals are never stored", async (probe) => {
    isProblem(await probe.ask("created", { key: [probe.key, probe.key] }), "key-invalid");
    await probe.hold();
    const first = probe.begin("created");
    await probe.started(1);
    isProblem(await probe.askWhileHeld("created"), "request-in-progress");
    await probe.release();
    const answer = await first.answer;
    isFirst(answer, 201);
    isProblem(await probe.ask("created", { body: '{"amount":101}' }), "key-reused");
    isReplayOf(await probe.ask("created"), answer);
    await probe.ran(1);
  }),

  bindingCase(
    "POL-13",
    "must",
    "under at-most-once a handler that failed without having done anything is run again",
    async (probe) => {
      await failsAndRunsAgain(probe, "at-most-once-not-executed");
    },
    { needs: ["policies", "not-executed"] },
  ),

  bindingCase("POL-14", "must", "an answer that nothing was modified is not stored", async (probe) => {
    await runsAgain(probe, "status-304", 304);
    equal((await probe.ask("status-304")).body.byteLength, 0, "bytes of body");
  }),
];
