import type { Candidate } from "./candidate.js";

import { expressIdempotencyMemory, expressIdempotencyRedis } from "./express-idempotency.js";
import { nodeIdempotencyMemory, nodeIdempotencyRedis } from "./node-idempotency.js";
import { oncekeyExpressMemory, oncekeyExpressPostgres, oncekeyProtect } from "./oncekey.js";
import { setNxCandidate } from "./set-nx-candidate.js";

/** Everything that is compared, in the order of the columns. */
export const candidates: readonly Candidate[] = [
  setNxCandidate,
  nodeIdempotencyMemory,
  nodeIdempotencyRedis,
  expressIdempotencyMemory,
  expressIdempotencyRedis,
  oncekeyExpressMemory,
  oncekeyExpressPostgres,
  oncekeyProtect,
];

/** The candidate of an id; a `TypeError` lists them where there is none. */
export function candidateOf(id: string): Candidate {
  const found = candidates.find((candidate) => candidate.id === id);
  if (found !== undefined) return found;
  throw new TypeError(`no candidate is called ${id}; there are ${candidates.map((each) => each.id).join(", ")}`);
}
