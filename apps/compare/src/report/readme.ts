import { questions } from "../questions/index.js";
import { shortCell, table } from "./cells.js";
import type { Results } from "./results.js";

/** The columns that stand for the rest: one of each library. */
const shown: Readonly<Record<string, string>> = {
  "set-nx": "hand-written `SET NX`",
  "node-idempotency-redis": "node-idempotency",
  "express-idempotency-redis": "express-idempotency",
  "oncekey-express-postgres": "Oncekey",
};

/** The comparison in the root README: the questions about safety, a column for each library. */
export function readmeTable(results: Results): string {
  const measured = results.candidates.filter(({ id }) => id in shown);
  const rows = questions
    .filter(({ group }) => group === "safety")
    .map((question) => [question.asks, ...measured.map((result) => shortCell(result, question))]);
  return table(["", ...measured.map(({ id, title }) => shown[id] ?? title)], rows);
}
