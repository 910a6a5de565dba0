/** What the clients of a storm have seen. */
export interface Tally {
  requests: number;
  /** Answers of a run of the operation. */
  firstAnswers: number;
  replays: number;
  conflicts: number;
  /** 5xx. */
  failures: number;
  /** No answer came. */
  lost: number;
  /** Operations whose clients all have their final answer. */
  done: number;
}

export function newTally(): Tally {
  return { requests: 0, firstAnswers: 0, replays: 0, conflicts: 0, failures: 0, lost: 0, done: 0 };
}

export function count(tally: Tally, { status, headers }: Pick<Response, "status" | "headers">): void {
  if (headers.get("idempotent-replayed") === "true") tally.replays++;
  else if (status < 300) tally.firstAnswers++;
  else if (status === 409) tally.conflicts++;
  else if (status >= 500) tally.failures++;
}
