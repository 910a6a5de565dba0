import type { Verdict } from "./check-history.js";
import type { Interval, Model } from "./model.js";

/** How much of the explained part is shown: what led there is in its last operations. */
const SHOWN = 12;

/**
 * Writes a verdict for people. An illegal one shows the operations of its key that could be put into an order, the state
 * that they lead to, and those of which none can have come next. Times are milliseconds since the first of them.
 */
export function formatVerdict<State, Operation extends Interval & { readonly by?: string }>(
  model: Model<State, Operation>,
  verdict: Verdict<Operation>,
): string {
  if (verdict.verdict === "ok") {
    return `ok: an order explains ${verdict.operations} operations under ${verdict.keys} keys`;
  }
  const { operations } = verdict;
  const key = verdict.key === "" ? "the history" : verdict.key;
  if (verdict.verdict === "unknown")
    return `unknown: the budget ran out over ${operations.length} operations of ${key}`;
  const { prefix, state, stuck } = verdict;
  const since = operations[0]?.startMs ?? 0;
  const line = (operation: Operation) => {
    const { by = "" } = operation;
    return `  ${timesOf(operation, since)}  ${by}  ${model.describe(operation)}`;
  };
  const left = prefix.length - SHOWN;
  return [
    `illegal: no order explains the ${operations.length} operations of ${key}; the best one explains ${prefix.length}:`,
    ...(left > 0 ? [`  (${left} before these)`] : []),
    ...prefix.slice(-SHOWN).map(line),
    `then this stands: ${state}`,
    "and none of these can have come next:",
    ...stuck.map(line),
  ].join("\n");
}

function timesOf({ startMs, endMs }: Interval, sinceMs: number): string {
  const time = (ms: number) => (Number.isFinite(ms) ? (ms - sinceMs).toFixed(3) : "?").padStart(10);
  return `${time(startMs)} ${time(endMs)}`;
}
