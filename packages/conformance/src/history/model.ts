/** When something was under way, in milliseconds of one monotonic clock. */
export interface Interval {
  /** Before it was sent. */
  readonly startMs: number;
  /** After it was answered; `Infinity` where it was not, so that it may take effect at any later time, or never. */
  readonly endMs: number;
}

/**
 * What a thing does, one operation after the other. A history of it is linearizable where its operations can be put into
 * an order that this allows, and in which none comes before one that had ended before it began.
 */
export interface Model<State, Operation extends Interval> {
  /** Where every history begins. */
  readonly initial: State;
  /**
   * Every state that may stand after `operation` has taken effect in `state`: none where what it was answered is impossible
   * there, several where the answer leaves it open. An operation that was not answered may take any effect that it can have.
   */
  next(state: State, operation: Operation): readonly State[];
  /**
   * Whether an operation, answered as it was, changes no state at all: a read, a refusal. Those are put in order as soon as
   * they fit, which saves the search most of its work. Default: none is known to.
   */
  reads?(operation: Operation): boolean;
  /** Names a state, for the memory of the search and for the trace: states of one name must be the same. */
  name(state: State): string;
  /** An operation and its answer, for the trace. */
  describe(operation: Operation): string;
}
