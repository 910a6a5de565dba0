import { type ClientEvent, type ClientEventBody, createEmitter } from "./events.js";
import { ForeignRetries, type MintedCall } from "./foreign-retries.js";
import { Submissions } from "./journal/submissions.js";
import type { JournalDecision, OperationRecord, ResumeOptions, ResumeReport } from "./journal/types.js";
import { placeKey } from "./key.js";
import { perform } from "./operation.js";
import { type ClientOptions, type RetryPolicy, resolveOptions, resolveRetry } from "./options.js";
import { finish, isUnknown } from "./outcome.js";
import { isIdempotent, sender } from "./request.js";
import { type OperationBody, snapshotBody } from "./request-body.js";
import { requestParts } from "./request-parts.js";

/** What a call may say beside what `fetch` takes. */
export interface OperationInit {
  /** This key, instead of a new one. A key header that is there already wins. */
  readonly idempotencyKey?: string;
  /** Other rules for this call; `false` makes one attempt, and still waits for an earlier one that runs. */
  readonly retry?: Partial<RetryPolicy> | false;
  /** As for `fetch`, or a function that makes the body anew for every attempt. */
  readonly body?: OperationBody;
}

/** What `fetch` takes, and what an operation may say of itself. */
export type IdempotentInit = Omit<RequestInit, "body"> & OperationInit;

/** A `fetch` that sends one key per operation, however many attempts and processes it takes. */
export interface IdempotentFetch {
  /**
   * As `fetch`, retried under one key until an answer settles it.
   *
   * @returns the server's response; {@link reportOf} says what it proves.
   * @throws IdempotencyError where there is no answer, or one that would mislead; the signal's reason where the caller leaves.
   */
  (input: string | URL | Request, init?: IdempotentInit): Promise<Response>;
  /**
   * As a call, under a name of the caller's own: one key for it, in every process that shares the journal, for as long as the
   * journal keeps the name.
   *
   * The request is durable in the journal before its first byte is sent. Needs the option `journal`.
   *
   * @throws KeyReuseError where the name was given to another request before; nothing is sent then.
   */
  submit(operationId: string, input: string | URL | Request, init?: IdempotentInit): Promise<Response>;
  /** The operations whose outcome is not known yet, oldest first. */
  pending(): AsyncIterable<OperationRecord>;
  /** Sends what is pending again, under the keys of before; call it once at start-up. */
  resume(options?: ResumeOptions): Promise<ResumeReport>;
  /** Takes an operation off the pending ones: somebody has found out what became of it, or gives it up. */
  reconcile(operationId: string, decision: JournalDecision): Promise<void>;
  /** Closes the journal. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Makes a drop-in for `fetch` that may be asked again safely: time-outs, resets and refusals are retried under one key.
 *
 * @throws TypeError at once for options that make no sense.
 */
export function createIdempotentFetch(options: ClientOptions = {}): IdempotentFetch {
  const settings = resolveOptions(options);
  const emitter = createEmitter(options.on);
  const tellAs = (subject: Pick<ClientEvent, "key" | "operationId" | "method" | "url">) => (event: ClientEventBody) => {
    if (emitter.wanted()) emitter.emit({ ...subject, ...event } as ClientEvent);
  };
  const submissions = new Submissions(settings, tellAs);
  const foreignRetries = new ForeignRetries(settings.clock);
  const call = async (input: string | URL | Request, init?: IdempotentInit): Promise<Response> => {
    const { url, method, headers, body: given, signal, rest } = requestParts(input, init);
    const isKeyed = settings.methods.has(method);
    const taken = snapshotBody(given, settings.maxBufferedBytes, signal);
    const snapshot = taken instanceof Promise ? await taken : taken;
    let minted: MintedCall | undefined;
    const mint = () => {
      if (init?.idempotencyKey !== undefined) return init.idempotencyKey;
      minted = { method, url, headers, body: snapshot };
      return settings.generateKey();
    };
    const { key, body } = isKeyed
      ? placeKey(settings.protocol, headers, snapshot, mint)
      : { key: undefined, body: snapshot };
    const operation = {
      url,
      key,
      operationId: undefined,
      repeatable: isKeyed || isIdempotent(method),
      resendable: body.kind !== "once",
      inDoubt: false,
      keyExpiresAtMs: isKeyed ? settings.clock.wallMs() + settings.protocol.keyWindowMs : undefined,
      retry: resolveRetry(settings.retry, init?.retry),
      signal,
      send: sender(settings, { url, method, headers, body, rest }),
      tell: tellAs({ key, operationId: undefined, method, url }),
    };
    if (minted !== undefined) foreignRetries.begins(minted);
    const ending = await perform(operation, settings);
    if (minted !== undefined && isUnknown(ending)) foreignRetries.endsUnknown(minted);
    return finish(operation, ending);
  };
  const close = () => submissions.close();
  return Object.assign(call, {
    submit: (operationId: string, input: string | URL | Request, init?: IdempotentInit) =>
      submissions.submit(operationId, input, init),
    pending: () => submissions.pending(),
    resume: (resumeOptions?: ResumeOptions) => submissions.resume(resumeOptions),
    reconcile: (operationId: string, decision: JournalDecision) => submissions.reconcile(operationId, decision),
    close,
    [Symbol.asyncDispose]: close,
  });
}
