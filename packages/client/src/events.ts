import type { ObservationClass } from "./classify.js";

/** Something that happened to one operation. Keys are safe to log where they are random, as they are by default. */
export type ClientEvent = {
  readonly key: string | undefined;
  readonly operationId: string | undefined;
  readonly method: string;
  readonly url: string;
} & (
  | { readonly type: "attempt"; readonly number: number }
  /** A whole answer came, whatever it says. */
  | {
      readonly type: "answered";
      readonly number: number;
      readonly class: ObservationClass;
      readonly status: number;
      readonly headers: Headers;
    }
  /** No whole answer came. */
  | { readonly type: "lost"; readonly number: number; readonly class: ObservationClass; readonly error: unknown }
  /** The next attempt is made after `delayMs`. */
  | { readonly type: "retry"; readonly after: ObservationClass; readonly delayMs: number }
  /** The answer is the stored one of an earlier attempt. */
  | { readonly type: "replayed" }
  | { readonly type: "settled"; readonly outcome: "succeeded" | "failed" | "not-executed" }
  /** The call ended, and nobody knows whether the operation was done. */
  | { readonly type: "unknown" }
  /** The outcome could not be noted in the journal, so the operation stays pending there. */
  | { readonly type: "journal-failed"; readonly cause: unknown }
);

/** An event without what is the same for all events of an operation. */
export type ClientEventBody = ClientEvent extends infer Event
  ? Event extends ClientEvent
    ? Omit<Event, "key" | "operationId" | "method" | "url">
    : never
  : never;

interface Channel {
  readonly hasSubscribers: boolean;
  publish(message: unknown): void;
}

/** Sends events to the listener and to the `oncekey.client` diagnostics channel, where the runtime has one. */
export function createEmitter(listener: ((event: ClientEvent) => void) | undefined): {
  readonly wanted: () => boolean;
  readonly emit: (event: ClientEvent) => void;
} {
  const channel = diagnosticsChannel();
  const failed = (error: unknown) => channel?.publish({ type: "listener-failed", error });
  return {
    wanted: () => listener !== undefined || channel?.hasSubscribers === true,
    emit(event) {
      if (channel?.hasSubscribers) channel.publish(event);
      if (listener === undefined) return;
      try {
        const told: unknown = listener(event);
        if (told instanceof Promise) told.catch(failed);
      } catch (error) {
        failed(error);
      }
    },
  };
}

function diagnosticsChannel(): Channel | undefined {
  if (typeof process === "undefined") return undefined;
  return process.getBuiltinModule?.("node:diagnostics_channel")?.channel("oncekey.client");
}
