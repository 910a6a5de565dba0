import Anthropic from "@anthropic-ai/sdk";
import axios from "axios";
import axiosRetry from "axios-retry";
import ky from "ky";
import OpenAI from "openai";
import createOpenapiClient from "openapi-fetch";
import Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { createIdempotentFetch, type IdempotentFetch } from "../src/index.js";
import { ScriptedServer } from "./scripted-server.js";

const retry = { baseMs: 1, capMs: 5 } as const;

/** One paid call through each library, the library's own retries off. */
const calls: readonly (readonly [library: string, call: (url: string) => Promise<unknown>])[] = [
  [
    "openai",
    (baseURL) => {
      const client = new OpenAI({ baseURL, apiKey: "k", maxRetries: 0, fetch: createIdempotentFetch({ retry }) });
      return client.responses.create({ model: "m", input: "hello" });
    },
  ],
  [
    "@anthropic-ai/sdk",
    (baseURL) => {
      const client = new Anthropic({ baseURL, apiKey: "k", maxRetries: 0, fetch: createIdempotentFetch({ retry }) });
      return client.messages.create({ model: "m", max_tokens: 1, messages: [{ role: "user", content: "hello" }] });
    },
  ],
  [
    "stripe",
    (url) => {
      const { hostname, port } = new URL(url);
      const client = new Stripe("sk_test_x", {
        host: hostname,
        port,
        protocol: "http",
        maxNetworkRetries: 0,
        httpClient: Stripe.createFetchHttpClient(createIdempotentFetch({ protocol: "stripe", retry })),
      });
      return client.charges.create({ amount: 1, currency: "eur" });
    },
  ],
  ["ky", (url) => ky.post(url, { retry: 0, json: { amount: 1 }, fetch: createIdempotentFetch({ retry }) }).json()],
  [
    "openapi-fetch",
    async (baseUrl) => {
      type Paths = {
        "/charges": {
          post: {
            requestBody: { content: { "application/json": { amount: number } } };
            responses: Record<201, { content: { "application/json": { receipt: number } } }>;
          };
        };
      };
      const client = createOpenapiClient<Paths>({ baseUrl, fetch: createIdempotentFetch({ retry }) });
      return (await client.POST("/charges", { body: { amount: 1 } })).data;
    },
  ],
  [
    "axios",
    async (url) => {
      const client = axios.create({ adapter: "fetch", env: { fetch: createIdempotentFetch({ retry }) } });
      return (await client.post(url, { amount: 1 })).data;
    },
  ],
];

describe("as the fetch of", () => {
  it.each(calls)("%s: a lost answer costs no second effect", async (_library, call) => {
    await using server = await ScriptedServer.start("reset-after-effect", "cut-body-after-effect");
    expect(await call(server.url)).toMatchObject({ receipt: 1 });
    expect(server.effects).toBe(1);
    expect(server.seen).toHaveLength(3);
    expect(new Set(server.keys).size).toBe(1);
    expect(new Set(server.seen.map(({ body }) => body)).size).toBe(1);
  });
});

/** One paid call through each library, which is left to retry by itself once. */
const retrying: readonly (readonly [
  library: string,
  call: (url: string, fetch: IdempotentFetch) => Promise<unknown>,
])[] = [
  [
    "openai",
    (baseURL, fetch) =>
      new OpenAI({ baseURL, apiKey: "k", maxRetries: 1, fetch }).responses.create({ model: "m", input: "hello" }),
  ],
  [
    "@anthropic-ai/sdk",
    (baseURL, fetch) =>
      new Anthropic({ baseURL, apiKey: "k", maxRetries: 1, fetch }).messages.create({
        model: "m",
        max_tokens: 1,
        messages: [{ role: "user", content: "hello" }],
      }),
  ],
  [
    "ky",
    (url, fetch) => ky.post(url, { retry: { limit: 1, methods: ["post"], delay: () => 1 }, json: {}, fetch }).json(),
  ],
  [
    "axios-retry",
    (url, fetch) => {
      const client = axios.create({ adapter: "fetch", env: { fetch } });
      axiosRetry(client, { retries: 1, retryCondition: () => true });
      return client.post(url, { amount: 1 });
    },
  ],
];

describe("a library that retries above it", () => {
  it.each(retrying)("%s: two keys, and a warning says so once", async (_library, call) => {
    await using server = await ScriptedServer.start("reset-after-effect", "answer", "reset-after-effect");
    const fetch = createIdempotentFetch({ retry: false });
    const warnings = await warningsIn(async () => {
      await call(server.url, fetch);
      await call(server.url, fetch);
    });
    expect(new Set(server.keys).size).toBe(4);
    expect(warnings).toEqual(["ONCEKEY_FOREIGN_RETRIES"]);
  });

  it("stripe: it keeps its own key, so there is nothing to warn of", async () => {
    await using server = await ScriptedServer.start("reset-after-effect");
    const { hostname, port } = new URL(server.url);
    const fetch = createIdempotentFetch({ protocol: "stripe", retry: false });
    const httpClient = Stripe.createFetchHttpClient(fetch);
    const client = new Stripe("sk_test_x", {
      host: hostname,
      port,
      protocol: "http",
      maxNetworkRetries: 1,
      httpClient,
    });
    expect(await warningsIn(() => client.charges.create({ amount: 1, currency: "eur" }))).toEqual([]);
    expect(server.seen).toHaveLength(2);
    expect(new Set(server.keys).size).toBe(1);
    expect(server.effects).toBe(1);
  });

  it.each([
    ["another request", {}, { body: "b" }],
    ["the same under its own key", { idempotencyKey: "k" }, { idempotencyKey: "k" }],
  ])("nobody: %s after a lost answer is no retry", async (_what, first, second) => {
    await using server = await ScriptedServer.start("reset-after-effect");
    const fetch = createIdempotentFetch({ retry: false });
    const warnings = await warningsIn(async () => {
      await fetch(server.url, { method: "POST", body: "a", ...first }).catch(() => undefined);
      await fetch(server.url, { method: "POST", body: "a", ...second });
    });
    expect(server.seen).toHaveLength(2);
    expect(warnings).toEqual([]);
  });
});

/** The codes of this package's warnings during some work. */
async function warningsIn(work: () => Promise<unknown>): Promise<readonly string[]> {
  const codes: string[] = [];
  const note = (warning: Error) => codes.push(String(Reflect.get(warning, "code")));
  process.on("warning", note);
  try {
    await work();
    // Warnings are emitted in a turn of their own.
    await new Promise(setImmediate);
  } finally {
    process.off("warning", note);
  }
  return codes.filter((code) => code.startsWith("ONCEKEY_"));
}
