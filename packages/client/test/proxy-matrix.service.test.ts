import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDatabase } from "@oncekey/services";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FileJournal, fileJournal } from "../src/file-journal/index.js";
import { type ClientOptions, isIdempotencyError, reportOf } from "../src/index.js";
import { EventClock } from "./event-clock.js";
import { FaultProxy } from "./fault-proxy.js";
import { call, resumed, submitted, ways } from "./fault-scenarios.js";
import { ProtectedServer } from "./protected-server.js";
import { healedOverProxy, type ProxyScenario, unsettledOverProxy } from "./proxy-scenarios.js";

const folder = mkdtempSync(join(tmpdir(), "oncekey-proxy-"));
let server: ProtectedServer;
let cases = 0;

beforeAll(async () => {
  server = await ProtectedServer.start(await createDatabase());
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** A client and a server with a network of faults between them, for one operation. */
async function connected({ script, warm = false }: ProxyScenario) {
  cases += 1;
  const journal = join(folder, String(cases));
  const path = `/charges/${cases}`;
  const clock = new EventClock();
  // The server is held where the connection has to be lost while it is at work, until a retry was told so.
  const held = script.includes("reset-while-running") ? server.hold() : undefined;
  const proxy = await FaultProxy.start({
    to: server.port,
    script,
    onStuck: () => clock.timeOut(),
    running: async () => held?.began,
    onAnswer: (answer) => {
      if (answer.includes("HTTP/1.1 409")) held?.goOn();
    },
  });
  if (warm) await proxy.warmUp();
  const retry = { attemptTimeoutMs: EventClock.attemptTimeoutMs, deadlineMs: 1_000_000 };
  const options: ClientOptions = { fetch: proxy.fetch, clock, retry, budget: false };
  return { proxy, path, url: `${proxy.url}${path}`, options, open: () => fileJournal(journal) };
}

/** Nothing differed between attempts, and nothing went wrong where nothing should. */
function expectOneRequest({ requests, errors }: FaultProxy): void {
  expect(errors).toEqual([]);
  expect(server.errors).toEqual([]);
  expect(new Set(requests.map((bytes) => bytes.toString("latin1"))).size).toBeLessThanOrEqual(1);
}

describe.each(ways)("over a proxy %s has one effect and the true answer, when", (_name, pay) => {
  it.each(healedOverProxy)("%s", async (_title, scenario) => {
    const { proxy, path, url, options, open } = await connected(scenario);
    await using _ = proxy;
    const response = await pay(url, open, options);
    await proxy.quiet();
    const [receipt, ...others] = await server.receipts(path);
    expect(others).toEqual([]);
    expect(await response.json()).toEqual({ receipt });
    expect(reportOf(response)?.outcome).toBe("succeeded");
    if (scenario.races) expect(proxy.attempts).toBeGreaterThanOrEqual(scenario.attempts);
    else expect(proxy.attempts).toBe(scenario.attempts);
    expect(proxy.requests.length).toBeGreaterThan(0);
    expectOneRequest(proxy);
  });
});

/** What a caller is told, in a few words. */
async function told(answer: Promise<Response>): Promise<string> {
  try {
    const response = await answer;
    return `${response.status} ${reportOf(response)?.outcome}`;
  } catch (error) {
    if (!isIdempotencyError(error)) throw error;
    expect(error.outcome).toBe(error.name === "NotSentError" ? "not-executed" : "unknown");
    expect(error.key).toBeDefined();
    return error.name;
  }
}

/** What stands in the journal of the operation. */
async function noted(open: () => FileJournal) {
  const journal = open();
  const record = await journal.get("order-1");
  await journal.close();
  return record;
}

describe("over a proxy the caller is told what is known, when", () => {
  it.each(unsettledOverProxy)("%s: a call", async (_title, scenario) => {
    const { proxy, path, url, options, open } = await connected(scenario);
    await using _ = proxy;
    expect(await told(call(url, open, options))).toBe(scenario.told);
    expect(await server.receipts(path)).toHaveLength(scenario.effects);
    expectOneRequest(proxy);
  });

  it.each(unsettledOverProxy)("%s: a submitted call, and a client that resumes it", async (_title, scenario) => {
    const { proxy, path, url, options, open } = await connected(scenario);
    await using _ = proxy;
    expect(await told(submitted(url, open, options))).toBe(scenario.told);
    expect(await server.receipts(path)).toHaveLength(scenario.effects);
    const isKnown = /NotSent|not-executed/.test(scenario.told);
    expect(await noted(open)).toMatchObject({ state: isKnown ? "intent" : "unknown" });

    proxy.heal();
    const [{ response } = {}, ...more] = await resumed(open, options);
    expect(more).toEqual([]);
    expect(await response?.json()).toEqual({ receipt: (await server.receipts(path))[0] });
    expect(await server.receipts(path)).toHaveLength(1);
    expect(await noted(open)).toMatchObject({ state: "settled", status: 201 });
    expectOneRequest(proxy);
  });
});
