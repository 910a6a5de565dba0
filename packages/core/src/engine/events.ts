/** Something that happened to one key. `id` is the record's id: a hash, safe to log. */
export type OncekeyEvent = {
  readonly id: string;
} /** The handler begins. `takeOver`: an earlier attempt was lost, so effects may already have happened. */ & (
  | { readonly type: "started"; readonly attempt: number; readonly takeOver: boolean }
  /** The result is durable. `late`: it became so in the background, after the caller had been answered. */
  | { readonly type: "completed"; readonly attempt: number; readonly late: boolean }
  /** The key is free for another run. */
  | { readonly type: "released"; readonly attempt: number; readonly late: boolean }
  | { readonly type: "replayed"; readonly attempt: number }
  | {
      readonly type: "refused";
      readonly because: "mismatch" | "in-progress" | "outcome-unknown" | "result-unavailable" | "quota-exceeded";
    }
  /** Another attempt took over while this one ran: the handler ran more than once. */
  | { readonly type: "superseded"; readonly attempt: number; readonly by: number }
  /** The lease ended by the holder's own clock before it could be renewed. */
  | { readonly type: "lease-lost"; readonly attempt: number; readonly because: "lapsed" | "superseded" | "vanished" }
  /** A result could not be made durable in time; it is tried again in the background. */
  | { readonly type: "completion-failed"; readonly attempt: number; readonly cause: unknown }
  /** A result was completed without its bytes: too large for the store, or it could not be encoded or sealed. */
  | { readonly type: "result-omitted"; readonly attempt: number; readonly cause: unknown }
  /** A stored result did not open, so nobody is given it and nothing runs: keys are missing, or it was tampered with. */
  | { readonly type: "result-not-opened"; readonly cause: unknown }
  /** The policy or the codec could not judge an outcome; it was stored, because a second run is the greater harm. */
  | { readonly type: "policy-failed"; readonly attempt: number; readonly cause: unknown }
  | { readonly type: "store-unavailable"; readonly cause: unknown }
  /** The handler ran without protection, because the store was unavailable and the route said so. */
  | { readonly type: "bypassed"; readonly cause: unknown }
  /** What became of a claim that was given up. */
  | { readonly type: "claim-cleaned-up"; readonly done: boolean; readonly cause?: unknown }
);

/** A listener threw; the operation went on. Published on the diagnostics channel only. */
export interface ListenerFailed {
  readonly type: "listener-failed";
  readonly error: unknown;
}

interface Channel {
  readonly hasSubscribers: boolean;
  publish(message: unknown): void;
}

/** Sends events to the listener of the options and to the `oncekey` diagnostics channel, where the runtime has one. */
export function createEmitter(listener: ((event: OncekeyEvent) => void) | undefined): (event: OncekeyEvent) => void {
  const channel = diagnosticsChannel();
  // An operation must not fail because somebody's metrics do, and neither must the process.
  const failed = (error: unknown) => channel?.publish({ type: "listener-failed", error } satisfies ListenerFailed);
  return (event) => {
    if (channel?.hasSubscribers) channel.publish(event);
    if (listener === undefined) return;
    try {
      const told: unknown = listener(event);
      if (told instanceof Promise) told.catch(failed);
    } catch (error) {
      failed(error);
    }
  };
}

function diagnosticsChannel(): Channel | undefined {
  if (typeof process === "undefined") return undefined;
  return process.getBuiltinModule?.("node:diagnostics_channel")?.channel("oncekey");
}
