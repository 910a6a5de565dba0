import type { Contender } from "./contender.js";

/** A contender as the suites of one store time it, cases in turns: a first request and a replay, for one id. */
export interface Alone {
  readonly name: string;
  first(id: string): Promise<unknown>;
  replay(id: string): Promise<unknown>;
  /** Makes the ids ones that can be replayed. */
  keep(ids: readonly string[]): Promise<void>;
}

/** The same contender that is compared with others, under the name that it has among its own kind. */
export function alone(contender: Contender, name: string): Alone {
  return {
    name,
    first: (id) => contender.run(id, "first"),
    replay: (id) => contender.run(id, "replay"),
    keep: (ids) => contender.prepare("replay", ids),
  };
}
