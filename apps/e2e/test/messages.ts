/** What the processes of this test say to each other. */

/** What an operation does, and where. */
export const kinds = ["transaction", "at-most-once", "at-least-once"] as const;

/**
 * - `transaction`: a row in the database of the keys, committed together with the key (`commitWith`).
 * - `at-most-once` and `at-least-once`: a line in a file, which no transaction reaches, under the policies `at-most-once`
 *   and `retryable`.
 */
export type Kind = (typeof kinds)[number];

/** The points of one operation, in the order in which it passes them. */
export const points = [
  /** Client: nothing is in its journal. */
  "unwritten",
  /** Client: the intent is in its journal, no byte has been sent. */
  "written",
  /** Server: the request is there, its key has not been claimed. */
  "arrived",
  /** Server: the key is claimed, nothing has been done. */
  "claimed",
  /** Server: the effect is there, the answer has not been stored. */
  "effected",
  /** Server, in a transaction: the answer has been written, and nothing is committed. */
  "completed",
  /** Server: the answer is stored, no byte of it has been sent. */
  "stored",
  /** Client: how the call ended is known, and not in its journal. */
  "answered",
  /** Client: all is over. */
  "settled",
] as const;

export type Point = (typeof points)[number];

/** The points that operations of a kind pass. */
export function pointsOf(kind: Kind): readonly Point[] {
  return kind === "transaction" ? points : points.filter((point) => point !== "completed");
}

/** What the client process is started with. */
export interface ClientOrders {
  readonly journal: string;
  readonly url: string;
}

/** What the server process is started with. */
export interface ServerOrders {
  readonly port: number;
  readonly database: string;
  /** The file of the effects that no transaction reaches. */
  readonly ledger: string;
  /** `false` plants a fault: the handlers run without Oncekey. */
  readonly isProtected: boolean;
}

/** A line of the ledger: one effect. */
export interface LedgerLine {
  readonly operation: string;
  readonly receipt: string;
  /** The key that a downstream API would be given. */
  readonly downstreamKey: string;
}

/** How a call of the client ended: with an answer, with the word that nobody knows, or without either. */
export type CallEnding = "succeeded" | "outcome-unknown" | "open";

/** From a child: it is up; it waits at a point; a call began; what it has been told; how it ended. */
export type ChildMessage =
  | { readonly type: "ready" }
  | { readonly type: "at"; readonly ask: number; readonly operation: string; readonly point: Point }
  | { readonly type: "began"; readonly operation: string }
  | { readonly type: "receipt"; readonly operation: string; readonly receipt: string }
  | { readonly type: "ended"; readonly operation: string; readonly ending: CallEnding };

/** To a child: leave that point; see to these operations, each `<kind>/<name>`. */
export type ParentMessage =
  | { readonly type: "go-on"; readonly ask: number }
  | { readonly type: "go"; readonly operations: readonly string[] };
