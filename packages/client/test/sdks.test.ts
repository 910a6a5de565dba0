import Anthropic from "@anthropic-ai/sdk";
import axios from "axios";
import ky from "ky";
import OpenAI from "openai";
import createOpenapiClient from "openapi-fetch";
import Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { createIdempotentFetch } from "../src/index.js";
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

  it("a library that retries above it: a warning says so, once", async () => {
    await using server = await ScriptedServer.start({ status: 400 }, { status: 503 }, { status: 503 });
    const warnings: string[] = [];
    const note = (warning: Error) => warnings.push(String(Reflect.get(warning, "code")));
    process.on("warning", note);
    const fetch = createIdempotentFetch({ retry: false });
    for (const count of ["0", "1", "2"]) {
      await fetch(server.url, { method: "POST", headers: { "x-stainless-retry-count": count } });
    }
    // Warnings are emitted in a turn of their own.
    await new Promise(setImmediate);
    process.off("warning", note);
    expect(warnings).toEqual(["ONCEKEY_FOREIGN_RETRIES"]);
  });
});
