/** A call arrives at the store: what it does there, and what the properties say about that. */
import {
  type Front,
  type Ghost,
  type Heard,
  type Job,
  leftOf,
  type Message,
  ownVersions,
  type Run,
  type Slot,
  type State,
  type Task,
} from "./state.js";
import type { Performed } from "./store.js";
import { reach, violate, type World } from "./world.js";

export interface Landed {
  readonly state: State;
  readonly heard: Heard;
}

/** Performs one call. `by` is the run that waits for it, if one does. */
export function land(world: World, state: State, message: Message, by: Run | undefined): Landed {
  return settle(world, state, message, by, world.rules.perform(state.slot, message));
}

/** Enters what a call has done into the state. */
export function settle(world: World, state: State, message: Message, by: Run | undefined, done: Performed): Landed {
  const { life } = state.ghost;
  const settled = by !== undefined && by.settled === life + 1;
  const heard: Heard = { write: done.write, life, settled };
  const after = done.slot;
  if (after === state.slot) return { state, heard };
  if (after === undefined) return { state: { ...state, slot: after }, heard };
  checkAuthority(world, state, message, after);
  checkClaim(world, state, message, after);
  const ghost = judgeGhost(world, state, message, after);
  const next = withOwners({ ...state, slot: after, ghost }, after, message);
  return { state: next, heard };
}

/** P3: an owner writes only over its own run, and nothing is written over an answer. */
function checkAuthority(world: World, { slot }: State, { purpose, grant }: Message, after: Slot): void {
  if (purpose === "claim" || slot === undefined) return;
  if (slot.record.state === "completed") {
    violate(world, "P3", `${purpose} replaces the stored answer v${slot.version} by v${after.version}`);
  } else if (purpose !== "vacate" && (slot.record.state !== "in-progress" || slot.grant !== grant)) {
    violate(world, "P3", `${purpose} v${after.version} takes effect over v${slot.version}, which another run wrote`);
  }
}

/** P5: a claim with another fingerprint is never granted over a run. */
function checkClaim(world: World, { slot }: State, { purpose }: Message, after: Slot): void {
  if (purpose !== "claim" || slot === undefined) return;
  const taken = slot.record;
  if (taken.state === "in-progress") {
    reach(world, "take-over");
    if (after.record.state === "in-progress" && taken.fingerprint !== after.record.fingerprint) {
      violate(world, "P5", `a request with another fingerprint takes v${slot.version} over`);
    }
  }
  if (taken.state === "released") reach(world, "claim over released");
}

function judgeGhost(world: World, state: State, { purpose }: Message, after: Slot): Ghost {
  const { ghost } = state;
  const { attempt } = after.record;
  if (purpose === "claim" ? attempt <= ghost.fence : attempt < ghost.fence) {
    violate(world, "P2", `v${after.version} has attempt ${attempt} after attempt ${ghost.fence} of the same lifetime`);
  }
  let { commits } = ghost;
  if (purpose === "commit") {
    const bit = 1 << ghost.life;
    if (commits & bit) violate(world, "P6", "a second transaction commits its effect in one lifetime");
    commits |= bit;
  }
  const fence = Math.max(attempt, ghost.fence);
  return fence === ghost.fence && commits === ghost.commits ? ghost : { ...ghost, fence, commits };
}

/** Tells every run whether its lease runs now, and whether its last write has taken effect. */
function withOwners(state: State, after: Slot, { purpose, call }: Message): State {
  const leased = after.record.state === "in-progress" && !after.lapsed;
  const last =
    (purpose === "complete" || purpose === "commit" || purpose === "release") && call.op !== "get"
      ? call.version
      : undefined;
  const life = state.ghost.life;
  const update = (task: Task): Task => {
    const own = ownVersions(task);
    if (own === undefined || !own.includes(after.version)) return task;
    if (task.is === "claim") return task.leased === leased ? task : { ...task, leased };
    if (task.is === "vacate" || task.is === "remove") return task;
    const settled = last === after.version ? life + 1 : task.run.settled;
    if (task.run.leased === leased && task.run.settled === settled) return task;
    return { ...task, run: { ...task.run, leased, settled } };
  };
  return mapTasks(state, update);
}

/** The state with every task passed through `update`; the same object where nothing changes. */
export function mapTasks(state: State, update: (task: Task) => Task): State {
  let changed = false;
  const through = (task: Task): Task => {
    const next = update(task);
    if (next !== task) changed = true;
    return next;
  };
  const fronts = state.fronts.map((front): Front => (typeof front === "string" ? front : through(front)));
  const jobs =
    state.jobs.length === 0 ? state.jobs : state.jobs.map((job): Job => ({ ...job, task: through(job.task) }));
  return changed ? { ...state, fronts, jobs } : state;
}

/** A copy of a call that can never change anything again, and need not be remembered. */
export function isInert(world: World, state: State, { call }: Message): boolean {
  if (call.op === "get") return true;
  if (call.op === "create")
    return state.slot !== undefined && leftOf(state.left, "expire") === 0 && !world.rules.removes;
  return state.slot?.version !== call.expected && !mayBeWritten(state, call.expected);
}

function mayBeWritten(state: State, version: string): boolean {
  const writes = (task: Task): boolean => callVersion(task) === version;
  return (
    state.net.some(({ call }) => call.op !== "get" && call.version === version) ||
    state.fronts.some((front) => typeof front !== "string" && writes(front)) ||
    state.jobs.some(({ task }) => writes(task))
  );
}

function callVersion(task: Task): string | undefined {
  switch (task.is) {
    case "claim":
      return task.claiming.call.version;
    case "run":
      return task.renewal?.call.version;
    case "write":
      return task.writing.call.version;
    case "vacate":
      return task.vacating.call.version;
    default:
      return undefined;
  }
}
