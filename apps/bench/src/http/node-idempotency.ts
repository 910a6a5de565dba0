import { Idempotency } from "@node-idempotency/core";
import { RedisStorageAdapter } from "@node-idempotency/storage-adapter-redis";
import type { Once } from "./once.js";
import { KEY_HEADER } from "./request.js";

/** What the plugins of @node-idempotency do around a handler; those for frameworks other than NestJS could not be had. */
export async function nodeIdempotency(url: string): Promise<{ readonly once: Once; close(): Promise<void> }> {
  const adapter = new RedisStorageAdapter({ url });
  await adapter.connect();
  const idempotency = new Idempotency(adapter);
  const once: Once = async ({ key, method, path, order }, charge) => {
    if (!isObject(order)) throw new TypeError("There is no order.");
    const request = { method, path, headers: { "content-type": "application/json", [KEY_HEADER]: key }, body: order };
    const kept = await idempotency.onRequest<object, unknown>(request);
    if (kept !== undefined) {
      return { status: Number(kept.additional?.["statusCode"]), body: JSON.stringify(kept.body) };
    }
    const body = charge();
    await idempotency.onResponse(request, { body, additional: { statusCode: 201 } });
    return { status: 201, body: JSON.stringify(body) };
  };
  return { once, close: () => adapter.disconnect() };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
