/** A call and its reply: served, lost, late, sent twice, or judged by a wrong clock. */
import { land, settle } from "./landing.js";
import { type Place, put } from "./place.js";
import {
  callOf,
  type Heard,
  leftOf,
  type Message,
  messageOf,
  type Run,
  type State,
  type StoreCall,
  type Task,
} from "./state.js";
import { begin, type Emit, spend } from "./step.js";
import { view, written } from "./store.js";
import { hear } from "./worker.js";
import { reach, type World } from "./world.js";

/** A task that waits for a reply, and how it came to send its call. */
export interface Sender {
  readonly place: Place;
  readonly task: Task;
  /** What it did just before, in words; "" where the call was sent in an earlier step. */
  readonly prefix: string;
  /** False where it took bad luck to send the call. */
  readonly free: boolean;
}

export function exchange(world: World, state: State, sender: Sender, emit: Emit): void {
  const { task } = sender;
  const call = callOf(task);
  if (call === undefined) return;
  if (task.heard === undefined) {
    send(world, state, sender, messageOf(task, call), emit);
  } else {
    begin(world, state);
    hears(world, state, sender, task.heard, undefined, emit);
  }
}

/** The reply arrives, or is lost. */
function hears(
  world: World,
  state: State,
  { place, task, prefix, free }: Sender,
  heard: Heard,
  call: StoreCall | undefined,
  emit: Emit,
): void {
  const { owner } = place;
  const { bad } = world;
  hear(world, state, place, task, heard, (next, did) => emit({ next, owner, did: prefix + did, call, free }));
  if (leftOf(state.left, "loss") === 0) return;
  begin(world, state);
  world.bad = bad;
  reach(world, "reply lost");
  hear(world, spend(state, "loss"), place, task, undefined, (next, did) =>
    emit({ next, owner, did: `${prefix}gets no reply (lost), and ${did}`, call, free: false }),
  );
}

function send(world: World, state: State, sender: Sender, message: Message, emit: Emit): void {
  const { place, task, prefix, free } = sender;
  const { owner } = place;
  const { call } = message;
  begin(world, state);
  const landed = land(world, state, message, runOf(task));
  if (world.config.slowReplies) {
    emit({ next: answered(landed.state, place, landed.heard), owner, did: `${prefix}is served`, call, free });
  } else {
    hears(world, landed.state, { ...sender, task: taskAt(landed.state, place) }, landed.heard, call, emit);
  }
  if (leftOf(state.left, "late") > 0) {
    begin(world, state);
    hear(world, onItsWay(spend(state, "late"), message), place, task, undefined, (next, did) =>
      emit({
        next,
        owner,
        did: `${prefix}gets no reply (its call is still on its way), and ${did}`,
        call,
        free: false,
      }),
    );
  }
  if (leftOf(state.left, "duplicate") > 0 && message.purpose !== "read") {
    begin(world, state);
    const next = onItsWay(spend(state, "duplicate"), message);
    emit({ next, owner, did: `${prefix}has its driver send a second copy`, call, free: false });
  }
  misjudge(world, state, sender, message, emit);
}

/** What a caller's wrong clock makes of a call: a live lease looks lapsed, a live record expired. */
function misjudge(world: World, state: State, { place, task }: Sender, message: Message, emit: Emit): void {
  const { owner } = place;
  const { slot } = state;
  const { call } = message;
  if (slot === undefined || message.purpose !== "claim" || call.op === "get" || slot.version === call.version) return;
  if (leftOf(state.left, "earlyLapse") > 0 && !slot.lapsed && slot.record.state === "in-progress") {
    begin(world, state);
    const heard: Heard = {
      write: { written: false, current: view(slot, true) },
      life: state.ghost.life,
      settled: false,
    };
    const did = "is told, by a clock that runs ahead, that the lease has lapsed";
    emit({ next: answered(spend(state, "earlyLapse"), place, heard), owner, did, call, free: false });
  }
  if (leftOf(state.left, "earlyExpiry") > 0 && call.op === "create") {
    begin(world, state);
    const done = written(call.record, call.version, call.keepMs, message, undefined);
    const landed = settle(world, spend(state, "earlyExpiry"), message, runOf(task), done);
    const did = "writes over a record that its clock, which runs ahead, calls expired";
    emit({ next: answered(landed.state, place, landed.heard), owner, did, call, free: false });
  }
}

/** The state with the reply on its way to the task at this place. */
function answered(state: State, place: Place, heard: Heard): State {
  return put(state, place, { ...taskAt(state, place), heard });
}

function taskAt(state: State, { owner, job }: Place): Task {
  const task = job === undefined ? state.fronts[owner] : state.jobs[job]?.task;
  if (task === undefined || typeof task === "string") throw new Error("nobody is there");
  return task;
}

const onItsWay = (state: State, message: Message): State => ({ ...state, net: [...state.net, message] });

/** A copy of a call that nobody waits for any more. */
export function arrive(world: World, state: State, message: Message, emit: Emit): void {
  begin(world, state);
  const rest = { ...state, net: state.net.filter((other) => other !== message) };
  const landed = land(world, rest, message, undefined);
  if (landed.state === rest) return;
  reach(world, "late call landed");
  emit({
    next: landed.state,
    owner: undefined,
    did: `a late copy of a ${message.purpose} lands`,
    call: message.call,
    free: false,
  });
}

function runOf(task: Task): Run | undefined {
  return task.is === "write" || task.is === "read" || task.is === "run" ? task.run : undefined;
}
