import type { Entry, Question } from "../questions/index.js";
import type { Outcome } from "../run/outcome.js";
import type { CandidateResult } from "./results.js";

/** The outcome of a case; a case that is newer than the results has none. */
export function outcomeOf({ cases }: CandidateResult, { id }: Entry): Outcome | undefined {
  return cases[id];
}

/** The cases of a question that fail with a candidate. */
export function failuresOf(result: CandidateResult, { cases }: Question): readonly Entry[] {
  return cases.filter((each) => outcomeOf(result, each)?.status === "failed");
}

/** A question's cell: pass; FAIL with the cases; or why there is nothing to say. */
export function questionCell(result: CandidateResult, question: Question): string {
  const failed = failuresOf(result, question);
  if (failed.length > 0) return `**FAIL** ${failed.map(({ id }) => id).join(", ")}`;
  return question.cases.some((each) => outcomeOf(result, each)?.status === "passed") ? "pass" : "–";
}

/** The same, in one word. */
export function shortCell(result: CandidateResult, question: Question): string {
  const cell = questionCell(result, question);
  return cell.startsWith("**FAIL**") ? "**FAIL**" : cell;
}

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
