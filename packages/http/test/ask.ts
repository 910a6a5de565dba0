import { type IdempotencyStore, MemoryStore } from "@oncekey/core";
import type { CapturedResponse, Guard, Handled, Incoming, RequestBody, RouteOptions, Run } from "../src/index.js";
import { createGuard } from "../src/index.js";

/** The framework's request in tests of the guard: whose it is. */
export interface Caller {
  readonly account?: string;
}

/** A request to a guard, without a framework. */
export interface Asked {
  readonly method?: string;
  readonly target?: string;
  readonly key?: string | readonly string[] | null;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: RequestBody;
  readonly bodyWasRead?: boolean;
  readonly account?: string;
}

const utf8 = new TextEncoder();

/** Bytes of a text. */
export function bytes(text: string): Uint8Array {
  return utf8.encode(text);
}

/** A guard, over a store of its own unless one is given, with an account as its scope. */
export function guardWith(
  options: RouteOptions<Caller> = {},
  store: IdempotencyStore = new MemoryStore(),
): Guard<Caller> {
  return createGuard<Caller>({ store, scope: (caller) => caller.account, ...options });
}

/** A response of a handler. */
export function responding(status: number, body = "done", headers: CapturedResponse["headers"] = []): Run {
  return async () => ({ status, headers: [["content-type", "text/plain"], ...headers], body: bytes(body) });
}

/** Sends a request to a guard. */
export function ask(guard: Guard<Caller>, asked: Asked, run: Run = responding(201)): Promise<Handled> {
  const {
    method = "POST",
    target = "/things",
    key = "key-1",
    headers = {},
    account = "acme",
    bodyWasRead = false,
  } = asked;
  const lines: Readonly<Record<string, string | readonly string[]>> = {
    ...headers,
    ...(key === null ? {} : { "idempotency-key": key }),
  };
  const incoming: Incoming<Caller> = {
    request: account === "" ? {} : { account },
    method,
    target,
    lines: (name) => lines[name],
    bodyWasRead,
    readBody: () => ("body" in asked ? asked.body : bytes('{"amount":1}')),
  };
  return guard.handle(incoming, run);
}

/** What a guard answered, in short. */
export function told(handled: Handled): Record<string, unknown> {
  if (handled.kind !== "answer") return { kind: handled.kind };
  const { status, headers, body } = handled.response;
  const text = new TextDecoder().decode(body);
  const isProblem = headers.some(([, value]) => value === "application/problem+json");
  const retryAfter = headers.find(([name]) => name === "Retry-After")?.[1];
  return {
    because: handled.because,
    status,
    ...(isProblem ? JSON.parse(text) : { text }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
}
