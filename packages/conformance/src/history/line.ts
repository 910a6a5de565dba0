import type { Interval } from "./model.js";

/**
 * The calls and returns of a history in the order of their times, as a linked list from which an operation can be taken
 * and put back at once. A call has the number of its operation; its return has that plus the number of operations. What
 * was not answered has no return: nothing has to come after it.
 */
export class Line {
  readonly #count: number;
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #answered: readonly boolean[];
  readonly #done: Uint32Array;
  readonly #head: number;
  /** The last word of `#done` that was ever written to. */
  #highest = 0;
  /** Operations that were answered, and are not taken. */
  open = 0;

  constructor(operations: readonly Interval[]) {
    this.#count = operations.length;
    this.#head = 2 * this.#count;
    this.#next = new Int32Array(this.#head + 1);
    this.#previous = new Int32Array(this.#head + 1);
    this.#done = new Uint32Array(Math.ceil(this.#count / 32));
    this.#answered = operations.map(({ endMs }) => endMs !== Number.POSITIVE_INFINITY);
    this.open = this.#answered.filter(Boolean).length;
    let last = this.#head;
    for (const node of eventsOf(operations)) {
      this.#next[last] = node;
      this.#previous[node] = last;
      last = node;
    }
    this.#next[last] = this.#head;
    this.#previous[this.#head] = last;
  }

  /** The first call or return that was not taken. */
  get first(): number {
    return this.after(this.#head);
  }

  /** Names the set of operations that are taken: all before the first open one are, and none after the last taken one. */
  get done(): string {
    const start = Math.min(this.first, this.#count) >>> 5;
    let end = this.#highest + 1;
    while (end > start && this.#done[end - 1] === 0) end--;
    return `${start}:${this.#done.subarray(start, end).join()}`;
  }

  after(node: number): number {
    return this.#next[node] ?? this.#head;
  }

  take(operation: number): void {
    this.#unlink(operation);
    this.#mark(operation);
    if (this.#answered[operation] !== true) return;
    this.#unlink(operation + this.#count);
    this.open--;
  }

  /** Undoes the last `take`: the list remembers the places, if they are given back in the reverse order. */
  putBack(operation: number): void {
    if (this.#answered[operation] === true) {
      this.#link(operation + this.#count);
      this.open++;
    }
    this.#link(operation);
    this.#mark(operation);
  }

  /** The calls before a node. */
  callsBefore(node: number): readonly number[] {
    const calls: number[] = [];
    for (let each = this.first; each !== node && each !== this.#head; each = this.after(each)) calls.push(each);
    return calls;
  }

  #unlink(node: number): void {
    const [previous, next] = [this.#previous[node] ?? this.#head, this.after(node)];
    this.#next[previous] = next;
    this.#previous[next] = previous;
  }

  #link(node: number): void {
    this.#next[this.#previous[node] ?? this.#head] = node;
    this.#previous[this.after(node)] = node;
  }

  #mark(operation: number): void {
    const word = operation >>> 5;
    if (word > this.#highest) this.#highest = word;
    this.#done[word] = ((this.#done[word] ?? 0) ^ (1 << (operation & 31))) >>> 0;
  }
}

/** Calls and returns by their times; at the same time calls come first, so that the two are under way together. */
function eventsOf(operations: readonly Interval[]): readonly number[] {
  const count = operations.length;
  const events = operations.flatMap(({ startMs, endMs }, number) => {
    const call = { atMs: startMs, node: number };
    return endMs === Number.POSITIVE_INFINITY ? [call] : [call, { atMs: endMs, node: number + count }];
  });
  return events.sort((one, other) => one.atMs - other.atMs || one.node - other.node).map(({ node }) => node);
}
