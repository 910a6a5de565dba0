/** Breadth first over all states, so that the first trace to a violation is a shortest one; then backwards, for progress. */
import { Encoder } from "./encode.js";
import { expand, tidy } from "./expand.js";
import { production } from "./rules.js";
import type { State } from "./state.js";
import type { Step } from "./step.js";
import { type Configuration, createWorld, initialState, type Property, type Violation, type World } from "./world.js";

export interface Report {
  readonly config: Configuration;
  readonly states: number;
  readonly transitions: number;
  readonly seconds: number;
  /** The first violation that was met, and how it came to it. */
  readonly violation: Found | undefined;
  readonly reached: ReadonlyMap<string, number>;
  /** False where the search was cut at `maxStates`. */
  readonly complete: boolean;
}

export interface Found extends Violation {
  readonly steps: readonly Step[];
}

interface Search {
  readonly world: World;
  readonly encoder: Encoder;
  readonly seen: Map<string, number>;
  /** States that are still to be expanded; `undefined` afterwards, to free them. */
  readonly queue: (State | undefined)[];
  readonly parents: Ints;
  /** Which of its parent's steps led to a state. */
  readonly ordinals: Ints;
  /** Edges that progress may rely on, in pairs: from, to. */
  readonly edges: Ints;
  readonly answered: number[];
  transitions: number;
}

export function explore(config: Configuration, maxStates = Number.POSITIVE_INFINITY): Report {
  const startedAt = performance.now();
  const world = createWorld(config, { ...production, ...config.rules });
  const search: Search = {
    world,
    encoder: new Encoder(world),
    seen: new Map(),
    queue: [],
    parents: new Ints(),
    ordinals: new Ints(),
    edges: new Ints(),
    answered: [],
    transitions: 0,
  };
  enter(search, initialState(world), -1, 0);
  let violation: Found | undefined;
  let at = 0;
  for (; at < search.queue.length && at < maxStates && violation === undefined; at += 1) violation = visit(search, at);
  const complete = at === search.queue.length;
  if (violation === undefined && complete && world.asked.has("P8")) violation = findStuck(search);
  const { transitions, seen } = search;
  const seconds = (performance.now() - startedAt) / 1_000;
  return { config, states: seen.size, transitions, seconds, violation, reached: world.reached, complete };
}

/** The number of a state; it is queued where it is new. */
function enter(search: Search, state: State, parent: number, ordinal: number): number {
  const key = search.encoder.encode(state);
  const known = search.seen.get(key);
  if (known !== undefined) return known;
  const index = search.queue.length;
  search.seen.set(key, index);
  search.queue.push(kept(search.world, state));
  search.parents.push(parent);
  search.ordinals.push(ordinal);
  if (state.fronts.every((front) => front === "done")) search.answered.push(index);
  return index;
}

function visit(search: Search, index: number): Found | undefined {
  const { world } = search;
  const state = search.queue[index];
  if (state === undefined) return undefined;
  search.queue[index] = undefined;
  let ordinal = 0;
  let found: Found | undefined;
  expand(world, state, (step) => {
    search.transitions += 1;
    const next = tidy(world, step.next);
    const bad = world.bad ?? exclusion(world, next);
    if (bad !== undefined && found === undefined) {
      found = { ...bad, steps: [...trace(search, index), { ...step, next }] };
    }
    const to = enter(search, next, index, ordinal);
    if (step.free && to !== index) search.edges.push(index, to);
    ordinal += 1;
  });
  return found;
}

/** The state that a step leads to, as it is kept. */
function kept(world: World, state: State): State {
  return state.minted === world.counter ? state : { ...state, minted: world.counter };
}

/** P1: at most one run at a time has a lease that the store's clock calls unlapsed. */
function exclusion(world: World, state: State): Violation | undefined {
  if (!world.asked.has("P1")) return undefined;
  const running = state.fronts.filter(
    (front) => typeof front !== "string" && front.is === "run" && front.stage !== "waiting" && front.run.leased,
  );
  return running.length < 2 ? undefined : { property: "P1", text: "two runs hold a lease at the same time" };
}

/** P8: a state from which not every worker can get an answer without further bad luck; the first that was met. */
function findStuck(search: Search): Found | undefined {
  const count = search.queue.length;
  const alive = backwards(count, search.edges, search.answered);
  const stuck = alive.indexOf(0);
  if (stuck === -1) return undefined;
  const property: Property = "P8";
  return { property, text: "not every worker can get an answer from here", steps: trace(search, stuck) };
}

/** Marks the states from which one of `goals` can be reached. */
function backwards(count: number, edges: Ints, goals: readonly number[]): Uint8Array {
  const starts = new Int32Array(count + 1);
  for (let i = 1; i < edges.length; i += 2) bump(starts, edges.at(i) + 1);
  for (let i = 0; i < count; i += 1) starts[i + 1] = (starts[i + 1] ?? 0) + (starts[i] ?? 0);
  const fill = starts.slice();
  const sources = new Int32Array(edges.length / 2);
  for (let i = 0; i < edges.length; i += 2) sources[bump(fill, edges.at(i + 1))] = edges.at(i);
  const marked = new Uint8Array(count);
  const open = [...goals];
  for (const goal of goals) marked[goal] = 1;
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    for (let i = starts[state] ?? 0; i < (starts[state + 1] ?? 0); i += 1) {
      const source = sources[i] ?? 0;
      if (marked[source] === 1) continue;
      marked[source] = 1;
      open.push(source);
    }
  }
  return marked;
}

function bump(counts: Int32Array, at: number): number {
  const before = counts[at] ?? 0;
  counts[at] = before + 1;
  return before;
}

/** The steps to a state: its ancestors are known by number, and walked again from the beginning. */
function trace({ world, parents, ordinals }: Search, index: number): Step[] {
  const { bad, counter } = world;
  const path: number[] = [];
  for (let at = index; parents.at(at) >= 0; at = parents.at(at)) path.unshift(ordinals.at(at));
  const steps: Step[] = [];
  let state = initialState(world);
  for (const ordinal of path) {
    let seen = 0;
    let taken: Step | undefined;
    expand(world, state, (step) => {
      if (seen === ordinal) taken = { ...step, next: kept(world, tidy(world, step.next)) };
      seen += 1;
    });
    if (taken === undefined) throw new Error("a trace that cannot be walked again");
    steps.push(taken);
    state = taken.next;
  }
  world.bad = bad;
  world.counter = counter;
  return steps;
}

/** A list of whole numbers that grows cheaply. */
class Ints {
  #values = new Int32Array(1 << 12);
  length = 0;

  push(...values: number[]): void {
    if (this.length + values.length > this.#values.length) {
      const grown = new Int32Array(this.#values.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    for (const value of values) {
      this.#values[this.length] = value;
      this.length += 1;
    }
  }

  at(index: number): number {
    return this.#values[index] ?? 0;
  }
}
