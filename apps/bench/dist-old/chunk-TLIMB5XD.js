// src/stores/contender.ts
import { randomBytes } from "crypto";
import { IdempotencyService } from "express-idempotency";
// src/stores/peers/express-idempotency.ts
import { createRequire } from "module";
import { answer, body } from "./chunk-4RZPWTC5.js";

var paths = ["first", "replay", "duplicate", "takeover"];
var expected = {
  first: "ran",
  replay: "replayed",
  duplicate: "in-progress",
  takeover: "ran",
};
var titles = {
  first: "first request (claim + completion)",
  replay: "replay",
  duplicate: "duplicate of a running request",
  takeover: "take-over of a lost request + completion",
};
function newKeys(count) {
  return Array.from({ length: count }, () => randomBytes(32).toString("base64url"));
}
async function forEachKey(keys, atOnce, act) {
  let next = 0;
  const worker = async () => {
    for (let key = keys[next++]; key !== void 0; key = keys[next++]) await act(key);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, keys.length) }, worker));
}

// src/stores/peers/express-idempotency.ts
var AT_ONCE = 64;
var { default: RedisAdapter } = createRequire(import.meta.url)("express-idempotency-redis-adapter");
async function connectExpressIdempotency(url) {
  const completions = /* @__PURE__ */ new Map();
  const { dataAdapter, close } = await connectAdapter(url, (key) => completions.get(key)?.());
  const service = new IdempotencyService({ dataAdapter });
  const claim = (key) => {
    const req = requestOf(key);
    const res = responseOf();
    return new Promise((resolve, reject) => {
      const next = (error) => {
        if (error !== void 0 && res.statusCode !== 409) reject(error);
        else resolve({ answer: error !== void 0 ? "in-progress" : service.isHit(req) ? "replayed" : "ran", res });
      };
      service.provideMiddlewareFunction(req, res, next).catch(reject);
    });
  };
  const run = async (key) => {
    const claimed = await claim(key);
    if (claimed.answer !== "ran") return claimed.answer;
    const completed = new Promise((resolve) => completions.set(key, resolve));
    claimed.res.status(201).send(answer);
    await completed;
    completions.delete(key);
    return "ran";
  };
  const contender = {
    name: "express-idempotency",
    driver: "node-redis",
    role: "peer",
    lacks: { takeover: "a claim stands for 24 hours" },
    prepare: (path, keys) => forEachKey(keys, AT_ONCE, (key) => (path === "replay" ? run(key) : claim(key))),
    run,
  };
  return { contenders: [contender], close };
}
async function connectAdapter(url, completed = () => {}) {
  const adapter = new RedisAdapter({ connectionConfig: { url } });
  await adapter.connect();
  return { dataAdapter: telling(adapter, completed), close: () => adapter.disconnect() };
}
function telling(adapter, completed) {
  return {
    findByIdempotencyKey: async (key) => {
      const found = await adapter.findByIdempotencyKey(key);
      if (found === null) return null;
      const { response, ...rest } = found;
      return response === void 0 ? rest : { ...rest, response };
    },
    create: (resource) => adapter.create(resource),
    update: async (resource) => {
      await adapter.update(resource);
      completed(resource.idempotencyKey);
    },
    delete: (key) => adapter.delete(key),
  };
}
function requestOf(key) {
  const headers = { "content-type": "application/json", "idempotency-key": key };
  const own = { method: "POST", url: "/v1/charges", query: {}, headers, body, get: (name) => headers[name] };
  return Object.assign(/* @__PURE__ */ Object.create(null), own);
}
function responseOf() {
  const headers = {};
  const own = {
    statusCode: 200,
    setHeader: (name, value) => {
      headers[name] = value;
    },
    getHeaders: () => headers,
    status: (code) => {
      response.statusCode = code;
      return response;
    },
    send: () => response,
  };
  const response = Object.assign(/* @__PURE__ */ Object.create(null), own);
  return response;
}

export { connectAdapter, connectExpressIdempotency, expected, forEachKey, newKeys, paths, titles };
