import { equal } from "../../expect.js";
import { isFirst, isProblem, isReplayOf, tellsWhenToRetry } from "../answers.js";
import { type BindingCase, bindingCase } from "../binding-case.js";
import { textOf } from "../wire.js";

export const scopeCases: readonly BindingCase[] = [
  bindingCase("SCP-01", "must", "two accounts with one key never meet", async (probe) => {
    const [a, b] = [{ account: `${probe.account}-a` }, { account: `${probe.account}-b` }];
    const [ofA, ofB] = [await probe.ask("created", a), await probe.ask("created", b)];
    isFirst(ofA, 201, "the first account's answer");
    isFirst(ofB, 201, "the second account's answer");
    equal(JSON.parse(textOf(ofB)), { id: "ses_1", execution: 2 }, "the second account's body");
    isReplayOf(await probe.ask("created", a), ofA, "the first account's replay");
    isReplayOf(await probe.ask("created", b), ofB, "the second account's replay");
    await probe.ran(2);
  }),

  bindingCase("SCP-02", "must", "an account's key may be another account's key for another request", async (probe) => {
    isFirst(await probe.ask("created", { account: `${probe.account}-a`, body: '{"amount":100}' }), 201);
    const other = await probe.ask("created", { account: `${probe.account}-b`, body: '{"amount":101}' });
    isFirst(other, 201, "the second account's answer");
  }),

  bindingCase("SCP-03", "must", "an account does not wait for another account's running request", async (probe) => {
    const tokenOfB = `${probe.token}-b`;
    await probe.hold();
    const ofA = probe.begin("created", { account: `${probe.account}-a` });
    await probe.started(1);
    isFirst(await probe.ask("created", { account: `${probe.account}-b`, token: tokenOfB }), 201);
    await probe.release();
    isFirst(await ofA.answer, 201, "the first account's answer");
  }),

  bindingCase("SCP-04", "must", "an account and a key are not joined into one name", async (probe) => {
    // Joined with a colon, both would be the same.
    isFirst(await probe.ask("created", { account: `${probe.account}:x`, key: probe.key }), 201);
    isFirst(await probe.ask("created", { account: probe.account, key: `x:${probe.key}` }), 201, "the other's answer");
    await probe.ran(2);
  }),

  bindingCase(
    "SCP-05",
    "must",
    "an account that may have no more keys gets no new one, and its retries are answered",
    async (probe) => {
      const newKey = { key: `${probe.key}-2` };
      const first = await probe.ask("few-keys");
      isFirst(first, 201);
      const refused = await probe.ask("few-keys", newKey);
      isProblem(refused, "too-many-keys", "one key too many");
      tellsWhenToRetry(refused, 60);
      isReplayOf(await probe.ask("few-keys"), first);
      isFirst(
        await probe.ask("few-keys", { ...newKey, account: `${probe.account}-b` }),
        201,
        "another account's answer",
      );
      await probe.ran(2);
    },
    { needs: ["quotas"] },
  ),
];
