import { type Kind, type Point, pointsOf } from "./messages.js";
import type { Targets, Victim, World } from "./world.js";

/** That processes were killed while an operation waited at a point; it is its first blow or its second one. */
export interface Hit {
  readonly operation: string;
  readonly point: Point;
  readonly struck: readonly Victim[];
  readonly blow: 1 | 2;
}

/** One operation: where it waits for the first blow, and where, in its rerun, for the second one. */
interface Planned {
  readonly operation: string;
  readonly first: Point;
  readonly second: Point;
}

/** Far more than are needed: an operation that has no end by then has been lost. */
const LAST_PASSES = 5;

/** How many operations of one kind meet the first blow at the same point. */
const AT_EACH_POINT = 2;

/** The operations of one round, at every point of each kind; the points for the second blow change from round to round. */
function planned(kinds: readonly Kind[], round: number): readonly Planned[] {
  const of = (kind: Kind) => {
    const points = pointsOf(kind);
    return points.flatMap((first, index) =>
      Array.from({ length: AT_EACH_POINT }, (_, nth) => {
        const second = points[(index + AT_EACH_POINT * round + nth) % points.length] ?? first;
        return { operation: `${kind}/${round}-${first}-${second}`, first, second };
      }),
    );
  };
  return kinds.flatMap(of);
}

/** The number of the blow that an operation met first. */
export function roundOf(operation: string): string {
  return /\/(\d+)-/.exec(operation)?.[1] ?? "";
}

function second(operations: readonly Planned[]): Targets {
  return new Map(operations.map((each) => [each.operation, each.second]));
}

/**
 * One blow after the other. Each hits new operations, at every point, and those of the blow before once more: further on
 * in the attempt that survived it, or in the rerun.
 *
 * In the end everything is seen to its end, with nobody killed any more.
 */
export async function campaign(world: World, blows: readonly (readonly Victim[])[]) {
  const hits: Hit[] = [];
  const all: Planned[] = [];
  let before: readonly Planned[] = [];
  const open = () => all.map(({ operation }) => operation).filter((each) => isOpen(world, each));
  for (const [round, struck] of blows.entries()) {
    const now = planned(world.database.kinds, round);
    all.push(...now);
    const first = new Map(now.map((each) => [each.operation, each.first]));
    const waiting = await world.advance(open(), new Map([...second(before), ...first]));
    for (const [operation, point] of waiting) {
      hits.push({ operation, point, struck, blow: first.has(operation) ? 1 : 2 });
    }
    await world.strike(struck, second(now));
    before = now;
  }
  for (let pass = 0; pass < LAST_PASSES && open().length > 0; pass += 1) await world.advance(open(), new Map());
  return { operations: all.map(({ operation }) => operation), hits };
}

function isOpen({ endings }: World, operation: string): boolean {
  const ending = endings.get(operation);
  return ending === undefined || ending === "open";
}
