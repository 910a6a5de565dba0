import { equal } from "../../expect.js";
import { isFirst, isProblem, isReplayOf } from "../answers.js";
import { type BindingCase, bindingCase } from "../binding-case.js";
import type { Probe } from "../probe.js";

/** Sends a request with these header lines, which must be refused for this reason, and nothing may run. */
async function refused(probe: Probe, reason: string, key: string | readonly string[]): Promise<void> {
  const what = `Idempotency-Key ${JSON.stringify(key)}`;
  const members = isProblem(await probe.ask("created", { key }), "key-invalid", what);
  equal(members["reason"], reason, `${what}: reason`);
  await probe.ran(0, `${what}: executions`);
}

export const keyCases: readonly BindingCase[] = [
  bindingCase("KEY-01", "must", "a request without a key is refused where one is required", async (probe) => {
    isProblem(await probe.ask("created", { key: null }), "key-missing");
    await probe.ran(0);
  }),

  bindingCase("KEY-02", "must", "a request without a key runs each time where none is required", async (probe) => {
    isFirst(await probe.ask("optional", { key: null }), 201);
    isFirst(await probe.ask("optional", { key: null }), 201, "the second answer");
    await probe.ran(2);
  }),

  bindingCase("KEY-03", "must", "a broken key is refused even where none is required", async (probe) => {
    for (const key of ["", '""', '"open', ["a", "b"]]) {
      isProblem(await probe.ask("optional", { key }), "key-invalid", `Idempotency-Key ${JSON.stringify(key)}`);
    }
    await probe.ran(0);
  }),

  bindingCase("KEY-04", "must", "a malformed key is refused", async (probe) => {
    for (const key of ['"open', '"a"b', '"a\\n"', '"a" ;v=1', "caf\u00e9", "a;b", ":YWJj:", "?1"]) {
      isProblem(await probe.ask("created", { key }), "key-invalid", `Idempotency-Key ${JSON.stringify(key)}`);
    }
    await refused(probe, "malformed", '"open');
  }),

  bindingCase("KEY-05", "must", "an empty key is refused, bare or quoted", async (probe) => {
    await refused(probe, "empty", "");
    await refused(probe, "empty", '""');
  }),

  bindingCase("KEY-06", "must", "a key may have 255 characters and not more", async (probe) => {
    await refused(probe, "too-long", "k".repeat(256));
    await refused(probe, "too-long", `"${"k".repeat(256)}"`);
    isFirst(await probe.ask("created", { key: `"${"k".repeat(255)}"` }), 201, "255 characters");
  }),

  bindingCase("KEY-07", "must", "two header lines are refused, even if they are equal", async (probe) => {
    await refused(probe, "multiple", [probe.key, `${probe.key}-2`]);
    await refused(probe, "multiple", [`"${probe.key}"`, `"${probe.key}"`]);
  }),

  bindingCase("KEY-08", "must", "keys that were joined into one line are refused", async (probe) => {
    await refused(probe, "multiple", `${probe.key}, ${probe.key}-2`);
    await refused(probe, "multiple", `"${probe.key}", "${probe.key}-2"`);
  }),

  bindingCase("KEY-09", "must", "a quoted key and the same key without quotes are one key", async (probe) => {
    const first = await probe.ask("created", { key: `"${probe.key}"` });
    isReplayOf(await probe.ask("created", { key: probe.key }), first);
    await probe.ran(1);
  }),

  bindingCase(
    "KEY-10",
    "must",
    "parameters after a quoted key and space around it are no part of it",
    async (probe) => {
      const first = await probe.ask("created");
      for (const key of [`"${probe.key}";v=1`, `"${probe.key}"; v="x;y"`, `  "${probe.key}"\t`]) {
        isReplayOf(await probe.ask("created", { key }), first, `Idempotency-Key ${JSON.stringify(key)}`);
      }
      await probe.ran(1);
    },
  ),

  bindingCase("KEY-11", "must", "keys are told apart by case", async (probe) => {
    isFirst(await probe.ask("created", { key: `${probe.key}-a` }), 201);
    isFirst(await probe.ask("created", { key: `${probe.key}-A` }), 201, "the other key's answer");
    await probe.ran(2);
  }),

  bindingCase("KEY-12", "must", "the header's name is read in any case", async (probe) => {
    const first = await probe.ask("created", { keyHeader: "idempotency-key" });
    isReplayOf(await probe.ask("created", { keyHeader: "IDEMPOTENCY-KEY" }), first);
    await probe.ran(1);
  }),
];
