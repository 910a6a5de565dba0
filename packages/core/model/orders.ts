/** Workers with the same fingerprint are interchangeable; these are the orders in which a state may name them. */
import type { Front } from "./state.js";

/** What can be told of a worker without naming versions. */
export function kindOf(front: Front): number {
  if (front === "idle") return 0;
  if (front === "done") return 1;
  const { is, heard } = front;
  const said = heard === undefined ? 0 : heard.write.written ? 1 : 2;
  if (is === "claim") return 4 + (front.leased ? 1 : 0) + (front.claiming.attempt.record.attempt << 4) + (said << 8);
  if (is === "vacate" || is === "remove") return 2;
  const stage = is === "read" ? 6 : is === "write" ? (front.writing.purpose === "complete" ? 7 : 8) : 9;
  return stage + (front.run.attempt << 4) + (said << 8) + (is === "run" && front.run.leased ? 1 << 10 : 0);
}

/** Where workers can be told apart without names, one order will do: that in which they are sorted. */
export function isSorted(order: readonly number[], kinds: readonly number[], fingerprints: readonly number[]): boolean {
  for (let place = 1; place < order.length; place += 1) {
    const before = order[place - 1] ?? 0;
    const worker = order[place] ?? 0;
    if (fingerprints[before] === fingerprints[worker] && (kinds[before] ?? 0) > (kinds[worker] ?? 0)) return false;
  }
  return true;
}

/** All orders of the workers in which each stands where one with the same fingerprint stood. */
export function orders(fingerprints: readonly number[]): readonly (readonly number[])[] {
  const build = (place: number, used: readonly number[]): (readonly number[])[] => {
    if (place === fingerprints.length) return [used];
    return fingerprints.flatMap((fingerprint, worker) =>
      fingerprint === fingerprints[place] && !used.includes(worker) ? build(place + 1, [...used, worker]) : [],
    );
  };
  return build(0, []);
}
