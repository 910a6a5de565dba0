import { Idempotency, IdempotencyError, IdempotencyErrorCodes } from "@node-idempotency/core";
import { RedisStorageAdapter } from "@node-idempotency/storage-adapter-redis";
import { forEachKey, type Team } from "../contender.js";
import { answer, body } from "../payload.js";

const AT_ONCE = 64;

/** What its plugins do with a request: `onRequest`, the handler, and `onResponse`, which is awaited. */
export async function connectNodeIdempotency(url: string): Promise<Team> {
  const adapter = new RedisStorageAdapter({ url });
  await adapter.connect();
  const idempotency = new Idempotency(adapter);
  const request = (key: string) => ({
    method: "POST",
    path: "/v1/charges",
    headers: { "content-type": "application/json", "idempotency-key": key },
    body,
  });
  const run = async (key: string) => {
    const kept = await idempotency.onRequest(request(key));
    if (kept !== undefined) return "replayed";
    await idempotency.onResponse(request(key), { body: answer, additional: { statusCode: 201 } });
    return "ran";
  };
  const contender = {
    name: "@node-idempotency",
    driver: "node-redis 4",
    role: "peer",
    lacks: { takeover: "a claim stands for 24 hours" },
    prepare: (path: string, keys: readonly string[]) =>
      forEachKey(keys, AT_ONCE, (key) => (path === "replay" ? run(key) : idempotency.onRequest(request(key)))),
    run: async (key: string) => {
      try {
        return await run(key);
      } catch (error) {
        if (error instanceof IdempotencyError && error.code === IdempotencyErrorCodes.REQUEST_IN_PROGRESS)
          return "in-progress";
        throw error;
      }
    },
  } as const;
  return { contenders: [contender], close: () => adapter.disconnect() };
}
