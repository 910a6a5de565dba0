import { check, equal } from "../../expect.js";
import { isProblem, type Problem } from "../answers.js";
import { type BindingCase, bindingCase } from "../binding-case.js";
import type { Probe } from "../probe.js";
import { headerOf, textOf, type WireAnswer } from "../wire.js";

interface Refusal {
  readonly problem: Problem;
  readonly answer: WireAnswer;
  readonly members: Readonly<Record<string, unknown>>;
}

/** Provokes every refusal that needs no fault. */
async function refusals(probe: Probe): Promise<readonly Refusal[]> {
  const found: Refusal[] = [];
  const expect = (problem: Problem, answer: WireAnswer) => {
    found.push({ problem, answer, members: isProblem(answer, problem, problem) });
  };
  expect("key-missing", await probe.ask("created", { key: null }));
  expect("key-invalid", await probe.ask("created", { key: `"${probe.key}` }));
  expect("body-too-large", await probe.ask("small-bodies", { body: "x".repeat(2_048), type: "text/plain" }));
  await probe.hold();
  const first = probe.begin("created");
  await probe.started(1);
  expect("request-in-progress", await probe.askWhileHeld("created"));
  await probe.release();
  await first.answer;
  expect("key-reused", await probe.ask("created", { body: "{}" }));
  return found;
}

export const problemCases: readonly BindingCase[] = [
  bindingCase("PRB-01", "must", "a refusal is a problem document whose status is the answer's", async (probe) => {
    for (const { problem, answer, members } of await refusals(probe)) {
      equal(members["status"], answer.status, `${problem}: the member status`);
      check(typeof members["title"] === "string" && members["title"] !== "", `${problem}: no title`);
      const type = members["type"];
      check(typeof type === "string" && URL.canParse(type), `${problem}: type ${String(type)} is no absolute URI`);
    }
  }),

  bindingCase("PRB-02", "must", "each case has a type of its own, which ends in its name", async (probe) => {
    for (const { problem, members } of await refusals(probe)) {
      const type = String(members["type"]);
      check(/[/#:=]([\w-]+)$/.exec(type)?.[1] === problem, `${problem}: type is ${type}`);
    }
  }),

  bindingCase("PRB-03", "must", "a refusal is not to be cached", async (probe) => {
    for (const { problem, answer } of await refusals(probe)) {
      const directives = (headerOf(answer, "cache-control") ?? "").split(/\s*,\s*/);
      check(directives.includes("no-store"), `${problem}: cache-control is ${directives.join(", ")}`);
    }
  }),

  bindingCase("PRB-04", "must", "a refusal never repeats the key", async (probe) => {
    for (const { problem, answer } of await refusals(probe)) {
      const everything = [...answer.lines.flat(), textOf(answer)].join("\n");
      check(!everything.includes(probe.key), `${problem}: the key stands in the answer`);
    }
  }),

  bindingCase("PRB-05", "should", "a refusal says whether the same request may be sent again", async (probe) => {
    for (const { problem, members } of await refusals(probe)) {
      if (problem === "body-too-large") continue;
      equal(members["retryable"], problem === "request-in-progress", `${problem}: the member retryable`);
    }
  }),
];
