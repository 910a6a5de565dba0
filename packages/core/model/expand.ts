/** All steps out of a state: what workers and handlers do, what the network does, and what time does. */
import { crash, expire, lapse } from "./accidents.js";
import { effect } from "./answers.js";
import { arrive, exchange } from "./calls.js";
import { start } from "./claiming.js";
import { isInert } from "./landing.js";
import { type Place, put } from "./place.js";
import { type RunTask, renew } from "./renewing.js";
import { complete, release } from "./settling.js";
import { leftOf, type State } from "./state.js";
import { begin, type Emit, spend } from "./step.js";
import type { World } from "./world.js";

export function expand(world: World, state: State, emit: Emit): void {
  for (let owner = 0; owner < state.fronts.length; owner += 1) {
    const front = state.fronts[owner];
    const place = { owner, job: undefined };
    if (front === "idle") {
      begin(world, state);
      start(world, state, owner, (next, did) => sending(world, next, place, true, `${did}: `, emit));
    } else if (front !== "done" && front !== undefined) {
      exchange(world, state, { place, task: front, prefix: "", free: true }, emit);
      if (front.is === "run") handler(world, state, place, front, emit);
    }
    crash(world, state, owner, "", emit);
  }
  state.jobs.forEach(({ owner, task }, job) => {
    exchange(world, state, { place: { owner, job }, task, prefix: "", free: true }, emit);
  });
  for (const message of state.net) arrive(world, state, message, emit);
  lapse(world, state, emit);
  expire(world, state, emit);
}

/**
 * Goes on from a state that is only passed through: its worker has just sent a call. Sending touches nothing but the
 * worker's own memory, so nobody else can tell it from one that has not sent yet, until the call does something.
 */
function sending(world: World, state: State, place: Place, free: boolean, prefix: string, emit: Emit): void {
  const task = state.fronts[place.owner];
  if (task === undefined || typeof task === "string") return;
  const sent = { ...state, minted: world.counter };
  exchange(world, sent, { place, task, prefix, free }, emit);
  crash(world, sent, place.owner, prefix, emit);
}

/** What a handler may choose to do. */
function handler(world: World, state: State, place: Place, task: RunTask, emit: Emit): void {
  const { owner } = place;
  const { run, stage, renewal } = task;
  if (stage === "waiting") return;
  if (stage === "before" && world.config.fence) {
    begin(world, state);
    const next = put(effect(world, state, run), place, { ...task, stage: "after" });
    emit({ next, owner, did: "has its effect", call: undefined, free: true });
  }
  // One write of an attempt is under way at a time.
  if (renewal !== undefined) return;
  if (leftOf(state.left, "renew") > 0 && !run.lost) {
    begin(world, state);
    const next = put(spend(state, "renew"), place, renew(world, owner, task));
    sending(world, next, place, false, "renews its lease: ", emit);
  }
  if (stage === "before") return;
  begin(world, state);
  const commits = world.config.transactional === true;
  const verb = commits ? "commits its effect and completion: " : "completes: ";
  sending(world, put(state, place, complete(world, owner, run, commits)), place, true, verb, emit);
  if (leftOf(state.left, "release") > 0) {
    begin(world, state);
    const next = put(spend(state, "release"), place, release(world, run));
    sending(world, next, place, false, "fails, and releases the key: ", emit);
  }
}

/** The state without copies of calls that can change nothing any more. */
export function tidy(world: World, state: State): State {
  if (state.net.length === 0) return state;
  const net = state.net.filter((message) => !isInert(world, state, message));
  return net.length === state.net.length ? state : { ...state, net };
}
