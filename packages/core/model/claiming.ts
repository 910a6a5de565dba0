/** A worker claims: what it does about the reply to its claim, or about none. */
import type { Claiming, Reply } from "../src/steps.js";
import { answer } from "./answers.js";
import { type Place, put, type Took } from "./place.js";
import { type RunTask, renew, runs } from "./renewing.js";
import { type Front, grantOf, type Heard, type Job, type Run, type State, type Task } from "./state.js";
import { reach, violate, type World, workerName } from "./world.js";

export type ClaimTask = Extract<Task, { readonly is: "claim" }>;

export function start(world: World, state: State, owner: number, took: Took): void {
  const claim = world.claims[owner];
  if (claim === undefined) return;
  const step = world.rules.beginClaim(undefined, claim, world.mint);
  if (step.next === "call") {
    const task: Task = { is: "claim", claiming: step.claiming, leased: false, heard: undefined };
    took(put(state, { owner, job: undefined }, task), "claims");
  }
}

export function claimWaits(world: World, state: State, place: Place, task: ClaimTask, took: Took): void {
  const { owner } = place;
  const step = claimStep(world, owner, task.claiming, "no-reply");
  if (step.next === "call") {
    took(put(state, place, { ...task, claiming: step.claiming, heard: undefined }), "sends its claim again");
  }
  reach(world, "claim given up");
  const { background, again } = world.rules.giveUp(task.claiming, world.mint);
  const jobs = [...state.jobs, ...background.map((job): Job => ({ owner, task: job }))];
  const front: Front = again === undefined ? "idle" : { ...task, claiming: again, heard: undefined };
  took({ ...put(state, place, front), jobs }, "gives up: store-unavailable; the clean-up begins");
}

function claimStep(world: World, owner: number, claiming: Claiming, reply: Reply) {
  const claim = world.claims[owner];
  if (claim === undefined) throw new Error(`no worker ${owner}`);
  return world.rules.afterClaim(claiming, reply, claim, world.mint);
}

export function claimHears(world: World, state: State, place: Place, task: ClaimTask, heard: Heard, took: Took): void {
  const { claiming } = task;
  const { write, life } = heard;
  const step = claimStep(world, place.owner, claiming, write);
  if (step.next !== "run" && !write.written && claiming.minted.includes(write.current?.version ?? "")) {
    violate(world, "P9", `${workerName(place.owner)} is refused by a claim of its own that was applied`);
  }
  if (step.next === "call") {
    took(put(state, place, { ...task, claiming: step.claiming, heard: undefined }), "decides to write");
    return;
  }
  if (step.next === "answer") {
    answer(world, state, place, step.decision, life, took);
    return;
  }
  const { stored, record, minted } = step;
  const run: Run = {
    minted,
    standing: stored.version,
    attempt: record.attempt,
    grant: grantOf(claiming),
    life,
    first: record.attempt === 1,
    leased: task.leased,
    lost: false,
    settled: 0,
  };
  if (stored.ageMs < record.leaseMs) {
    runs(world, state, place, run, took);
    return;
  }
  reach(world, "grant arrived lapsed");
  const waiting: RunTask = { is: "run", run, stage: "waiting", renewal: undefined, heard: undefined };
  took(put(state, place, renew(world, place.owner, waiting)), "got its grant lapsed, and renews it before it runs");
}
