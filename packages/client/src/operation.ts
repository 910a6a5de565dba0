import type { WholeAnswer } from "./answer.js";
import { type AttemptResult, attempt } from "./attempt.js";
import { backoffMs } from "./backoff.js";
import { classify, mayRetry, type ObservationClass, settles } from "./classify.js";
import { sleep } from "./clock.js";
import type { ClientEventBody } from "./events.js";
import type { RetryPolicy, Settings } from "./options.js";
import type { AttemptReport } from "./report.js";
import { retryAfterMs } from "./retry-after.js";

/** One thing to be done once, ready to be sent as often as it takes. */
export interface Operation {
  readonly url: string;
  /** `undefined`: the request bears no key. */
  readonly key: string | undefined;
  readonly operationId: string | undefined;
  /** Sending it twice does no harm: it has a key, or its method is idempotent (RFC 9110, section 9.2.2). */
  readonly repeatable: boolean;
  /** Its body can be sent again. */
  readonly resendable: boolean;
  /** An earlier call, perhaps of another process, may have had its effect. */
  readonly inDoubt: boolean;
  /** From when on the server may have forgotten the key, in milliseconds since 1970. */
  readonly keyExpiresAtMs: number | undefined;
  readonly retry: RetryPolicy;
  readonly signal: AbortSignal | undefined;
  readonly send: (signal: AbortSignal) => Promise<Response>;
  readonly tell: (event: ClientEventBody) => void;
}

/** Why no further attempt is made. */
export type StopReason = "settled" | "final" | "attempts" | "deadline" | "retry-after" | "budget" | "key-expired";

/** How an operation ended. `aborted`: by its caller, whose reason it carries. */
export type Ending =
  | { readonly kind: "aborted"; readonly reason: unknown; readonly attempts: readonly AttemptReport[] }
  | {
      readonly kind: "ended";
      readonly because: StopReason;
      readonly last: AttemptReport | undefined;
      readonly answer: WholeAnswer | undefined;
      /** The last answer tells what became of the operation, or no attempt can have had an effect. */
      readonly certain: boolean;
      readonly replayed: boolean;
      readonly attempts: readonly AttemptReport[];
    };

/** Classes after which the effect may be there, whatever later attempts say of themselves. */
const LEAVES_DOUBT: readonly ObservationClass[] = ["ambiguous", "in-progress", "outcome-unknown"];

/** A relative URL, in a browser: all of them have one origin. */
const RELATIVE = "";

/** Sends an operation until an answer settles it, or nothing more may be done. Never throws. */
export function perform(operation: Operation, settings: Settings): Promise<Ending> {
  return new Performance(operation, settings).run();
}

class Performance {
  readonly #operation: Operation;
  readonly #settings: Settings;
  readonly #attempts: AttemptReport[] = [];
  readonly #deadlineMs: number;
  /** Attempts that count; those that found an earlier one running do not. */
  #counted = 0;
  #paidRetries = 0;
  #inDoubt: boolean;

  constructor(operation: Operation, settings: Settings) {
    this.#operation = operation;
    this.#settings = settings;
    this.#inDoubt = operation.inDoubt;
    this.#deadlineMs = settings.clock.monotonicMs() + operation.retry.deadlineMs;
  }

  async run(): Promise<Ending> {
    const { signal } = this.#operation;
    for (;;) {
      if (signal?.aborted) return this.#aborted(signal.reason);
      if (this.#isKeyExpired()) return this.#ended("key-expired", undefined);
      const step = this.#judge(await this.#attempt());
      if ("kind" in step) return step;
      try {
        await sleep(this.#settings.clock, step.delayMs, signal);
      } catch (reason) {
        return this.#aborted(reason);
      }
    }
  }

  #attempt(): Promise<AttemptResult> {
    const { clock, maxBufferedBytes } = this.#settings;
    const { send, signal, retry, key, tell } = this.#operation;
    tell({ type: "attempt", number: this.#attempts.length + 1 });
    const timeoutMs = Math.max(0, Math.min(retry.attemptTimeoutMs, this.#leftMs()));
    return attempt(send, { clock, timeoutMs, signal, maxBytes: key === undefined ? undefined : maxBufferedBytes });
  }

  #judge(result: AttemptResult): Ending | { readonly delayMs: number } {
    if (result.kind === "aborted") {
      this.#note("ambiguous", { error: result.reason });
      return this.#aborted(result.reason);
    }
    const { tell } = this.#operation;
    const kind = classify(result, this.#settings.protocol, this.#operation.key !== undefined);
    if (result.kind === "answer") {
      const { status, headers } = result.answer;
      this.#note(kind, { status });
      tell({ type: "answered", number: this.#attempts.length, class: kind, status, headers });
      return this.#next(kind, result.answer);
    }
    const { error } = result;
    this.#note(kind, "status" in result ? { status: result.status, error } : { error });
    tell({ type: "lost", number: this.#attempts.length, class: kind, error });
    return this.#next(kind, undefined);
  }

  #note(kind: ObservationClass, seen: Omit<AttemptReport, "class">): void {
    this.#attempts.push({ class: kind, ...seen });
    if (kind !== "in-progress") this.#counted += 1;
    if (LEAVES_DOUBT.includes(kind)) this.#inDoubt = true;
  }

  #next(kind: ObservationClass, answer: WholeAnswer | undefined): Ending | { readonly delayMs: number } {
    const { operation, settings } = { operation: this.#operation, settings: this.#settings };
    if (kind === "success") {
      settings.budget?.deposit(originOf(operation.url), this.#paidRetries);
      return this.#ended("settled", answer);
    }
    if (!operation.resendable || !mayRetry(kind, operation.repeatable, answer, settings.protocol)) {
      return this.#ended("final", answer);
    }
    if (this.#counted >= operation.retry.maxAttempts) return this.#ended("attempts", answer);
    const asked = answer && retryAfterMs(answer.headers, settings.clock.wallMs());
    if (asked !== undefined && asked > operation.retry.retryAfterMaxMs) return this.#ended("retry-after", answer);
    const failures = Math.max(0, this.#counted - 1);
    const delayMs = backoffMs(operation.retry, failures, settings.random, asked);
    if (delayMs >= this.#leftMs()) return this.#ended(asked === undefined ? "deadline" : "retry-after", answer);
    if (kind !== "in-progress" && !this.#mayPay()) return this.#ended("budget", answer);
    answer?.discard();
    operation.tell({ type: "retry", after: kind, delayMs });
    return { delayMs };
  }

  #mayPay(): boolean {
    const { budget } = this.#settings;
    if (budget === undefined) return true;
    if (!budget.withdraw(originOf(this.#operation.url))) return false;
    this.#paidRetries += 1;
    return true;
  }

  #leftMs(): number {
    return this.#deadlineMs - this.#settings.clock.monotonicMs();
  }

  #isKeyExpired(): boolean {
    const { keyExpiresAtMs } = this.#operation;
    return keyExpiresAtMs !== undefined && this.#settings.clock.wallMs() > keyExpiresAtMs;
  }

  #aborted(reason: unknown): Ending {
    return { kind: "aborted", reason, attempts: this.#attempts };
  }

  #ended(because: StopReason, answer: WholeAnswer | undefined): Ending {
    const last = this.#attempts.at(-1);
    const settled = answer !== undefined && last !== undefined && settles(last.class, answer.status);
    return {
      kind: "ended",
      because,
      last,
      answer,
      certain: settled || !this.#inDoubt,
      replayed: answer !== undefined && this.#settings.protocol.isReplay?.(answer) === true,
      attempts: this.#attempts,
    };
  }
}

/** Most programs ask for the same URL again and again. */
let latest = { url: "", origin: "" };

function originOf(url: string): string {
  if (url !== latest.url) latest = { url, origin: URL.canParse(url) ? new URL(url).origin : RELATIVE };
  return latest.origin;
}
