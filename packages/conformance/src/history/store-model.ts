import { type Clock, slackOf } from "./clock.js";
import type { Interval, Model } from "./model.js";

/** A call of a store's operation; a record is a text that stands for it, and equal texts stand for equal records. */
export type StoreCall =
  | { readonly op: "get" }
  | { readonly op: "create"; readonly version: string; readonly record: string; readonly keepMs: number }
  | {
      readonly op: "replace";
      readonly expected: string;
      readonly version: string;
      readonly record: string;
      readonly keepMs?: number;
    }
  | { readonly op: "remove"; readonly expected: string };

/** What a store said: whether it wrote, unless it was asked to read; and what it says that stands. */
export interface StoreAnswer {
  readonly written?: boolean;
  /** Absent where nothing stands, and in the answer to a remove that was done. */
  readonly stands?: StandingAnswer;
}

/** A `Stored`, with a text for its record. */
export interface StandingAnswer {
  readonly version: string;
  readonly record: string;
  readonly ageMs: number;
  readonly expiresInMs: number;
}

/** One call of a store, from when to when, and what it was answered; absent for a fault, or a caller that died. */
export interface StoreOperation extends Interval {
  /** The id, or anything that stands for it. */
  readonly key: string | number;
  /** Who called, for the trace. */
  readonly by: string;
  readonly call: StoreCall;
  readonly answer?: StoreAnswer;
}

/** What stands under an id. The store's clock is not seen from outside, so its times are known by their limits only. */
export interface StoreState {
  readonly version: string;
  readonly record: string;
  readonly writtenMs: Limits;
  /** The expiry is so long after it was written, or stays where it was before if that is later. */
  readonly keepMs: number;
  readonly expiredMs: Limits;
}

interface Limits {
  readonly minMs: number;
  readonly maxMs: number;
}

type Nothing = "nothing";

/**
 * The store contract over one id as a model: versions, records, ages and expiries. Whether a record had expired, and how
 * old it was, is judged by when the operations were under way, so no history is illegal for the speed of the machine.
 */
export function storeModel(clock: Clock): Model<StoreState | Nothing, StoreOperation> {
  const { skewMarginMs } = clock;
  const slackMs = slackOf(clock);
  const mayLive = (state: StoreState, { startMs }: Interval) =>
    startMs < expiryOf(state).maxMs + skewMarginMs + slackMs;
  const mayBeOver = (state: StoreState, { endMs }: Interval) => endMs > expiryOf(state).minMs - slackMs;
  const tells: Tells = (stands, state, when) => {
    if (stands === undefined || stands.version !== state.version || stands.record !== state.record) return false;
    const age = between(state.writtenMs, limitsOf(when));
    const left = between(limitsOf(when), expiryOf(state));
    const youngest = Math.max(0, age.minMs) - skewMarginMs - slackMs;
    return (
      within(stands.ageMs, youngest, age.maxMs + slackMs) &&
      within(stands.expiresInMs, left.minMs - slackMs, left.maxMs + skewMarginMs + slackMs) &&
      stands.expiresInMs > 0
    );
  };
  return {
    initial: "nothing",
    next: (state, operation) => [
      ...(state === "nothing" || mayBeOver(state, operation) ? onNothing(operation, tells) : []),
      ...(state !== "nothing" && mayLive(state, operation) ? onLive(seenBy(state, operation), operation, tells) : []),
    ],
    reads: ({ call, answer }) => answer !== undefined && (call.op === "get" || answer.written === false),
    name: (state) => (state === "nothing" ? state : nameOf(state)),
    describe: describeStoreOperation,
  };
}

/** Whether an answer is about this record, as old as it can be then and with as much life left. */
type Tells = (stands: StandingAnswer | undefined, state: StoreState, when: Interval) => boolean;

type Ends = readonly (StoreState | Nothing)[];

/** What an operation leaves behind where nothing stands, if it was answered so. */
function onNothing(operation: StoreOperation, tells: Tells): Ends {
  const { call, answer } = operation;
  if (call.op === "create") return written(operation, begun(call, operation, call.keepMs), tells);
  if (answer === undefined) return ["nothing"];
  const expected = call.op === "get" ? undefined : call.op === "remove";
  return answer.written === expected && answer.stands === undefined ? ["nothing"] : [];
}

/** What it leaves behind over a live record. */
function onLive(state: StoreState, operation: StoreOperation, tells: Tells): Ends {
  const { call, answer } = operation;
  const repeats = (call.op === "create" || call.op === "replace") && call.version === state.version;
  if ((call.op === "replace" || call.op === "remove") && call.expected === state.version && !repeats) {
    if (call.op === "remove") return answer === undefined || answer.written === true ? ["nothing"] : [];
    return written(operation, begun(call, operation, call.keepMs ?? 0, expiryOf(state)), tells);
  }
  if (answer === undefined) return [state];
  const expected = call.op === "get" ? undefined : repeats;
  return answer.written === expected && tells(answer.stands, state, operation) ? [state] : [];
}

function written(operation: StoreOperation, state: StoreState, tells: Tells): Ends {
  const { answer } = operation;
  if (answer === undefined) return [state];
  return answer.written === true && tells(answer.stands, state, operation) ? [state] : [];
}

const NEVER: Limits = { minMs: Number.NEGATIVE_INFINITY, maxMs: Number.NEGATIVE_INFINITY };

function begun(
  { version, record }: { readonly version: string; readonly record: string },
  when: Interval,
  keepMs: number,
  expiredMs: Limits = NEVER,
): StoreState {
  return { version, record, writtenMs: limitsOf(when), keepMs, expiredMs };
}

/** The same, to one who is answered now: it was written before, also where its own writer was not answered. */
function seenBy(state: StoreState, { endMs }: Interval): StoreState {
  const { minMs, maxMs } = state.writtenMs;
  return maxMs <= endMs ? state : { ...state, writtenMs: { minMs, maxMs: endMs } };
}

function expiryOf({ writtenMs, keepMs, expiredMs }: StoreState): Limits {
  return {
    minMs: Math.max(expiredMs.minMs, writtenMs.minMs + keepMs),
    maxMs: Math.max(expiredMs.maxMs, writtenMs.maxMs + keepMs),
  };
}

function limitsOf({ startMs, endMs }: Interval): Limits {
  return { minMs: startMs, maxMs: endMs };
}

/** How long it can be from one time to another. */
function between(from: Limits, to: Limits): Limits {
  return { minMs: to.minMs - from.maxMs, maxMs: to.maxMs - from.minMs };
}

function within(value: number, min: number, max: number): boolean {
  return value >= min && value <= max;
}

function nameOf(state: StoreState): string {
  const { writtenMs, version, record } = state;
  const { minMs, maxMs } = expiryOf(state);
  const times = [writtenMs.minMs, writtenMs.maxMs, minMs, maxMs].map((ms) => ms.toFixed(3));
  return `${version} (${record}) written at ${times[0]}..${times[1]}, expires at ${times[2]}..${times[3]}`;
}

function describeStoreOperation({ call, answer }: StoreOperation): string {
  return `${describeCall(call)} -> ${answer === undefined ? "no answer" : describeAnswer(call, answer)}`;
}

function describeCall(call: StoreCall): string {
  if (call.op === "get") return "get";
  if (call.op === "remove") return `remove ${call.expected}`;
  const keep = call.keepMs === undefined ? "" : ` for ${call.keepMs} ms`;
  const over = call.op === "replace" ? `${call.expected} by ` : "";
  return `${call.op} ${over}${call.version} (${call.record})${keep}`;
}

function describeAnswer({ op }: StoreCall, { written, stands }: StoreAnswer): string {
  const done = op === "get" ? "" : written === true ? "written" : "refused";
  if (stands === undefined) return op === "remove" && written === true ? done : `${done} nothing stands`.trim();
  const { version, record, ageMs, expiresInMs } = stands;
  return `${done} ${version} (${record}) aged ${ageMs.toFixed(1)}, expires in ${expiresInMs.toFixed(1)}`.trim();
}
