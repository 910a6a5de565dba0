/** A worker runs, and renews its lease. */
import type { KeyRecord } from "../src/record.js";
import { effect, superseded } from "./answers.js";
import { minting, type Place, put, type Took } from "./place.js";
import { checkVerdict, release } from "./settling.js";
import type { Heard, Job, Run, State, Task } from "./state.js";
import { KEEP_MS, LEASE_MS, RETENTION_MS } from "./store.js";
import type { World } from "./world.js";

export type RunTask = Extract<Task, { readonly is: "run" }>;

/** The handler begins. Where nobody asks when its effect happens, it happens at once: a crash then leaves the most behind. */
export function runs(world: World, state: State, place: Place, run: Run, took: Took): void {
  const { fence, transactional } = world.config;
  const at = transactional || fence ? state : effect(world, state, run);
  const stage = fence ? "before" : "after";
  took(put(at, place, { is: "run", run, stage, renewal: undefined, heard: undefined }), `runs attempt ${run.attempt}`);
}

/** The run with a renewal sent. */
export function renew(world: World, owner: number, task: RunTask): Task {
  const { run } = task;
  const fingerprint = world.claims[owner]?.fingerprint ?? "";
  const record: KeyRecord = { state: "in-progress", fingerprint, attempt: run.attempt, leaseMs: LEASE_MS };
  const renewal = world.rules.beginWriting("renew", run.standing, record, KEEP_MS, world.mint);
  return { ...task, run: minting(run, renewal.call.version), renewal, heard: undefined };
}

export function renewalHears(
  world: World,
  state: State,
  place: Place,
  task: RunTask,
  heard: Heard | undefined,
  took: Took,
): void {
  const { renewal, run, stage } = task;
  if (renewal === undefined) return;
  const step = world.rules.afterWriting(
    renewal,
    heard ? heard.write : "no-reply",
    run.minted,
    RETENTION_MS,
    world.mint,
  );
  if (step.next === "call") {
    const again: Task = {
      ...task,
      run: minting(run, step.writing.call.version),
      renewal: step.writing,
      heard: undefined,
    };
    took(put(state, place, again), "sends its renewal again");
    if (heard === undefined && stage === "waiting") giveBack(world, state, place, task, took);
    else if (heard === undefined)
      took(put(state, place, { ...task, renewal: undefined, heard: undefined }), "lets it be");
    return;
  }
  const idle = { ...task, renewal: undefined, heard: undefined };
  if (step.next === "done") {
    const standing = step.stored?.version ?? renewal.call.version;
    const renewed: RunTask = { ...idle, run: { ...run, standing } };
    if (stage !== "waiting") {
      took(put(state, place, renewed), "has renewed its lease");
      return;
    }
    if (step.stored !== undefined && step.stored.ageMs < LEASE_MS) {
      runs(world, state, place, renewed.run, took);
      return;
    }
    took(put(state, place, renew(world, place.owner, renewed)), "renews once more");
    return;
  }
  checkVerdict(world, place, run, step, false);
  if (stage === "waiting") {
    if (step.next === "superseded") {
      superseded(world, state, place, step.current, heard?.life ?? 0, took);
      return;
    }
    giveBack(world, state, place, task, took);
    return;
  }
  took(put(state, place, { ...idle, run: { ...run, lost: true } }), "learns that its lease is lost, and runs on");
}

/** Ends an attempt whose handler has not begun. */
function giveBack(world: World, state: State, place: Place, task: RunTask, took: Took): void {
  const { owner } = place;
  const job: Job = { owner, task: release(world, task.run) };
  took({ ...put(state, place, "idle"), jobs: [...state.jobs, job] }, "gives the key back: store-unavailable");
}
