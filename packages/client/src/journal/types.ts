/** A request as a journal keeps it: whole, except for what must not be written down. */
export interface JournaledRequest {
  readonly method: string;
  readonly url: string;
  /** Without `Authorization`, `Cookie` and their like, which are supplied again by `prepare`. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array | undefined;
}

/**
 * Where an operation stands.
 *
 * `intent`: written down; whether a byte was sent, a crash leaves open. `unknown`: a call ended without an answer that
 * says. `settled`: the server answered. `rejected`: refused for a mistake in the request or its key. `abandoned`: given
 * up by `reconcile`.
 */
export type OperationState = "intent" | "unknown" | "settled" | "rejected" | "abandoned";

/** What a journal holds of one operation. */
export interface OperationRecord {
  readonly operationId: string;
  readonly key: string;
  /** A hash of method, URL and body: the same name must not be used for another request. */
  readonly fingerprint: string;
  readonly request: JournaledRequest;
  readonly state: OperationState;
  /** When the operation was written down, in milliseconds since 1970; its first byte went out later. */
  readonly claimedAtMs: number;
  /** The status of the answer, once settled or rejected. */
  readonly status?: number;
}

/** A change of state. */
export interface JournalPatch {
  readonly state: OperationState;
  readonly status?: number;
}

/**
 * Keeps operations over crashes and restarts.
 *
 * Write one of your own for any storage, and hold it against the cases in `@oncekey/client/journal-conformance`.
 */
export interface Journal {
  /**
   * Keeps the record unless there is one of that name, and resolves to the one that is kept. Atomic between processes
   * that share the storage, and durable when it resolves: the first byte is sent after it.
   */
  claim(record: OperationRecord): Promise<OperationRecord>;
  /** Changes the state. May be lost in a crash: the operation is then asked about again, under the same key. */
  update(operationId: string, patch: JournalPatch): Promise<void>;
  get(operationId: string): Promise<OperationRecord | undefined>;
  /** All operations, in the order in which they were claimed. */
  list(): AsyncIterable<OperationRecord>;
  delete(operationId: string): Promise<void>;
  close(): Promise<void>;
}

/** What somebody has found out about an operation: `abandon` gives it up. */
export type JournalDecision = "abandon" | { readonly settled: { readonly status: number } };

export interface ResumeOptions {
  readonly signal?: AbortSignal;
  /** How many are sent at a time: 4. */
  readonly concurrency?: number;
}

/** One operation that was sent again. */
export type ResumedOperation = { readonly operationId: string; readonly key: string } & (
  | { readonly response: Response; readonly error?: never }
  | { readonly response?: never; readonly error: unknown }
);

/** What became of the pending operations. */
export interface ResumeReport {
  readonly operations: readonly ResumedOperation[];
  /** How many are still pending. */
  readonly stillPending: number;
}
