import type { Attempt, IdempotencyStore } from "@oncekey/core";
import type { Execution, OwnHosts } from "./execution.js";
import { header, jsonMediaType } from "./protocol.js";
import { type CompleteResponse, checkHeaderLines, type HeaderLine } from "./response.js";

/** A response in the handler's words: with a body, a JSON value, or nothing. */
export interface CommittedResponse {
  readonly status: number;
  readonly headers?: readonly HeaderLine[];
  readonly body?: string | Uint8Array;
  /** In place of `body`; sets the content type too. */
  readonly json?: unknown;
}

/** What a handler of an HTTP request is told about its run. */
export interface HttpAttempt extends Attempt {
  /**
   * Completes the request inside the caller's own database transaction: what the transaction writes and `response`, the
   * answer for every retry, become durable together or not at all. Send the same response afterwards.
   *
   * See `Attempt.commitWith` of `@oncekey/core` for when it rejects.
   */
  commitWith(store: IdempotencyStore, response: CommittedResponse): Promise<void>;
}

const utf8 = new TextEncoder();

/** The engine's attempt, for a handler that thinks in responses. */
export function httpAttempt(attempt: Attempt, ownHosts: OwnHosts): HttpAttempt {
  return new AttemptOfHttp(attempt, ownHosts);
}

/**
 * A class for its getter, and a field's initializer for its function: a getter of an object literal, and a function written
 * as the value of an assignment to a property, are allocated by V8 where only a full collection frees them, with the whole
 * request that they refer to.
 */
class AttemptOfHttp implements HttpAttempt {
  readonly id: string;
  readonly number: number;
  readonly deriveKey: Attempt["deriveKey"];
  readonly step: Attempt["step"];
  readonly #attempt: Attempt;
  readonly #ownHosts: OwnHosts;
  // A property, not a method: handlers take it out of the attempt.
  readonly commitWith: HttpAttempt["commitWith"] = async (store, response) => {
    const sent = complete(response);
    await this.#attempt.commitWith(store, { sent, plain: sent, ownHosts: this.#ownHosts } satisfies Execution);
  };

  constructor(attempt: Attempt, ownHosts: OwnHosts) {
    this.#attempt = attempt;
    this.#ownHosts = ownHosts;
    this.id = attempt.id;
    this.number = attempt.number;
    this.deriveKey = attempt.deriveKey;
    this.step = attempt.step;
  }

  get signal(): AbortSignal {
    return this.#attempt.signal;
  }
}

/** Whether a handler sent what it had committed; the headers that are not kept may differ. */
export function isSameAnswer(one: Execution, other: Execution | undefined): boolean {
  if (one === other) return true;
  if (one.plain.status !== other?.plain.status) return false;
  const [a, b] = [one.plain.body, other.plain.body];
  return a?.byteLength === b?.byteLength && (a?.every((byte, index) => byte === b?.[index]) ?? true);
}

function complete({ status, headers = [], body, json }: CommittedResponse): CompleteResponse {
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new TypeError(
      `commitWith: ${String(status)} is not the status of a response; give { status, headers, body or json }`,
    );
  }
  checkHeaderLines("commitWith headers", headers);
  if (body !== undefined && json !== undefined) throw new TypeError("commitWith: give body or json, not both");
  if (json !== undefined) {
    const lines: readonly HeaderLine[] = [[header.contentType, jsonMediaType], ...headers];
    return { status, headers: lines, body: utf8.encode(JSON.stringify(json)) };
  }
  return { status, headers, body: typeof body === "string" ? utf8.encode(body) : (body ?? new Uint8Array(0)) };
}
