/** A worker ends its run: the last write, and the read after a transaction. */
import type { KeyRecord } from "../src/record.js";
import type { WriteStep, Writing } from "../src/steps.js";
import { answerOwn, say, superseded } from "./answers.js";
import { minting, type Place, put, type Took } from "./place.js";
import type { Heard, Run, State, Task } from "./state.js";
import { RETENTION_MS } from "./store.js";
import { madeBy, RunResult, reach, violate, type World, workerName } from "./world.js";

export type WriteTask = Extract<Task, { readonly is: "write" }>;
export type ReadTask = Extract<Task, { readonly is: "read" }>;

export function complete(world: World, owner: number, run: Run, commits: boolean): Task {
  const fingerprint = world.claims[owner]?.fingerprint ?? "";
  // Every completion has a result of its own, named like the version that is minted next.
  const result = new RunResult(String(world.counter + 1), run.grant, fingerprint);
  return writeLast(world, run, "complete", { state: "completed", fingerprint, attempt: run.attempt, result }, commits);
}

export function release(world: World, run: Run): Task {
  return writeLast(world, run, "release", { state: "released", attempt: run.attempt }, false);
}

function writeLast(world: World, run: Run, purpose: "complete" | "release", record: KeyRecord, commits: boolean): Task {
  const writing = world.rules.beginWriting(purpose, run.standing, record, undefined, world.mint);
  return { is: "write", run: minting(run, writing.call.version), writing, commits, heard: undefined };
}

/** The result that a completion writes. */
function resultOf({ call: { record } }: Writing): string {
  return record.state === "completed" ? madeBy(record.result).id : "";
}

function readAfter({ run, writing }: WriteTask): Task {
  return { is: "read", run, version: writing.call.version, result: resultOf(writing), heard: undefined };
}

export function writeWaits(world: World, state: State, place: Place, task: WriteTask, took: Took): void {
  const { run, writing } = task;
  const { onCompletionFailure = "unknown", countUnstored } = world.config;
  if (task.commits) {
    took(put(state, place, readAfter(task)), "does not know whether its transaction committed, and reads");
    return;
  }
  const step = world.rules.afterWriting(writing, "no-reply", run.minted, RETENTION_MS, world.mint);
  if (step.next !== "call") return;
  const again: Task = { ...task, writing: step.writing, heard: undefined };
  took(put(state, place, again), `sends its ${writing.purpose === "complete" ? "completion" : "release"} again`);
  if (place.job !== undefined) return;
  const jobs = [...state.jobs, { owner: place.owner, task: again }];
  if (writing.purpose === "release") {
    took({ ...put(state, place, "done"), jobs }, "answers its own error; the release goes on");
    return;
  }
  reach(world, "completion unanswered");
  if (onCompletionFailure === "unknown") {
    took({ ...put(state, place, "idle"), jobs }, "answers outcome-unknown; the completion goes on");
    return;
  }
  const said = countUnstored ? say(world, state, resultOf(writing), run.life) : state;
  took({ ...put(said, place, "done"), jobs }, "answers its own result, unstored; the completion goes on");
}

export function writeHears(world: World, state: State, place: Place, task: WriteTask, heard: Heard, took: Took): void {
  const { run, writing } = task;
  const { purpose } = writing;
  const step = world.rules.afterWriting(writing, heard.write, run.minted, RETENTION_MS, world.mint);
  switch (step.next) {
    case "call": {
      const { writing: again } = step;
      if (again.call.op === "create") reach(world, "completion found nothing");
      const next: Task = { ...task, run: minting(run, again.call.version), writing: again, heard: undefined };
      took(put(state, place, next), "writes again over what it found");
      return;
    }
    case "done": {
      if (purpose === "release") {
        took(put(state, place, "done"), "has released the key: its own error");
        return;
      }
      if (task.commits) {
        took(put(state, place, readAfter(task)), "has ended its transaction, and reads");
        return;
      }
      const life = step.stored === undefined ? run.life : heard.life;
      answerOwn(world, state, place, resultOf(writing), life, took);
      return;
    }
    case "completed-before":
      reach(world, "completed before");
      if (task.commits) {
        took(put(state, place, readAfter(task)), "rolls back: an earlier transaction of its own did commit");
        return;
      }
      superseded(world, state, place, step.current, heard.life, took);
      return;
    case "superseded":
      checkVerdict(world, place, run, step, heard.settled && (purpose === "complete" || writing.doubtful));
      superseded(world, state, place, step.current, heard.life, took);
      return;
    case "vanished":
      took(put(state, place, place.job === undefined ? "idle" : "done"), "finds nothing: outcome-unknown");
      return;
  }
}

/**
 * P9: no verdict may deny what the store has done for this very run. `repeated`: its write took effect, and was sent
 * again after a lost reply.
 */
export function checkVerdict(world: World, { owner }: Place, run: Run, step: WriteStep, repeated: boolean): void {
  const name = workerName(owner);
  if (step.next !== "superseded" && step.next !== "vanished") return;
  if (step.next === "superseded") {
    reach(world, "superseded");
    const { version } = step.current;
    if (run.minted.includes(version)) violate(world, "P9", `${name} is superseded by itself: v${version}`);
  }
  if (repeated) violate(world, "P9", `${name}'s last write took effect, and its repetition reads ${step.next}`);
}

export function readWaits(state: State, place: Place, task: ReadTask, took: Took): void {
  took(put(state, place, { ...task, heard: undefined }), "reads again");
  took(put(state, place, "idle"), "answers outcome-unknown");
}

export function readHears(world: World, state: State, place: Place, task: ReadTask, heard: Heard, took: Took): void {
  const { run, version, result } = task;
  const { write, life, settled } = heard;
  const current = write.written ? write.stored : write.current;
  const verdict = world.rules.afterCommit(current, version, run.minted);
  const name = workerName(place.owner);
  if (settled && verdict.verdict !== "committed" && verdict.verdict !== "completed-before") {
    violate(world, "P9", `${name}'s transaction committed, and is judged ${verdict.verdict}`);
  }
  switch (verdict.verdict) {
    case "committed":
      answerOwn(world, state, place, result, life, took);
      return;
    case "completed-before":
      reach(world, "completed before");
      superseded(world, state, place, verdict.current, life, took);
      return;
    case "rolled-back": {
      reach(world, "rolled back");
      const again = { ...run, standing: verdict.standing };
      const { owner } = place;
      took(put(state, place, complete(world, owner, again, true)), "sees it rolled back, and runs it again");
      took(put(state, place, complete(world, owner, again, false)), "sees it rolled back, and completes without it");
      took(put(state, place, release(world, again)), "sees it rolled back, and releases the key");
      return;
    }
    case "superseded":
      superseded(world, state, place, verdict.current, life, took);
      return;
    case "unknown":
      took(put(state, place, "idle"), "finds nothing: outcome-unknown");
      return;
  }
}
