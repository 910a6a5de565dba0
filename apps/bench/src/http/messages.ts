/*
 * What is said between the bench and the process of a contender. The process tells its port first; then each question is
 * answered before the next one is asked.
 */

/** Tell what has been done so far, or call yourself with these keys first, one after the other. */
export interface Question {
  readonly invoke: readonly string[];
}

export interface Answer {
  readonly port?: number;
  /** How often the operation has run since the start. */
  readonly ran: number;
  /** Processor time since the start, in microseconds: of all threads, of the program and of the system for it. */
  readonly cpuMicroseconds: number;
  /** Of each call. */
  readonly latenciesMs: readonly number[];
}

export function isQuestion(message: unknown): message is Question {
  return typeof message === "object" && message !== null && "invoke" in message && Array.isArray(message.invoke);
}

export function isAnswer(message: unknown): message is Answer {
  return typeof message === "object" && message !== null && "cpuMicroseconds" in message;
}
