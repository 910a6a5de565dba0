import { KeyReuseError, OutcomeUnknownError } from "../errors.js";
import type { ClientEvent, ClientEventBody } from "../events.js";
import type { IdempotentInit } from "../idempotent-fetch.js";
import { placeKey } from "../key.js";
import { beforeSending } from "../network-failure.js";
import { type Ending, type Operation, perform } from "../operation.js";
import { resolveRetry, type Settings } from "../options.js";
import { finish, resultOf } from "../outcome.js";
import { sender } from "../request.js";
import { type BodySnapshot, snapshotBody } from "../request-body.js";
import { sentHeaders } from "../request-headers.js";
import { type RequestParts, requestParts } from "../request-parts.js";
import { isPending } from "./apply.js";
import { journaledRequest } from "./journaled-request.js";
import { requestFingerprint } from "./request-fingerprint.js";
import type {
  Journal,
  JournalDecision,
  JournalPatch,
  OperationRecord,
  ResumedOperation,
  ResumeOptions,
  ResumeReport,
} from "./types.js";

type TellAs = (
  subject: Pick<ClientEvent, "key" | "operationId" | "method" | "url">,
) => (event: ClientEventBody) => void;

type SubmittedParts = RequestParts & { readonly headers: Headers };

/** What a call adds to the record of its request: that part is never written down. */
interface CallParts {
  readonly headers: Headers;
  readonly rest: RequestInit;
  readonly signal: AbortSignal | undefined;
  readonly retry: IdempotentInit["retry"];
  /** An earlier call may have sent it. */
  readonly inDoubt: boolean;
}

/** Operations that are written down before they are sent. */
export class Submissions {
  readonly #settings: Settings;
  readonly #tellAs: TellAs;

  constructor(settings: Settings, tellAs: TellAs) {
    this.#settings = settings;
    this.#tellAs = tellAs;
  }

  async submit(operationId: string, input: string | URL | Request, init?: IdempotentInit): Promise<Response> {
    const journal = this.#journal("submit");
    if (typeof operationId !== "string" || operationId === "") {
      throw new TypeError(`operationId: ${JSON.stringify(operationId)} is not a text of at least one character`);
    }
    const given = requestParts(input, init);
    const parts = { ...given, headers: new Headers(sentHeaders(given.headers)) };
    const { record, isNew } = await this.#claim(journal, operationId, parts, init?.idempotencyKey);
    return finish(...(await this.#send(journal, record, { ...parts, retry: init?.retry, inDoubt: !isNew })));
  }

  async *pending(): AsyncGenerator<OperationRecord> {
    for await (const record of this.#journal("pending").list()) if (isPending(record)) yield record;
  }

  async resume({ signal, concurrency = 4 }: ResumeOptions = {}): Promise<ResumeReport> {
    const journal = this.#journal("resume");
    if (!Number.isSafeInteger(concurrency) || concurrency < 1) {
      throw new TypeError(`resume: concurrency ${String(concurrency)} is not a whole number of at least 1`);
    }
    const waiting: OperationRecord[] = [];
    for await (const record of this.pending()) waiting.push(record);
    const operations: ResumedOperation[] = [];
    let stillPending = 0;
    const work = async () => {
      for (let record = waiting.shift(); record !== undefined; record = waiting.shift()) {
        const { operationId, key } = record;
        operations.push({ operationId, key, ...(await this.#resumeOne(journal, record, signal)) });
        const now = await journal.get(operationId);
        if (now !== undefined && isPending(now)) stillPending += 1;
      }
    };
    await Promise.all(Array.from({ length: concurrency }, work));
    return { operations, stillPending };
  }

  async reconcile(operationId: string, decision: JournalDecision): Promise<void> {
    const journal = this.#journal("reconcile");
    if ((await journal.get(operationId)) === undefined) {
      throw new TypeError(`reconcile: the journal holds no operation ${JSON.stringify(operationId)}`);
    }
    await journal.update(
      operationId,
      decision === "abandon" ? { state: "abandoned" } : { state: "settled", status: decision.settled.status },
    );
  }

  async close(): Promise<void> {
    await this.#settings.journal?.close();
  }

  #journal(caller: string): Journal {
    const { journal } = this.#settings;
    if (journal !== undefined) return journal;
    throw new TypeError(`${caller}: needs the option journal; without one nothing outlives the call`);
  }

  async #claim(
    journal: Journal,
    operationId: string,
    { url, method, headers, body: given, signal }: SubmittedParts,
    wantedKey: string | undefined,
  ): Promise<{ readonly record: OperationRecord; readonly isNew: boolean }> {
    const { protocol, clock, generateKey, maxBufferedBytes } = this.#settings;
    const unkeyed = await snapshotBody(given, maxBufferedBytes, signal);
    const fingerprint = await requestFingerprint(journaledRequest(method, url, headers, unkeyed, protocol));
    const { key, body } = placeKey(protocol, headers, unkeyed, () => wantedKey ?? generateKey());
    const isKnown = (await journal.get(operationId)) !== undefined;
    const record = await journal.claim({
      operationId,
      key,
      fingerprint,
      request: journaledRequest(method, url, headers, body, protocol),
      state: "intent",
      claimedAtMs: clock.wallMs(),
    });
    this.#refuseOthers(record, fingerprint);
    // Of two first claims at the same time one gets the other's key.
    return { record, isNew: !isKnown && record.key === key };
  }

  #refuseOthers({ operationId, key, state, fingerprint }: OperationRecord, wanted: string): void {
    const details = { outcome: "unknown", key, operationId, attempts: [] } as const;
    if (fingerprint !== wanted) {
      throw new KeyReuseError(
        `operationId: ${JSON.stringify(operationId)} was given to another request before; a new operation needs a new name`,
        { ...details, outcome: "not-executed" },
      );
    }
    if (state === "abandoned") {
      throw new OutcomeUnknownError(`the operation ${JSON.stringify(operationId)} has been given up`, details);
    }
  }

  async #resumeOne(journal: Journal, record: OperationRecord, signal: AbortSignal | undefined) {
    const call: CallParts = { headers: new Headers(), rest: {}, signal, retry: undefined, inDoubt: true };
    try {
      return { response: finish(...(await this.#send(journal, record, call))) };
    } catch (error) {
      return { error };
    }
  }

  async #send(journal: Journal, record: OperationRecord, call: CallParts): Promise<[Operation, Ending]> {
    const operation = this.#operation(record, call);
    const ending = await perform(operation, this.#settings);
    const patch = patchFor(operation, ending);
    if (patch !== undefined) {
      // The answer is known, whether or not it can be noted: the operation is then asked about once more, under its key.
      await journal.update(record.operationId, patch).catch((cause: unknown) => {
        operation.tell({ type: "journal-failed", cause });
      });
    }
    return [operation, ending];
  }

  #operation(record: OperationRecord, call: CallParts): Operation {
    const { operationId, key, request, claimedAtMs } = record;
    const { url, method } = request;
    const headers = new Headers();
    // What is written down comes first, so that a resumed attempt sends its lines in the order of the attempts before.
    for (const [name, value] of [...request.headers, ...call.headers]) if (!headers.has(name)) headers.set(name, value);
    const { prepare, retry, protocol } = this.#settings;
    const sendable = { url, method, headers, body: bodyOf(request.body), rest: call.rest };
    const prepared = async (signal: AbortSignal): Promise<Response> => {
      // Of each attempt its own, so that what is appended once is not sent twice.
      const own = new Headers(headers);
      await beforeSending(() => prepare?.({ url, method, headers: own, operationId, key }));
      return await sender(this.#settings, { ...sendable, headers: own })(signal);
    };
    return {
      url,
      key,
      operationId,
      repeatable: true,
      resendable: true,
      inDoubt: call.inDoubt,
      keyExpiresAtMs: claimedAtMs + protocol.keyWindowMs,
      retry: resolveRetry(retry, call.retry),
      signal: call.signal,
      send: prepare === undefined ? sender(this.#settings, sendable) : prepared,
      tell: this.#tellAs({ key, operationId, method, url }),
    };
  }
}

function bodyOf(body: Uint8Array | undefined): BodySnapshot {
  return body === undefined ? { kind: "none" } : { kind: "bytes", body: new Uint8Array(body) };
}

/** What an ending changes in the journal. An operation of which nothing is known to have been done stays an intent. */
function patchFor(operation: Operation, ending: Ending): JournalPatch | undefined {
  if (ending.kind === "aborted") return ending.attempts.length > 0 ? { state: "unknown" } : undefined;
  const result = resultOf(operation, ending);
  const status = ending.answer?.status;
  const answered = status === undefined ? {} : { status };
  if ("misuse" in result) return { state: "rejected", ...answered };
  if (result.outcome === "unknown") return { state: "unknown" };
  return result.outcome === "not-executed" ? undefined : { state: "settled", ...answered };
}
