import { type IdempotencyStore, NotExecutedError, type Quota } from "@oncekey/core";
import { type Answer, type AnswerRun, answerOf, echoOf } from "./answer.js";
import { Latches } from "./latches.js";
import { type Scenario, suiteHeaders } from "./scenario.js";
import { scenarios } from "./scenarios.js";
import { Shutdown } from "./shutdown.js";
import { type StoreFault, StoreTap, storeFaults } from "./store-tap.js";

/** What a handler does next: answer, or hand an error to its framework. */
export type Visit =
  | { readonly kind: "answer"; readonly answer: Answer }
  | { readonly kind: "error"; readonly error: Error };

/** What a handler of the scripted app reads of its request. */
export interface VisitRequest {
  /** A header by its lower-case name. */
  header(name: string): string | undefined | null;
  /** The bytes of the body; called by the handlers that send it back. */
  body(): Promise<Uint8Array>;
}

/** The answer of a control route: a status and JSON. */
export interface ControlAnswer {
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>>;
}

/** How often the handlers ran for one token. */
interface Runs {
  started: number;
  finished: number;
  /** How many of their answers are still open, because they have no end of their own. */
  openAnswers: number;
}

/**
 * The scripted app without a framework, for servers that run on Node: a fixture mounts `scenarios` natively, asks
 * {@link ScriptedApp.visit} what to answer, and hands `/control/*` to {@link ScriptedApp.control}.
 */
export class ScriptedApp {
  /** The routes to mount, below `/scenario/`. */
  readonly scenarios: readonly Scenario[] = scenarios.map(withQuota);
  readonly #runs = new Map<string, Runs>();
  readonly #latches = new Latches();
  readonly #tap = new StoreTap();
  readonly #shutdown = new Shutdown();

  /** Whose request it is: the scope of its key. */
  scope(header: (name: string) => string | undefined | null): string {
    return header(suiteHeaders.account) ?? "anonymous";
  }

  /** The store to protect the routes with; the suite can take it away. */
  store(store: IdempotencyStore): IdempotencyStore {
    return this.#tap.wrap(store);
  }

  /**
   * Takes over how this server shuts down in order: what takes no new requests from now on, and settles once those that run
   * have ended and are stored, such as `() => idem.close()`. The routes of control have to be answered all the same.
   */
  onShutdown(shutDown: () => Promise<unknown>): void {
    this.#shutdown.by(shutDown);
  }

  /**
   * One run of a route's handler. Throws, rejects, or says what to answer, as the scenario has it: call it as a handler
   * of the framework would do its work, and let its errors go where errors of handlers go.
   */
  visit(scenario: Scenario, request: VisitRequest): Promise<Visit> {
    const token = request.header(suiteHeaders.token) ?? "";
    const runs = this.#runsOf(token);
    runs.started += 1;
    const number = runs.started;
    const { handler } = scenario;
    if (handler.does === "fail" && handler.how === "throw") throw new ScriptedError();
    return this.#proceed(scenario, request, token, { number, open: () => opened(runs) }).finally(() => {
      runs.finished += 1;
    });
  }

  /** Answers a request to `/control/*`; `target` is its path and query. */
  control(method: string, target: string): ControlAnswer {
    const { pathname, searchParams } = new URL(target, "http://scripted-app.invalid");
    const token = searchParams.get("token") ?? "";
    switch (`${method} ${pathname}`) {
      case "GET /control/state":
        return { status: 200, json: { ...this.#runsOf(token), ...this.#tap.held, shutdown: this.#shutdown.state } };
      case "POST /control/hold":
        this.#latches.shut(token);
        return { status: 200, json: {} };
      case "POST /control/release":
        this.#latches.open(token);
        return { status: 200, json: {} };
      case "POST /control/store":
        return this.#setFault(searchParams.get("fault"));
      case "POST /control/shutdown":
        if (this.#shutdown.begin()) return { status: 200, json: {} };
        return { status: 501, json: { error: "this server has not said how it shuts down: app.onShutdown(…)" } };
      default:
        return { status: 404, json: { error: `no control route ${method} ${pathname}` } };
    }
  }

  /** Lets go whatever is still held, so that the server can end. */
  close(): void {
    this.#tap.set("none");
    this.#latches.openAll();
  }

  #setFault(fault: string | null): ControlAnswer {
    if (!isStoreFault(fault)) return { status: 400, json: { error: `no store fault ${fault}` } };
    this.#tap.set(fault);
    return { status: 200, json: {} };
  }

  async #proceed({ handler }: Scenario, request: VisitRequest, token: string, run: AnswerRun): Promise<Visit> {
    await this.#latches.pass(token);
    if (handler.does === "echo") return { kind: "answer", answer: echoOf(await request.body()) };
    if (handler.does === "answer") return { kind: "answer", answer: answerOf(handler.answer, run) };
    if (handler.how === "not-executed") throw new NotExecutedError("nothing was done, as the script says");
    const error = new ScriptedError();
    if (handler.how === "error-handler") return { kind: "error", error };
    throw error;
  }

  #runsOf(token: string): Runs {
    const known = this.#runs.get(token);
    if (known !== undefined) return known;
    const fresh: Runs = { started: 0, finished: 0, openAnswers: 0 };
    this.#runs.set(token, fresh);
    return fresh;
  }
}

/** Counts an answer as open until what it gives is called. */
function opened(runs: Runs): () => void {
  let open = true;
  runs.openAnswers += 1;
  return () => {
    if (open) runs.openAnswers -= 1;
    open = false;
  };
}

/** The failure of a handler that was written to fail. */
class ScriptedError extends Error {
  override readonly name = "ScriptedError";

  constructor() {
    super("this handler fails because its script says so");
  }
}

/** Puts a function in the place of the number that says how many keys an account may have. */
function withQuota(scenario: Scenario): Scenario {
  const { maxKeys, ...options } = scenario.options;
  return maxKeys === undefined ? scenario : { ...scenario, options: { ...options, quota: atMost(maxKeys) } };
}

function atMost(maxKeys: number): Quota {
  const accounts = new Map<string, Set<string>>();
  return ({ scope, id }) => {
    const ids = accounts.get(scope) ?? new Set();
    if (!ids.has(id) && ids.size >= maxKeys) return { admit: false, retryAfterMs: 30_000 };
    accounts.set(scope, ids.add(id));
    return { admit: true };
  };
}

function isStoreFault(fault: string | null): fault is StoreFault {
  return storeFaults.some((each) => each === fault);
}
