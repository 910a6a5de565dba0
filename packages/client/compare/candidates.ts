import axios from "axios";
import axiosRetry from "axios-retry";
import { got } from "got";
import ky from "ky";
import OpenAI from "openai";
import pRetry from "p-retry";
import Stripe from "stripe";
import { Agent, RetryAgent, request as undiciRequest } from "undici";
import { createIdempotentFetch } from "../src/index.js";

/** One way to pay: resolves with what the caller was given, rejects with what it was told. */
export interface Candidate {
  readonly name: string;
  readonly package: string;
  /** What was set beside the defaults. */
  readonly settings: string;
  pay(url: string): Promise<unknown>;
}

const body = JSON.stringify({ amount: 1 });
const json = { "content-type": "application/json" };
const TIMEOUT_MS = 700;

async function receiptOf(response: Response): Promise<unknown> {
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.json();
}

function stripe(url: string, fetchFn?: typeof fetch, retries?: number): Stripe {
  const { hostname, port } = new URL(url);
  return new Stripe("sk_test_x", {
    host: hostname,
    port,
    protocol: "http",
    timeout: TIMEOUT_MS,
    httpClient: Stripe.createFetchHttpClient(fetchFn),
    ...(retries !== undefined && { maxNetworkRetries: retries }),
  });
}

/** The clients in the order of the table. Those that do not retry a POST by default stand in both forms. */
export const candidates: readonly Candidate[] = [
  {
    name: "@oncekey/client",
    package: "@oncekey/client",
    settings: "time-out",
    pay: async (url) =>
      receiptOf(
        await createIdempotentFetch({ retry: { attemptTimeoutMs: TIMEOUT_MS } })(url, {
          method: "POST",
          body,
          headers: json,
        }),
      ),
  },
  {
    name: "fetch",
    package: "fetch",
    settings: "time-out",
    pay: async (url) =>
      receiptOf(await fetch(url, { method: "POST", body, headers: json, signal: AbortSignal.timeout(TIMEOUT_MS) })),
  },
  {
    name: "stripe",
    package: "stripe",
    settings: "time-out",
    pay: async (url) => (await stripe(url).charges.create({ amount: 1, currency: "eur" })) as unknown,
  },
  {
    name: "stripe over @oncekey/client",
    package: "stripe",
    settings: "maxNetworkRetries: 0",
    pay: async (url) => {
      const client = stripe(
        url,
        createIdempotentFetch({ protocol: "stripe", retry: { attemptTimeoutMs: TIMEOUT_MS } }),
        0,
      );
      return client.charges.create({ amount: 1, currency: "eur" }, { timeout: 30_000 });
    },
  },
  {
    name: "openai",
    package: "openai",
    settings: "time-out",
    pay: (baseURL) =>
      new OpenAI({ baseURL, apiKey: "k", timeout: TIMEOUT_MS }).responses.create({ model: "m", input: "hello" }),
  },
  {
    name: "openai over @oncekey/client",
    package: "openai",
    settings: "maxRetries: 0",
    pay: (baseURL) =>
      new OpenAI({
        baseURL,
        apiKey: "k",
        maxRetries: 0,
        fetch: createIdempotentFetch({ retry: { attemptTimeoutMs: TIMEOUT_MS } }),
      }).responses.create({ model: "m", input: "hello" }),
  },
  {
    name: "ky",
    package: "ky",
    settings: "time-out",
    pay: (url) => ky.post(url, { json: { amount: 1 }, timeout: TIMEOUT_MS }).json(),
  },
  {
    name: "ky, POST retried",
    package: "ky",
    settings: 'time-out, retry.methods: ["post"], retryOnTimeout',
    pay: (url) =>
      ky
        .post(url, {
          json: { amount: 1 },
          timeout: TIMEOUT_MS,
          retry: { methods: ["post"], limit: 3, retryOnTimeout: true },
        })
        .json(),
  },
  {
    name: "got",
    package: "got",
    settings: "time-out",
    pay: (url) => got.post(url, { json: { amount: 1 }, timeout: { request: TIMEOUT_MS } }).json(),
  },
  {
    name: "got, POST retried",
    package: "got",
    settings: 'time-out, retry.methods: ["POST"]',
    pay: (url) =>
      got
        .post(url, { json: { amount: 1 }, timeout: { request: TIMEOUT_MS }, retry: { methods: ["POST"], limit: 3 } })
        .json(),
  },
  {
    name: "axios + axios-retry",
    package: "axios-retry",
    settings: "time-out",
    pay: async (url) => {
      const client = axios.create({ timeout: TIMEOUT_MS });
      axiosRetry(client);
      return (await client.post(url, { amount: 1 })).data;
    },
  },
  {
    name: "undici RetryAgent, POST retried",
    package: "undici",
    settings: 'time-out, methods: ["POST"]',
    pay: async (url) => {
      const dispatcher = new RetryAgent(new Agent({ headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS }), {
        methods: ["POST"],
        maxRetries: 3,
      });
      const { statusCode, body: answer } = await undiciRequest(url, {
        method: "POST",
        body,
        headers: json,
        dispatcher,
      });
      if (statusCode >= 400) throw new Error(`status ${statusCode}`);
      return answer.json();
    },
  },
  {
    name: "p-retry + fetch",
    package: "p-retry",
    settings: "time-out, retries: 3",
    pay: (url) =>
      pRetry(
        async () =>
          receiptOf(await fetch(url, { method: "POST", body, headers: json, signal: AbortSignal.timeout(TIMEOUT_MS) })),
        { retries: 3 },
      ),
  },
];
