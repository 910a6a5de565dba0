import type { Hit } from "./campaign.js";
import type { LedgerLine, Point } from "./messages.js";
import type { World } from "./world.js";

/** What a key promises, held against what has happened. Empty where all of it was kept. */
export async function violations(
  world: World,
  operations: readonly string[],
  hits: readonly Hit[],
): Promise<readonly string[]> {
  const committed = await world.database.committed();
  const ledger = new Map<string, LedgerLine[]>();
  for (const line of world.ledger()) ledger.set(line.operation, [...(ledger.get(line.operation) ?? []), line]);
  return operations.flatMap((operation) => {
    const lines = ledger.get(operation) ?? [];
    const made = committed.get(operation) ?? lines.map(({ receipt }) => receipt);
    const of = hits.filter((hit) => hit.operation === operation);
    return faults(world, operation, made, expected(operation, of), new Set(lines.map((each) => each.downstreamKey)));
  });
}

interface Expected {
  readonly effects: number;
  readonly ending: "succeeded" | "outcome-unknown";
}

/**
 * What the policy of an operation promises for the blows that it got. An attempt is lost where the server dies with it.
 *
 * - `transaction`: one effect, whatever happens.
 * - `at-least-once`: an effect more for each attempt that was lost after its effect and before it was stored.
 * - `at-most-once`: no effect more; an attempt that was lost once it had begun is never made again, and nobody knows.
 */
function expected(operation: string, hits: readonly Hit[]): Expected {
  const lostAt = (points: readonly Point[]) =>
    hits.filter(({ point, struck }) => struck.includes("server") && points.includes(point)).length;
  if (operation.startsWith("at-least-once/")) return { effects: 1 + lostAt(["effected"]), ending: "succeeded" };
  if (operation.startsWith("at-most-once/")) {
    if (lostAt(["claimed", "effected"]) > 0) return { effects: lostAt(["effected"]), ending: "outcome-unknown" };
  }
  return { effects: 1, ending: "succeeded" };
}

function faults(
  { endings, receipts }: World,
  operation: string,
  made: readonly string[],
  { effects, ending }: Expected,
  downstreamKeys: ReadonlySet<string>,
): readonly string[] {
  const told = [...(receipts.get(operation) ?? [])];
  const found: string[] = [];
  if (made.length !== effects) found.push(`${operation}: ${made.length} effects in place of ${effects}`);
  if (endings.get(operation) !== ending) found.push(`${operation}: ended as ${endings.get(operation)}, not ${ending}`);
  if (told.length > 1) found.push(`${operation}: differing receipts, ${told.join(", ")}`);
  if (told.some((receipt) => !made.includes(receipt))) found.push(`${operation}: a receipt of nothing, ${told}`);
  if (ending === "succeeded" && told.length === 0) found.push(`${operation}: no receipt, it is lost`);
  if (downstreamKeys.size > 1) found.push(`${operation}: its downstream was given ${downstreamKeys.size} keys`);
  return found;
}
