import { type Arena, paths } from "./contender.js";
import { type Count, countAll } from "./counts.js";
import { openDynamoDB } from "./dynamodb.js";
import { openPostgres } from "./postgres.js";
import { openRedis } from "./redis.js";
import { type Result, type RoundsEffort, timePath } from "./rounds.js";

/** Every store there is, by the name on the command line. */
export const arenas: Readonly<Record<string, () => Promise<Arena>>> = {
  redis: openRedis,
  postgres: openPostgres,
  dynamodb: openDynamoDB,
};

/** What was measured on one server. */
export interface Comparison {
  readonly name: string;
  readonly server: string;
  readonly notes: readonly string[];
  readonly results: readonly Result[];
  readonly counts: readonly Count[];
}

/** Counts and times all contenders on one server, and tells of each path that is done. */
export async function compare(
  open: () => Promise<Arena>,
  effort: RoundsEffort,
  tell: (line: string) => void,
): Promise<Comparison> {
  const arena = await open();
  try {
    const { name, server, notes } = arena;
    const counts = await countAll(arena, effort.counted);
    const team = await arena.connect(arena.url);
    const results: Result[] = [];
    for (const path of paths) {
      const contenders = team.contenders.filter(({ lacks }) => lacks?.[path] === undefined);
      for (const atOnce of effort.callers) {
        results.push(...(await timePath(contenders, path, atOnce, effort)));
        tell(`${name}: ${path}, ${atOnce} at once`);
      }
    }
    await team.close();
    return { name, server, notes, results, counts };
  } finally {
    await arena.stop();
  }
}
