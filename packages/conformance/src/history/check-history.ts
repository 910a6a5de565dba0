import { Line } from "./line.js";
import type { Interval, Model } from "./model.js";

/** Options of {@link checkHistory}. */
export interface CheckOptions<Operation> {
  /** Histories under different keys are judged apart, which is what makes long ones cheap. Default: all are one. */
  readonly keyOf?: (operation: Operation) => string | number;
  /** How often the model may be asked for one key before the verdict is `unknown`. Default 5,000,000. */
  readonly budget?: number;
}

/** What became of a history. */
export type Verdict<Operation> =
  /** Some order of the operations explains every answer. */
  | { readonly verdict: "ok"; readonly keys: number; readonly operations: number }
  /** No order does, under this key. */
  | ({ readonly verdict: "illegal"; readonly key: string | number } & Dead<Operation>)
  /** The budget ran out under this key. */
  | { readonly verdict: "unknown"; readonly key: string | number; readonly operations: readonly Operation[] };

/** Where the search got furthest. */
export interface Dead<Operation> {
  /** All of the key, in the order in which they began. */
  readonly operations: readonly Operation[];
  /** The most of them that could be put in order, in that order. */
  readonly prefix: readonly Operation[];
  /** What stood then, by the model's name. */
  readonly state: string;
  /** Those that could have come next by their times; none can by its answer. */
  readonly stuck: readonly Operation[];
}

/**
 * Tells whether a history is linearizable: Wing and Gong's search over a linked list of calls and returns, with Lowe's
 * memory of what was tried. The first key without an explanation, or without a verdict, is the answer.
 *
 * Time is exponential in how many operations are under way at once, and close to linear in the length.
 *
 * @see J. M. Wing, C. Gong, "Testing and Verifying Concurrent Objects", 1993; G. Lowe, "Testing for Linearizability", 2017
 */
export function checkHistory<State, Operation extends Interval>(
  model: Model<State, Operation>,
  operations: readonly Operation[],
  { keyOf = () => "", budget = 5_000_000 }: CheckOptions<Operation> = {},
): Verdict<Operation> {
  const byKey = new Map<string | number, Operation[]>();
  for (const operation of operations) {
    const key = keyOf(operation);
    const same = byKey.get(key);
    if (same === undefined) byKey.set(key, [operation]);
    else same.push(operation);
  }
  for (const [key, own] of byKey) {
    const ordered = own.sort((one, other) => one.startMs - other.startMs);
    const found = new Search(model, ordered).run(budget);
    if (found === "unknown") return { verdict: "unknown", key, operations: ordered };
    if (found !== "ok") return { verdict: "illegal", key, ...found };
  }
  return { verdict: "ok", keys: byKey.size, operations: operations.length };
}

/** An operation that was put next in order, what stood before it, and what else might stand after it. */
interface Step<State> {
  readonly operation: number;
  readonly before: State;
  readonly others: readonly State[];
  /** No other step needs to be tried in its place. */
  readonly settled: boolean;
}

/** The search under one key. */
class Search<State, Operation extends Interval> {
  readonly #model: Model<State, Operation>;
  readonly #operations: readonly Operation[];
  readonly #line: Line;
  /** Which operations were done and what stood then, for everything that was tried. */
  readonly #tried = new Set<string>();
  readonly #steps: Step<State>[] = [];
  #state: State;
  #furthest: { steps: readonly number[]; state: State; stuck: readonly number[] } | undefined;

  constructor(model: Model<State, Operation>, operations: readonly Operation[]) {
    this.#model = model;
    this.#operations = operations;
    this.#line = new Line(operations);
    this.#state = model.initial;
  }

  run(budget: number): "ok" | "unknown" | Dead<Operation> {
    let left = budget;
    let node: number | undefined = this.#line.first;
    while (this.#line.open > 0) {
      const operation: Operation | undefined = this.#operations[node];
      if (operation === undefined) {
        // A return: its operation must be done by now, and is not. So one of the steps so far was wrong.
        this.#remember(node);
        node = this.#back();
      } else {
        if (left-- === 0) return "unknown";
        node = this.#on(node, operation);
      }
      if (node === undefined) return this.#dead();
    }
    return "ok";
  }

  /** Tries an operation next; answers where to look now, or nothing where there is no order. */
  #on(node: number, operation: Operation): number | undefined {
    const { next, name, reads } = this.#model;
    const states = next(this.#state, operation);
    const [only] = states;
    // What changes nothing, here or anywhere, may as well be done now: no order needs it later.
    const settled =
      reads?.(operation) === true && states.length === 1 && only !== undefined && name(only) === name(this.#state);
    if (this.#take(node, states, settled)) return this.#line.first;
    return settled ? this.#back() : this.#line.after(node);
  }

  /** Undoes the last step that could have been another one. */
  #back(): number | undefined {
    for (let last = this.#steps.pop(); last !== undefined; last = this.#steps.pop()) {
      this.#line.putBack(last.operation);
      this.#state = last.before;
      if (last.settled) continue;
      return this.#take(last.operation, last.others, false) ? this.#line.first : this.#line.after(last.operation);
    }
    return undefined;
  }

  /** Does an operation, with the first of these states after it that is new; false where there is none. */
  #take(operation: number, states: readonly State[], settled: boolean): boolean {
    const { name } = this.#model;
    const before = this.#state;
    const answered = this.#operations[operation]?.endMs !== Number.POSITIVE_INFINITY;
    this.#line.take(operation);
    for (const [index, after] of states.entries()) {
      const position = `${this.#line.done} ${name(after)}`;
      // What was not answered need not be done at all, so doing it without an effect leads nowhere new.
      if (this.#tried.has(position) || (!answered && name(after) === name(before))) continue;
      this.#tried.add(position);
      this.#steps.push({ operation, before, others: states.slice(index + 1), settled });
      this.#state = after;
      return true;
    }
    this.#line.putBack(operation);
    return false;
  }

  #remember(node: number): void {
    if (this.#furthest !== undefined && this.#steps.length <= this.#furthest.steps.length) return;
    const steps = this.#steps.map(({ operation }) => operation);
    this.#furthest = { steps, state: this.#state, stuck: this.#line.callsBefore(node) };
  }

  #dead(): Dead<Operation> {
    const { steps = [], state = this.#state, stuck = [] } = this.#furthest ?? {};
    const these = (numbers: readonly number[]) => numbers.flatMap((number) => this.#operations[number] ?? []);
    return {
      operations: this.#operations,
      prefix: these(steps),
      state: this.#model.name(state),
      stuck: these(stuck),
    };
  }
}
