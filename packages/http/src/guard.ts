import type { Attempt, Oncekey, Outcome, RequestDescription } from "@oncekey/core";
import { fingerprint, isOncekeyError, type ResultCodec } from "@oncekey/core";
import { bodyToCompare, type Compared, type ComparedBody, isLost } from "./compared-body.js";
import { type Execution, executionCodec, toExecution } from "./execution.js";
import { findKey } from "./find-key.js";
import { type HttpAttempt, httpAttempt, isSameAnswer } from "./http-attempt.js";
import { type Incoming, joined } from "./incoming.js";
import type { GuardOptions, ProtocolOptions, RouteOptions } from "./options.js";
import { header, type ProblemSlug, replayedValue } from "./protocol.js";
import type { CapturedResponse, CompleteResponse } from "./response.js";
import { statusOfOmitted } from "./response-codec.js";
import { resolveScope, scopeOfRoute } from "./scope.js";
import { deriveEngine, isForEngine, resolveEngine, resolveSettings, type Settings } from "./settings.js";

/** Why something else is sent than what a handler made: it is a replay, it was committed in a transaction, or a problem. */
export type AnswerReason = "replay" | "committed" | ProblemSlug;

/** What a binding does with a request. */
export type Handled =
  /** None of our business: run the handler as if we were not there. */
  | { readonly kind: "pass" }
  /** Send this; if the handler ran, what it made is dropped. */
  | { readonly kind: "answer"; readonly because: AnswerReason; readonly response: CompleteResponse }
  /** The handler ran; send what it made. It is durable, unless the policy or the options said otherwise. */
  | { readonly kind: "executed"; readonly response: CapturedResponse }
  /** The handler failed without a response. `answer` is what retries will get, where the policy stores failures. */
  | { readonly kind: "threw"; readonly error: unknown; readonly answer?: CompleteResponse };

/**
 * Runs the handler once. Resolves when its response is complete, or larger than may be kept (`body` is then undefined):
 * not one byte may leave before the guard has answered. Rejects where there will be no response.
 */
export type Run = (attempt: HttpAttempt) => Promise<CapturedResponse>;

/** What is known of a request once it has been read: its key and body, or what to do instead of running its handler. */
export type ReadRequest = { readonly key: string; readonly body: ComparedBody } | { readonly instead: Handled };

/** The protocol, for one set of options; what every binding is a thin shell around. */
export interface Guard<Req> {
  /** The most bytes of a response that are kept. */
  readonly maxResponseBytes: number;
  /** Whether requests with this method are protected at all. */
  covers(method: string): boolean;
  /** Answers the request, or runs the handler and says what to send. Faults of the store's data and of options throw. */
  handle(incoming: Incoming<Req>, run: Run): Promise<Handled>;
  /**
   * The first half of `handle`, for frameworks that parse a body, and leave nothing of it, before anybody is authenticated:
   * reads the key and the body. Asks neither for the scope nor the store.
   */
  read(incoming: Incoming<Req>): Promise<ReadRequest>;
  /** The second half of `handle`. */
  handleRead(incoming: Incoming<Req>, known: ReadRequest, run: Run): Promise<Handled>;
  /** The same engine with other options, for one route. */
  with(options: RouteOptions<Req>): Guard<Req>;
  /** Waits for running requests and for what is still to be stored, and takes new ones meanwhile. */
  idle(options?: { readonly timeoutMs?: number }): Promise<{ readonly unfinished: number }>;
  /** Takes no new requests, and waits for running ones and for what is still to be stored. */
  close(options?: { readonly timeoutMs?: number }): Promise<{ readonly unfinished: number }>;
}

/** Makes a guard. Wrong options are a `TypeError` that names the value, the rule and the mend. */
export function createGuard<Req>(options: GuardOptions<Req>): Guard<Req> {
  return new ProtocolGuard(options, resolveEngine(options));
}

const pass: Handled = { kind: "pass" };

class ProtocolGuard<Req> implements Guard<Req> {
  readonly #options: ProtocolOptions<Req>;
  readonly #settings: Settings<Req>;
  readonly #engine: Oncekey;
  readonly #codec: ResultCodec<Execution>;
  readonly #failure: CompleteResponse;

  /** @param like A guard with the same options of the protocol, which need not be checked again. */
  constructor(options: ProtocolOptions<Req>, engine: Oncekey, like?: ProtocolGuard<Req>) {
    this.#options = options;
    this.#engine = engine;
    if (like !== undefined) {
      this.#settings = like.#settings;
      this.#failure = like.#failure;
      this.#codec = like.#codec;
      return;
    }
    this.#settings = resolveSettings(options);
    this.#failure = this.#settings.problem("handler-failed", {
      detail: "The first request with this key failed, and may have had effects. Find out before you repeat it.",
    });
    this.#codec = executionCodec(this.#settings, this.#failure);
  }

  get maxResponseBytes(): number {
    return this.#settings.maxResponseBytes;
  }

  covers(method: string): boolean {
    return this.#settings.methods.has(method.toUpperCase());
  }

  with(options: RouteOptions<Req>): Guard<Req> {
    // Functions on Lambda do this for every request, with a lease only.
    const like = isForEngine(options) ? this : undefined;
    return new ProtocolGuard({ ...this.#options, ...options }, deriveEngine(this.#engine, options), like);
  }

  idle(options?: { readonly timeoutMs?: number }): Promise<{ readonly unfinished: number }> {
    return this.#engine.idle(options);
  }

  close(options?: { readonly timeoutMs?: number }): Promise<{ readonly unfinished: number }> {
    return this.#engine.close(options);
  }

  handle(incoming: Incoming<Req>, run: Run): Promise<Handled> {
    return this.#handle(incoming, undefined, run);
  }

  async read(incoming: Incoming<Req>): Promise<ReadRequest> {
    return await this.#read(incoming);
  }

  #read(incoming: Incoming<Req>): ReadRequest | Promise<ReadRequest> {
    if (!this.covers(incoming.method)) return { instead: pass };
    const found = findKey(incoming, this.#settings);
    if (found === undefined) return { instead: pass };
    if ("refused" in found) return { instead: this.#refuse(found.refused, found.details) };
    const { maxBodyBytes: limit, fingerprint: choice } = this.#settings;
    const toRequest = (compared: Compared): ReadRequest =>
      compared === "too-large" ? this.#tooLarge(limit) : { key: found.key, body: compared.body };
    const compared = bodyToCompare(incoming, limit, choice.verifiedContentDigest);
    return compared instanceof Promise ? compared.then(toRequest) : toRequest(compared);
  }

  #tooLarge(limit: number): ReadRequest {
    const detail = `The request body is larger than ${limit} bytes, so a retry could not be recognised. Send less.`;
    return { instead: this.#refuse("body-too-large", { detail, limit }) };
  }

  handleRead(incoming: Incoming<Req>, known: ReadRequest, run: Run): Promise<Handled> {
    return this.#handle(incoming, known, run);
  }

  /** One function for both ways in: each one more that is waited for costs every request a promise. */
  async #handle(incoming: Incoming<Req>, known: ReadRequest | undefined, run: Run): Promise<Handled> {
    const reading = known ?? this.#read(incoming);
    const read = reading instanceof Promise ? await reading : reading;
    if ("instead" in read) return read.instead;
    const { key, body } = read;
    const { scope: scopeOption, scopeByRoute, maxResponseBytes } = this.#settings;
    const { method, target } = incoming;
    const found = resolveScope(scopeOption, incoming.request);
    const caller = typeof found === "string" ? found : await found;
    const mark = target.indexOf("?");
    const path = mark < 0 ? target : target.slice(0, mark);
    const query = mark < 0 ? "" : target.slice(mark + 1);
    const scope = scopeByRoute ? scopeOfRoute(caller, method, path) : caller;
    const operation = {
      key,
      scope,
      // A client chooses the paths it asks for: its keys are counted over all of them.
      quotaScope: caller,
      fingerprint: this.#fingerprint(incoming, path, query, body),
    };
    let own: Execution | undefined;
    const execute = async (attempt: Attempt) => {
      const hosts = () => ownHosts(incoming);
      const execution = toExecution(await run(httpAttempt(attempt, hosts)), hosts, maxResponseBytes);
      own = execution instanceof Promise ? await execution : execution;
      return own;
    };
    try {
      const outcome = await this.#engine.execute(operation, execute, this.#codec);
      if (outcome.outcome === "executed") return this.#executed(outcome.value, own);
      const answer = this.#answer(incoming.request, outcome);
      return answer instanceof Promise ? await answer : answer;
    } catch (error) {
      if (!isOncekeyError(error, "CLOSED")) throw error;
      return this.#unavailable("This server is shutting down. Nothing was done; ask again with the same key.");
    }
  }

  #fingerprint(incoming: Incoming<Req>, path: string, query: string, body: ComparedBody) {
    const { boundHeaders, fingerprint: choice } = this.#settings;
    const headers: [string, string][] = [];
    for (const name of boundHeaders) {
      const value = joined(incoming.lines(name));
      if (value !== undefined) headers.push([name, value]);
    }
    const { hmacKey, select } = choice;
    const contentType = joined(incoming.lines(header.contentType.toLowerCase()));
    const { method } = incoming;
    // Most have none of what follows, and need no objects for it. Spelt out: what begins with a spread and goes on costs more
    // than all the rest of this.
    if (hmacKey === undefined && select === undefined && !isLost(body)) {
      return fingerprint({ method, path, query, contentType, headers, body });
    }
    const description = { method, path, query, contentType, headers };
    const pick = (description: RequestDescription) => {
      const picked = select?.(description, incoming.request);
      if (picked === undefined && isLost(body)) throw new TypeError(body.lost);
      return picked;
    };
    return fingerprint(isLost(body) ? description : { ...description, body }, { hmacKey, select: pick });
  }

  /** What was committed in a transaction is the answer, even if the handler failed to send it. */
  #executed(result: Execution, own: Execution | undefined): Handled {
    if (own !== undefined && isSameAnswer(result, own)) return { kind: "executed", response: own.sent };
    const { status, headers, body } = result.plain;
    if (body === undefined) throw new Error("a committed response has its body");
    return { kind: "answer", because: "committed", response: { status, headers, body } };
  }

  /** At once where no hook has to be waited for. */
  #answer(request: Req, outcome: Exclude<Outcome<Execution>, { outcome: "executed" }>): Handled | Promise<Handled> {
    switch (outcome.outcome) {
      case "threw": {
        const { error, stored } = outcome;
        return stored ? { kind: "threw", error, answer: this.#failure } : { kind: "threw", error };
      }
      case "replayed":
        return this.#replay(request, outcome.value);
      case "replayed-failure":
        throw outcome.error;
      case "mismatch":
        return this.#refuse("key-reused", {
          detail:
            "This key was used for a different request. Send the first request again unchanged, or use a new key for a new operation.",
        });
      case "in-progress": {
        const retryAfterMs = outcome.leaseLeftMs > 0 ? Math.min(this.#settings.retryAfterMs, outcome.leaseLeftMs) : 0;
        const detail = "The first request with this key is still running. Ask again with the same key.";
        return this.#refuse("request-in-progress", { detail }, retryAfterMs);
      }
      case "outcome-unknown":
        return this.#refuse("outcome-unknown", {
          detail:
            "The first request with this key began, and what became of it is not known. Find out before you repeat it; a new key may do it twice.",
        });
      case "result-unavailable":
        return this.#unkept(request, statusOfOmitted(outcome.omitted));
      case "quota-exceeded":
        return this.#refuse(
          "too-many-keys",
          { detail: "Too many keys of this caller are in use. Nothing was done; ask again later with the same key." },
          // Whoever comes too early is refused again.
          Math.ceil(outcome.retryAfterMs / 1_000) * 1_000,
        );
      case "store-unavailable":
        // Not an outage: a client that is told to come back would come back for ever. The operator has to hear of it.
        if (isOncekeyError(outcome.cause, "STORE_MISCONFIGURED")) throw outcome.cause;
        return this.#unavailable(
          "It cannot be told at the moment whether this is a retry. Nothing was done; ask again with the same key.",
        );
    }
  }

  #replay(request: Req, { plain }: Execution): Handled | Promise<Handled> {
    const { hooks, replayedHeader } = this.#settings;
    const { status, headers, body } = plain;
    if (body === undefined) return this.#unkept(request, status);
    const marked: CompleteResponse = { status, headers: [...headers, [replayedHeader, replayedValue]], body };
    if (hooks.onReplay === undefined) return replayed(marked);
    return Promise.resolve(hooks.onReplay(marked, request)).then(replayed);
  }

  async #unkept(request: Req, originalStatus: number | undefined): Promise<Handled> {
    const instead = await this.#settings.hooks.onResponseUnavailable?.(request, originalStatus);
    if (instead !== undefined) return { kind: "answer", because: "response-unavailable", response: instead };
    return this.#refuse("response-unavailable", {
      detail:
        "The operation was done, and its response was not kept because of its size or by choice. Do not repeat it; read its result where the API offers that.",
      ...(originalStatus === undefined ? {} : { originalStatus }),
    });
  }

  #unavailable(detail: string): Handled {
    return this.#refuse("store-unavailable", { detail }, this.#settings.retryAfterMs);
  }

  #refuse(slug: ProblemSlug, ...details: DetailsOf): Handled {
    return { kind: "answer", because: slug, response: this.#settings.problem(slug, ...details) };
  }
}

function replayed(response: CompleteResponse): Handled {
  return { kind: "answer", because: "replay", response };
}

type DetailsOf = Parameters<Settings<unknown>["problem"]> extends [ProblemSlug, ...infer Rest] ? Rest : never;

/** Under which names the client knows this server: a proxy may have changed the Host. */
function ownHosts<Req>(incoming: Incoming<Req>): readonly string[] {
  const hosts: string[] = [];
  for (const name of [header.host, header.forwardedHost]) {
    const value = joined(incoming.lines(name.toLowerCase()));
    if (value !== undefined) hosts.push(...value.split(",").map((host) => host.trim().toLowerCase()));
  }
  return hosts;
}
