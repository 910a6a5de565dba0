import { bindingCases } from "@oncekey/conformance";

/** A test of a suite, as vitest reports it. */
export interface Outcome {
  readonly title: string;
  readonly status: string;
  readonly failureMessages: readonly string[];
}

const CASE = /^([A-Z]{3}-\d{2}) .*?(?: \(skipped: (.+)\))?$/;

/** What is wrong with a suite's run: what failed, and each case that is absent or was left out without a reason. */
export function problemsOf(outcomes: readonly Outcome[], ids = bindingCases.map(({ id }) => id)): string[] {
  const failed = outcomes.filter(({ status }) => status === "failed");
  const counted = new Set(outcomes.filter((each) => each.status === "passed" || reasonOf(each)).map(idOf));
  for (const each of failed) counted.add(idOf(each));
  return [
    ...failed.map(({ title, failureMessages }) => `${title}: ${failureMessages.join("\n")}`),
    ...ids.filter((id) => !counted.has(id)).map((id) => `${id} was not run, and no reason is given`),
  ];
}

/** What ran, and what the framework cannot express, with the reason. */
export function summaryOf(outcomes: readonly Outcome[]): string {
  const passed = outcomes.filter((each) => each.status === "passed" && idOf(each) !== undefined);
  const ids = new Map<string, string[]>();
  for (const each of outcomes) {
    const [id, reason] = [idOf(each), reasonOf(each)];
    if (id !== undefined && reason !== undefined) ids.set(reason, [...(ids.get(reason) ?? []), id]);
  }
  return [`${passed.length} cases`, ...[...ids].map(([reason, cases]) => `${cases.join(", ")} ${reason}`)].join("; ");
}

function idOf({ title }: Outcome): string | undefined {
  return CASE.exec(title)?.[1];
}

function reasonOf({ title }: Outcome): string | undefined {
  return CASE.exec(title)?.[2];
}
