import type { Outcome } from "./outcome.js";

/** From the parent to the process of a candidate: run this case. */
export interface Order {
  readonly run: string;
}

/** From the process of a candidate: it is ready for the next case, and what became of the last one. */
export interface Report {
  readonly last?: Outcome;
}

export function isOrder(message: unknown): message is Order {
  return typeof message === "object" && message !== null && "run" in message && typeof message.run === "string";
}

export function isReport(message: unknown): message is Report {
  return typeof message === "object" && message !== null && !("run" in message);
}
