/** Where a task stands, and how what comes next takes its place. */
import type { Front, Run, State } from "./state.js";

/** Where a task stands: before a caller (`job` undefined), or in the background of a worker's process. */
export interface Place {
  readonly owner: number;
  readonly job: number | undefined;
}

/** Takes a successor; `did` says in words what the step was. */
export type Took = (next: State, did: string) => void;

/** Puts what comes next in the place of a task; `"done"` ends a background task. */
export function put(state: State, { owner, job }: Place, next: Front): State {
  if (job === undefined) {
    const fronts = state.fronts.slice();
    fronts[owner] = next;
    // Written out, because this is where most of the time goes: a spread takes several times as long.
    const { slot, jobs, net, left, ghost, minted } = state;
    return { slot, fronts, jobs, net, left, ghost, minted };
  }
  const jobs = typeof next === "string" ? state.jobs.toSpliced(job, 1) : state.jobs.with(job, { owner, task: next });
  return { ...state, jobs };
}

export function minting(run: Run, version: string): Run {
  return run.minted.includes(version) ? run : { ...run, minted: [...run.minted, version] };
}
