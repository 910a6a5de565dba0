import { protocolQuestions } from "./protocol.js";
import type { Entry, Question } from "./question.js";
import { answerQuestions } from "./safety-answers.js";
import { runQuestions } from "./safety-runs.js";

export type { Entry, Group, Question } from "./question.js";

/** All rows of the comparison, in their order; every case of the binding suite stands in one of them. */
export const questions: readonly Question[] = [...runQuestions, ...answerQuestions, ...protocolQuestions];

const entries: ReadonlyMap<string, Entry> = new Map(
  questions.flatMap(({ cases }) => cases.map((each) => [each.id, each])),
);

/** What the comparison says about a case. */
export function entryOf(id: string): Entry | undefined {
  return entries.get(id);
}
