import type { Agent } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { CaseContext } from "../case.js";
import { check, equal } from "../expect.js";
import type { BindingFixture, RunningBinding } from "./fixture.js";
import { pipeline } from "./pipeline.js";
import { type HeaderLine, suiteHeaders } from "./scenario.js";
import type { StoreFault } from "./store-tap.js";
import { type Exchange, send, textOf, type WireAnswer } from "./wire.js";

/** What a case sends; everything has a default that makes an ordinary keyed request. */
export interface Ask {
  /** Default `POST`. */
  readonly method?: string;
  /** The key as it stands in the header; several make several lines, `null` none. Default: the case's own key. */
  readonly key?: string | readonly string[] | null;
  readonly keyHeader?: string;
  readonly account?: string;
  readonly token?: string;
  readonly query?: string;
  /** Default: a small JSON document. `null` sends none; an array goes out in chunks. */
  readonly body?: string | Uint8Array | readonly Uint8Array[] | null;
  /** The content type; default `application/json`, `null` sends none. */
  readonly type?: string | null;
  readonly headers?: readonly HeaderLine[];
  readonly agent?: Agent;
  /** Announces one byte more than it sends, and waits. */
  readonly unfinished?: boolean;
}

/** What the control route tells. */
interface AppState {
  readonly started: number;
  readonly finished: number;
  readonly heldClaims: number;
  readonly heldCompletions: number;
  readonly openAnswers: number;
  /** `none` before it was asked for, `begun`, and `ended`. */
  readonly shutdown: unknown;
}

const utf8 = new TextEncoder();

/** The body of an ordinary request. */
const ordinaryBody = '{"amount":100,"currency":"EUR"}';

/** How long to rest between two looks at a condition: each look is a request, so the rests grow. */
const restMs = { first: 5, growth: 1.5, most: 40 };

/** How long to wait for a condition before the case is given up: less than a case may take, to say what it waited for. */
const patienceMs = 8_000;

let probes = 0;

/** A case's hands and eyes: it speaks to the server over HTTP and knows nothing else about it. */
export class Probe {
  /** A key that nobody else uses. */
  readonly key: string;
  /** Under which the handlers of this case count and wait. */
  readonly token: string;
  /** The account of this case, unless it says another one. */
  readonly account: string;
  readonly #url: URL;
  readonly #send: RunningBinding["send"];
  readonly #context: CaseContext<BindingFixture>;

  constructor(server: RunningBinding, context: CaseContext<BindingFixture>) {
    probes += 1;
    const name = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}-${probes}`;
    this.key = `key-${name}`;
    this.token = `token-${name}`;
    this.account = `account-${name}`;
    this.#url = new URL(server.url.endsWith("/") ? server.url : `${server.url}/`);
    this.#send = server.send;
    this.#context = context;
  }

  /** Where a path of the scripted app stands. */
  urlOf(path: string): URL {
    return new URL(path, this.#url);
  }

  /** Sends a request to a scenario and waits for its answer. */
  async ask(scenario: string, ask: Ask = {}): Promise<WireAnswer> {
    return await this.begin(scenario, ask).answer;
  }

  /** Sends a request to a scenario, and hangs up at the end of the case at the latest. */
  begin(scenario: string, ask: Ask = {}): Exchange {
    const { method = "POST", query = "", agent, unfinished = false } = ask;
    const body = bodyOf(ask, method);
    const exchange = this.#sending(this.urlOf(`scenario/${scenario}${query}`), {
      method,
      unfinished,
      headers: this.headersOf(ask, body !== undefined),
      ...(body === undefined ? {} : { body }),
      ...(agent === undefined ? {} : { agent }),
    });
    this.#context.defer(() => exchange.abandon());
    return exchange;
  }

  /** Sends ordinary requests without waiting, on one connection; their answers come in the same order. */
  async pipelined(scenario: string, asks: readonly Ask[]): Promise<readonly WireAnswer[]> {
    if (this.#send !== undefined) return await Promise.all(asks.map((ask) => this.ask(scenario, ask)));
    return await pipeline(
      this.urlOf(`scenario/${scenario}`),
      ordinaryBody,
      asks.map((ask) => this.headersOf(ask, true)),
    );
  }

  /** The header lines of a request. */
  headersOf(ask: Ask, hasBody: boolean): readonly HeaderLine[] {
    const { key = this.key, keyHeader = "Idempotency-Key", account = this.account, token = this.token } = ask;
    const { type = hasBody ? "application/json" : null, headers = [] } = ask;
    const keys = key === null ? [] : typeof key === "string" ? [key] : key;
    return [
      ...keys.map((line): HeaderLine => [keyHeader, line]),
      [suiteHeaders.account, account],
      [suiteHeaders.token, token],
      ...(type === null ? [] : [["Content-Type", type] satisfies HeaderLine]),
      ...headers,
    ];
  }

  /** How often a handler has begun for this case's token, or another one. */
  async executions(token = this.token): Promise<number> {
    return (await this.state(token)).started;
  }

  /** Fails unless handlers ran exactly so often. */
  async ran(times: number, what = "executions", token = this.token): Promise<void> {
    equal(await this.executions(token), times, what);
  }

  /** What the scripted app tells about a token. */
  async state(token = this.token): Promise<AppState> {
    const answer = await this.#control("GET", `state?token=${token}`);
    // What a server cannot do it may say nothing about.
    const { started, finished, heldClaims = 0, heldCompletions, openAnswers = 0, shutdown = "none" } = answer;
    check(
      typeof started === "number" &&
        typeof finished === "number" &&
        typeof heldClaims === "number" &&
        typeof heldCompletions === "number" &&
        typeof openAnswers === "number",
      "GET /control/state: expected the numbers started, finished, heldClaims, heldCompletions and openAnswers",
    );
    return { started, finished, heldClaims, heldCompletions, openAnswers, shutdown };
  }

  /** From now on handlers wait at the latch; they are let go at the end of the case at the latest. */
  async hold(token = this.token): Promise<void> {
    await this.#control("POST", `hold?token=${token}`);
    this.#context.defer(() => this.release(token));
  }

  async release(token = this.token): Promise<void> {
    await this.#control("POST", `release?token=${token}`);
  }

  /** Breaks the store, until the end of the case at the latest. */
  async breakStore(fault: StoreFault): Promise<void> {
    await this.#control("POST", `store?fault=${fault}`);
    this.#context.defer(() => this.healStore());
  }

  async healStore(): Promise<void> {
    await this.#control("POST", "store?fault=none");
  }

  /** Begins the server's shutdown, and does not wait for its end. */
  async shutDown(): Promise<void> {
    await this.#control("POST", "shutdown");
  }

  /** Waits until so many handlers have begun. */
  async started(times: number): Promise<void> {
    await this.eventually(`${times} handler(s) to begin`, async () => (await this.executions()) >= times);
  }

  /** Waits for a condition; fails when that takes too long. */
  async eventually(what: string, condition: () => Promise<boolean>): Promise<void> {
    const untilMs = performance.now() + patienceMs;
    for (let ms = restMs.first; !(await condition()); ms = Math.min(ms * restMs.growth, restMs.most)) {
      check(performance.now() < untilMs && !this.#context.signal.aborted, `waited in vain for ${what}`);
      await delay(ms);
    }
  }

  /** Gives what must not happen the time to happen. */
  async linger(): Promise<void> {
    await delay(restMs.most);
  }

  /** Sends a request that must be answered while a handler is held; fails at once if another handler begins. */
  async askWhileHeld(scenario: string, ask: Ask = {}): Promise<WireAnswer> {
    const exchange = this.begin(scenario, ask);
    // Most are answered soon, and then one look is enough.
    await Promise.race([exchange.answer, delay(restMs.most)]);
    await this.eventually(`${scenario} to be answered while the handler is held`, async () => {
      await this.ran(1, "executions while the first handler is held");
      return exchange.ended();
    });
    return await exchange.answer;
  }

  /** Repeats a request until its answer is not that the first one is still running. */
  async settled(scenario: string, ask: Ask = {}): Promise<WireAnswer> {
    let answer = await this.ask(scenario, ask);
    await this.eventually(`${scenario} to be settled`, async () => {
      if (answer.status === 409) answer = await this.ask(scenario, ask);
      return answer.status !== 409;
    });
    return answer;
  }

  get #sending(): NonNullable<RunningBinding["send"]> {
    return this.#send ?? send;
  }

  async #control(method: string, path: string): Promise<Record<string, unknown>> {
    const body = method === "POST" ? { body: new Uint8Array(0) } : {};
    const answer = await this.#sending(this.urlOf(`control/${path}`), { method, headers: [], ...body }).answer;
    equal(answer.status, 200, `${method} /control/${path} ${textOf(answer)}`);
    return jsonObject(textOf(answer), `${method} /control/${path}`);
  }
}

/** Reads a JSON object out of a body. */
export function jsonObject(text: string, what: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Error(`${what}: the body is no JSON: ${text}`, { cause });
  }
  check(typeof value === "object" && value !== null && !Array.isArray(value), `${what}: expected a JSON object`);
  return { ...value };
}

function bodyOf({ body = ordinaryBody }: Ask, method: string): Uint8Array | readonly Uint8Array[] | undefined {
  if (body === null || method === "GET" || method === "HEAD" || method === "OPTIONS") return undefined;
  return typeof body === "string" ? utf8.encode(body) : body;
}
