/** What callers are told, and what the outside world sees of a run. */
import type { Decision, Replay } from "../src/decide.js";
import type { Stored } from "../src/record.js";
import { type Place, put, type Took } from "./place.js";
import type { Run, State } from "./state.js";
import { madeBy, reach, violate, type World, workerName } from "./world.js";

export function superseded(world: World, state: State, place: Place, current: Stored, life: number, took: Took): void {
  if (place.job !== undefined) {
    took(put(state, place, "done"), "is superseded");
    return;
  }
  const claim = world.claims[place.owner];
  if (claim === undefined) return;
  answer(world, state, place, world.rules.answerSuperseded(current, claim), life, took);
}

export function answer(world: World, state: State, place: Place, decision: Decision, life: number, took: Took): void {
  if (decision.do === "replay") {
    replay(world, state, place, decision, life, took);
    return;
  }
  if (decision.do !== "refuse") return;
  reach(world, decision.because);
  const asksAgain = decision.because === "in-progress" || decision.because === "outcome-unknown";
  took(put(state, place, asksAgain ? "idle" : "done"), `answers ${decision.because}`);
}

function replay(world: World, state: State, place: Place, { result }: Replay, life: number, took: Took): void {
  const { id, grant, fingerprint } = madeBy(result);
  reach(world, "replay");
  if (fingerprint !== world.claims[place.owner]?.fingerprint) {
    violate(world, "P5", `${workerName(place.owner)} is given the answer to another request`);
  }
  took(put(say(world, state, id, life), place, "done"), `replays result ${id} of run ${grant}`);
}

export function answerOwn(world: World, state: State, place: Place, result: string, life: number, took: Took): void {
  if (place.job !== undefined) {
    took(put(state, place, "done"), "has completed late");
    return;
  }
  took(put(say(world, state, result, life), place, "done"), `answers result ${result} of its own`);
}

/** P4: all callers of one lifetime are given one result. */
export function say(world: World, state: State, result: string, life: number): State {
  const { ghost } = state;
  const before = ghost.answers[life];
  if (before === result) return state;
  if (before !== "") violate(world, "P4", `two answers in one lifetime: result ${before} and result ${result}`);
  return { ...state, ghost: { ...ghost, answers: ghost.answers.with(life, result) } };
}

/** P6, and the fence: what the outside world sees of a run. */
export function effect(world: World, state: State, run: Run): State {
  let { ghost } = state;
  const bit = 1 << run.life;
  if (run.first) {
    if (ghost.effects & bit) violate(world, "P6", "a second effect in one lifetime without take-over or release");
    ghost = { ...ghost, effects: ghost.effects | bit };
  }
  if (world.config.fence !== true) return { ...state, ghost };
  const { attempt, life } = run;
  const { resource } = ghost;
  const newer =
    resource === undefined || life > resource.life || (life === resource.life && attempt >= resource.attempt);
  if (resource !== undefined && attempt < resource.attempt) {
    reach(world, "stale effect refused");
    if (newer) violate(world, "fence", `the newer run v${run.grant} is refused`);
    return { ...state, ghost };
  }
  if (!newer) violate(world, "fence", `the effect of run v${run.grant} is accepted after that of a newer run`);
  return { ...state, ghost: { ...ghost, resource: { attempt, life } } };
}
