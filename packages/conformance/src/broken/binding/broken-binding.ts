import type { FetchHandler, Protect } from "../../binding/fetch-app.js";
import type { BindingFixture } from "../../binding/fixture.js";
import { inProcess } from "../../binding/in-process.js";
import { type ProtectFixtureOptions, protectFixture } from "../../binding/protect-fixture.js";
import type { Scenario, ScenarioOptions } from "../../binding/scenario.js";
import { serveFetch } from "../../binding/serve-fetch.js";

/** A binding with one bug, and the cases that must find it. */
export interface BrokenBinding {
  readonly name: string;
  /** What is wrong, and how it comes about in practice. */
  readonly bug: string;
  /** The ids of all cases that fail, in the order of the suite; every other case passes or is skipped. */
  readonly fails: readonly string[];
  /** The ids of cases that fail or pass, as time has it. */
  readonly mayFail: readonly string[];
  /** A fixture with this bug, on an empty store: in this process, or over HTTP. */
  fixture(way: "in process" | "over HTTP"): BindingFixture;
}

/** Changes a right binding into a wrong one; called once for each server. */
export type Bug = (protect: Protect) => Protect;

/** Describes a broken binding. */
export function broken(
  name: string,
  bug: string,
  fails: readonly string[],
  planted: Bug | ProtectFixtureOptions,
  mayFail: readonly string[] = [],
): BrokenBinding {
  const options = typeof planted === "function" ? { plant: planted } : planted;
  return {
    name,
    bug,
    fails,
    mayFail,
    fixture: (way) => protectFixture(name, { ...options, serve: way === "in process" ? inProcess : serveFetch }),
  };
}

/** A bug around the protection: it sees the client's request and the answer that is about to leave. */
export function outside(wrap: (next: FetchHandler, request: Request) => Promise<Response>): Bug {
  return (protect) => (handler, scenario) => {
    const next = protect(handler, scenario);
    return (request) => wrap(next, request);
  };
}

/** A bug between the protection and the handler: what it changes is what gets stored. */
export function inside(wrap: (handler: FetchHandler, request: Request) => Promise<Response>): Bug {
  return (protect) => (handler, scenario) => protect((request) => wrap(handler, request), scenario);
}

/** A bug in what the protection takes for the request, while the handler still gets the one that came. */
export function misreading(misread: (request: Request, scenario: Scenario) => Request | Promise<Request>): Bug {
  return (protect) => (handler, scenario) => async (request) => {
    const original = request.clone();
    return await protect(() => handler(original), scenario)(await misread(request, scenario));
  };
}

/** A bug in the options of a route. */
export function misconfigured(change: (options: ScenarioOptions) => ScenarioOptions): Bug {
  return (protect) => (handler, scenario) => protect(handler, { ...scenario, options: change(scenario.options) });
}

/** A bug in replays only. */
export function onReplay(change: (replay: Response, request: Request) => Response | Promise<Response>): Bug {
  return outside(async (next, request) => {
    const answer = await next(request);
    return answer.headers.has("idempotent-replayed") ? await change(answer, request) : answer;
  });
}

/** A bug in the refusals of the protection. */
export function onRefusal(change: (refusal: Response, request: Request) => Response | Promise<Response>): Bug {
  return outside(async (next, request) => {
    const answer = await next(request);
    return isRefusal(answer) ? await change(answer, request) : answer;
  });
}

/** Tells a refusal of the protection from an answer of the application. */
export function isRefusal({ headers }: Response): boolean {
  return headers.get("content-type") === "application/problem+json";
}

/** Tells an answer that has no end: whoever reads it to there, waits for ever. */
export function isEndless({ headers }: Response): boolean {
  return headers.get("content-type") === "text/event-stream";
}

/** The same request with one header changed; `null` takes it away. */
export function withHeader(request: Request, name: string, value: string | null): Request {
  const headers = new Headers(request.headers);
  if (value === null) headers.delete(name);
  else headers.set(name, value);
  return new Request(request, { headers });
}

/** The same answer with other headers. */
export function withHeaders(response: Response, change: (headers: Headers) => void): Response {
  const headers = new Headers(response.headers);
  change(headers);
  return new Response(response.body, { status: response.status, headers });
}

/** Names an operation as a client does: its account and its key. */
export function operationOf({ headers }: Request): string {
  return JSON.stringify([headers.get("x-account"), headers.get("idempotency-key")]);
}
