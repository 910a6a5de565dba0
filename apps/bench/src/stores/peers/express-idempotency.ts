import { createRequire } from "node:module";
import type { Request, Response } from "express";
import { type IdempotencyResource, IdempotencyService, type IIdempotencyDataAdapter } from "express-idempotency";
import type RedisAdapterModule from "express-idempotency-redis-adapter";
import { type Answer, forEachKey, type Team } from "../contender.js";
import { answer, body } from "../payload.js";

const AT_ONCE = 64;

type RedisAdapter = InstanceType<typeof RedisAdapterModule.default>;
// Loaders disagree about what the default export of this CommonJS module is.
const { default: RedisAdapter }: typeof RedisAdapterModule = createRequire(import.meta.url)(
  "express-idempotency-redis-adapter",
);

/** Its middleware, with the least of an Express request and response that it asks for. */
export async function connectExpressIdempotency(url: string): Promise<Team> {
  const completions = new Map<string, () => void>();
  const { dataAdapter, close } = await connectAdapter(url, (key) => completions.get(key)?.());
  const service = new IdempotencyService({ dataAdapter });
  const claim = (key: string) => {
    const req = requestOf(key);
    const res = responseOf();
    return new Promise<{ answer: Answer; res: Response }>((resolve, reject) => {
      const next = (error?: unknown) => {
        if (error !== undefined && res.statusCode !== 409) reject(error);
        else resolve({ answer: error !== undefined ? "in-progress" : service.isHit(req) ? "replayed" : "ran", res });
      };
      service.provideMiddlewareFunction(req, res, next).catch(reject);
    });
  };
  const run = async (key: string) => {
    const claimed = await claim(key);
    if (claimed.answer !== "ran") return claimed.answer;
    const completed = new Promise<void>((resolve) => completions.set(key, resolve));
    claimed.res.status(201).send(answer);
    await completed;
    completions.delete(key);
    return "ran";
  };
  const contender = {
    name: "express-idempotency",
    driver: "node-redis 4",
    role: "peer",
    lacks: { takeover: "a claim stands for 24 hours" },
    prepare: (path: string, keys: readonly string[]) =>
      forEachKey(keys, AT_ONCE, (key) => (path === "replay" ? run(key) : claim(key))),
    run,
  } as const;
  return { contenders: [contender], close };
}

/** Its Redis adapter, connected; `completed` is told of each completion. */
export async function connectAdapter(url: string, completed: (key: string) => void = () => {}) {
  const adapter = new RedisAdapter({ connectionConfig: { url } });
  await adapter.connect();
  return { dataAdapter: telling(adapter, completed), close: () => adapter.disconnect() };
}

/** The adapter, and word of each completion: the service does not wait for it. */
function telling(adapter: RedisAdapter, completed: (key: string) => void): IIdempotencyDataAdapter {
  return {
    findByIdempotencyKey: async (key) => {
      const found = await adapter.findByIdempotencyKey(key);
      if (found === null) return null;
      // Its types leave `response` undefined where the interface leaves it out.
      const { response, ...rest } = found;
      return response === undefined ? rest : { ...rest, response };
    },
    create: (resource) => adapter.create(resource),
    update: async (resource: IdempotencyResource) => {
      await adapter.update(resource);
      completed(resource.idempotencyKey);
    },
    delete: (key) => adapter.delete(key),
  };
}

function requestOf(key: string): Request {
  const headers: Record<string, string> = { "content-type": "application/json", "idempotency-key": key };
  const own = { method: "POST", url: "/v1/charges", query: {}, headers, body, get: (name: string) => headers[name] };
  return Object.assign(Object.create(null), own);
}

function responseOf(): Response {
  const headers: Record<string, unknown> = {};
  const own = {
    statusCode: 200,
    setHeader: (name: string, value: unknown) => {
      headers[name] = value;
    },
    getHeaders: () => headers,
    status: (code: number) => {
      response.statusCode = code;
      return response;
    },
    send: () => response,
  };
  const response: Response = Object.assign(Object.create(null), own);
  return response;
}
