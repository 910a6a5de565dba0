import type { Clock } from "./clock.js";
import type { BodySnapshot } from "./request-body.js";
import type { RequestHeaders } from "./request-headers.js";

/** Where SDKs made by Stainless (openai, @anthropic-ai/sdk and others) count their own retries. */
const RETRY_COUNT = "x-stainless-retry-count";

/** Libraries seldom wait longer than this before they try again. */
const REMEMBERED_MS = 60_000;
const MOST_REMEMBERED = 20;
const LONGEST_BODY_BYTES = 16 * 1024;

/** A call that got a key of its own. */
export interface MintedCall {
  readonly method: string;
  readonly url: string;
  readonly headers: RequestHeaders;
  readonly body: BodySnapshot;
}

/**
 * Warns once when something above this `fetch` retries by itself.
 *
 * Such a retry is a new call here and gets a new key: two operations where one was meant. It is seen by the header in which
 * some libraries count, or because the same request comes again soon after one whose outcome is unknown.
 */
export class ForeignRetries {
  readonly #clock: Clock;
  /** Requests whose outcome is unknown, and when that was found. */
  readonly #unknown = new Map<string, number>();
  #isSaid = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  begins(call: MintedCall): void {
    if (this.#isSaid) return;
    if (Number(call.headers.get(RETRY_COUNT)) > 0 || this.#isRepeated(call)) {
      this.#isSaid = true;
      warn();
    }
  }

  endsUnknown(call: MintedCall): void {
    const sameness = this.#isSaid ? undefined : samenessOf(call);
    if (sameness === undefined) return;
    const [oldest] = this.#unknown.keys();
    if (oldest !== undefined && this.#unknown.size >= MOST_REMEMBERED) this.#unknown.delete(oldest);
    this.#unknown.set(sameness, this.#clock.monotonicMs());
  }

  #isRepeated(call: MintedCall): boolean {
    // As nearly always: nothing has to be compared.
    if (this.#unknown.size === 0) return false;
    const foundMs = this.#unknown.get(samenessOf(call) ?? "");
    return foundMs !== undefined && this.#clock.monotonicMs() - foundMs < REMEMBERED_MS;
  }
}

/** The same text for the same request; `undefined` where that would be too much to keep. */
function samenessOf({ method, url, body }: MintedCall): string | undefined {
  if (body.kind === "none") return `${method} ${url}`;
  if (body.kind !== "bytes" || body.body.length > LONGEST_BODY_BYTES) return undefined;
  const text = typeof body.body === "string" ? body.body : new TextDecoder().decode(body.body);
  return `${method} ${url} ${text}`;
}

function warn(): void {
  const message =
    "A request was sent again under a new key. Where a library above createIdempotentFetch retries by itself, turn its retries off (maxRetries: 0, retry: 0): this fetch retries under one key. To repeat a call yourself, give it the key of before (idempotencyKey).";
  if (typeof process !== "undefined" && typeof process.emitWarning === "function") {
    process.emitWarning(message, { code: "ONCEKEY_FOREIGN_RETRIES" });
  } else {
    // biome-ignore lint/suspicious/noConsole: a page has no other place for a warning to its programmer
    console.warn(message);
  }
}
