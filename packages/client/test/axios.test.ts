import axios, { type AxiosError, type CreateAxiosDefaults } from "axios";
import { describe, expect, it } from "vitest";
import { type ClientOptions, createIdempotentFetch, type IdempotencyError, isIdempotencyError } from "../src/index.js";
import { ScriptedServer } from "./scripted-server.js";

const retry = { baseMs: 1, capMs: 5 } as const;

/** axios over this `fetch`, as the README has it. */
function client(options: ClientOptions = {}, defaults: CreateAxiosDefaults = {}) {
  return axios.create({ ...defaults, adapter: "fetch", env: { fetch: createIdempotentFetch({ retry, ...options }) } });
}

async function failure(call: Promise<unknown>): Promise<AxiosError> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!axios.isAxiosError(error)) throw new Error("expected an AxiosError", { cause: error });
  return error;
}

describe("axios over this fetch", () => {
  it("sends the key that the call names, and gets the stored answer the second time", async () => {
    await using server = await ScriptedServer.start();
    const pay = () => client().post(server.url, { amount: 1 }, { fetchOptions: { idempotencyKey: "order-1" } });
    expect((await pay()).headers).not.toHaveProperty("idempotent-replayed");
    const second = await pay();
    expect(second.headers).toMatchObject({ "idempotent-replayed": "true" });
    expect(second.data).toEqual({ receipt: 1 });
    expect(server.keys).toEqual(['"order-1"', '"order-1"']);
    expect(server.effects).toBe(1);
  });

  it("sends what interceptors add with every attempt, and hands them one answer", async () => {
    await using server = await ScriptedServer.start("reset-after-effect");
    const api = client({}, { baseURL: server.url });
    api.interceptors.request.use((config) => {
      config.headers.set("x-trace", "t-1");
      return config;
    });
    const statuses: number[] = [];
    api.interceptors.response.use((response) => {
      statuses.push(response.status);
      return response;
    });
    expect((await api.post("/charges", { amount: 1 }, { params: { a: 1 } })).data).toEqual({ receipt: 1 });
    expect(server.seen.map(({ path, headers }) => [path, headers["x-trace"]])).toEqual([
      ["/charges?a=1", "t-1"],
      ["/charges?a=1", "t-1"],
    ]);
    expect(statuses).toEqual([201]);
  });

  it("rejects statuses as validateStatus says, their body read", async () => {
    const refused = { status: 402, body: { error: "card" } } as const;
    await using server = await ScriptedServer.start(refused, refused);
    const error = await failure(client().post(server.url, {}));
    expect(error).toMatchObject({ code: "ERR_BAD_REQUEST", response: { status: 402, data: { error: "card" } } });
    const accepted = await client({}, { validateStatus: () => true }).post(server.url, {});
    expect(accepted).toMatchObject({ status: 402, data: { error: "card" } });
    expect(server.seen).toHaveLength(2);
  });

  it.each(["text", "arraybuffer", "blob", "stream"] as const)("reads an answer as %s", async (responseType) => {
    await using server = await ScriptedServer.start("cut-body-after-effect");
    const { data } = await client().post(server.url, {}, { responseType });
    expect(await new Response(data).json()).toEqual({ receipt: 1 });
    expect(server.effects).toBe(1);
  });

  it("lets a caller go at once", async () => {
    await using server = await ScriptedServer.start("hang-after-effect");
    const controller = new AbortController();
    const failed = failure(client().post(server.url, {}, { signal: controller.signal }));
    await expect.poll(() => server.effects).toBe(1);
    controller.abort();
    expect(axios.isCancel(await failed)).toBe(true);
    expect(server.seen).toHaveLength(1);
  });

  it("ends the call with axios's own time-out", async () => {
    await using server = await ScriptedServer.start("hang-after-effect");
    expect(await failure(client().post(server.url, {}, { timeout: 100 }))).toMatchObject({ code: "ETIMEDOUT" });
  });

  it("tries again after the time-out of an attempt", async () => {
    await using server = await ScriptedServer.start("hang-after-effect");
    const api = client({ retry: { ...retry, attemptTimeoutMs: 300 } });
    expect((await api.post(server.url, {})).data).toEqual({ receipt: 1 });
    expect(server.effects).toBe(1);
  });

  it("says what is known where no answer came, in the cause of its error", async () => {
    await using server = await ScriptedServer.start("reset-after-effect");
    const { cause } = await failure(client({ retry: false }).post(server.url, {}));
    expect(isIdempotencyError(cause)).toBe(true);
    const known: Partial<IdempotencyError> = { outcome: "unknown", key: JSON.parse(server.keys[0] ?? "") };
    expect(cause).toMatchObject(known);
  });
});
