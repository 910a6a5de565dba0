/** What happens to everybody: a crash, the end of a lease, the end of retention. */
import { mapTasks } from "./landing.js";
import {
  callOf,
  type Front,
  type Job,
  leftOf,
  type Message,
  messageOf,
  ownVersions,
  type State,
  type StoreCall,
  type Task,
} from "./state.js";
import { begin, type Emit, spend } from "./step.js";
import { reach, type World } from "./world.js";

/** The process dies: its memory is lost; what it has sent may still arrive; its client asks again. */
export function crash(world: World, state: State, owner: number, prefix: string, emit: Emit): void {
  if (leftOf(state.left, "crash") === 0) return;
  const front = state.fronts[owner];
  if (front === undefined) return;
  const lost = state.jobs.filter((job) => job.owner === owner).map(({ task }) => task);
  if (typeof front !== "string") lost.push(front);
  if (lost.length === 0) return;
  begin(world, state);
  reach(world, "crash");
  const sent = lost.flatMap((task): Message[] => {
    const call = task.heard === undefined ? callOf(task) : undefined;
    return call === undefined ? [] : [messageOf(task, call)];
  });
  const fronts = typeof front === "string" ? state.fronts : state.fronts.with(owner, "idle" satisfies Front);
  const jobs = state.jobs.filter((job: Job) => job.owner !== owner);
  const next = { ...spend(state, "crash"), fronts, jobs, net: [...state.net, ...sent] };
  emit({ next, owner, did: `${prefix}crashes`, call: undefined, free: false });
}

/** The lease of what stands runs out; that takes bad luck while somebody holds it. */
export function lapse(world: World, state: State, emit: Emit): void {
  const { slot } = state;
  if (slot === undefined || slot.lapsed || slot.record.state !== "in-progress") return;
  const holds = (task: Task): boolean => ownVersions(task)?.includes(slot.version) === true;
  const held =
    state.fronts.some((front) => typeof front !== "string" && holds(front)) ||
    state.jobs.some(({ task }) => holds(task));
  if (held && leftOf(state.left, "lapse") === 0) return;
  begin(world, state);
  const base = held ? spend(state, "lapse") : state;
  const after = mapTasks(base, (task) => {
    if (!holds(task)) return task;
    if (task.is === "claim") return { ...task, leased: false };
    return task.is === "vacate" || task.is === "remove" ? task : { ...task, run: { ...task.run, leased: false } };
  });
  const next = { ...after, slot: { ...slot, lapsed: true } };
  emit({
    next,
    owner: undefined,
    did: held ? "the lease lapses while it is held" : "the lease lapses",
    call: undefined,
    free: !held,
  });
}

/** Retention ends: later than the lease where the record says so, and later than all copies of the claim that began it. */
export function expire(world: World, state: State, emit: Emit): void {
  const { slot, ghost } = state;
  if (slot === undefined || leftOf(state.left, "expire") === 0) return;
  if (slot.record.state === "in-progress" && !slot.lapsed && slot.covered) return;
  const { boundedDelay } = world.rules;
  const begins = (call: StoreCall | undefined): boolean => call?.op === "create" && call.version === slot.birth;
  if (boundedDelay && state.fronts.some((f) => typeof f !== "string" && f.is === "claim" && begins(callOf(f)))) return;
  begin(world, state);
  const net = boundedDelay ? state.net.filter(({ purpose, call }) => purpose !== "claim" || !begins(call)) : state.net;
  const next = { ...spend(state, "expire"), slot: undefined, net, ghost: { ...ghost, life: ghost.life + 1, fence: 0 } };
  emit({ next, owner: undefined, did: "the record expires", call: undefined, free: false });
}
