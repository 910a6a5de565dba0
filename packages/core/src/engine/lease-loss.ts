import { OncekeyError } from "../errors.js";

/** Why a lease is no longer surely ours. */
export type LossReason = "lapsed" | "superseded" | "vanished";

/** An abort signal that is made when somebody asks for it: most handlers never do. */
export class LazyAbort {
  #controller: AbortController | undefined;
  #reason: LossReason | undefined;

  get reason(): LossReason | undefined {
    return this.#reason;
  }

  get aborted(): boolean {
    return this.#reason !== undefined;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#reason !== undefined) this.#controller.abort(lossError(this.#reason));
    return this.#controller.signal;
  }

  abort(reason: LossReason): void {
    this.#reason = reason;
    this.#controller?.abort(lossError(reason));
  }
}

/** The error that tells why nothing may be begun, or written, under a lease any more. */
export function lossError(reason: LossReason | "committed" | "ended"): OncekeyError {
  const why = {
    lapsed: "it could not be renewed in time",
    superseded: "another attempt has taken over",
    vanished: "its record is gone from the store",
    ended: "no step may follow commitWith, or the end of the handler",
    committed: "an earlier transaction of this attempt has completed the operation; roll this one back",
  } as const;
  return new OncekeyError("LEASE_LOST", `the lease of this attempt is lost: ${why[reason]}`);
}
