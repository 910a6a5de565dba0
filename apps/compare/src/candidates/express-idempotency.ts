import { createRequire } from "node:module";
import type { BindingFixture } from "@oncekey/conformance";
import type { Request } from "express";
import {
  getSharedIdempotencyService,
  type IdempotencyRequest,
  type IIdempotencyDataAdapter,
  idempotency,
} from "express-idempotency";
import RedisAdapterModule from "express-idempotency-redis-adapter";
import { expressApp } from "../app/express-app.js";
import { type Gate, gateOf, serverLatencyMs } from "../app/gate.js";
import { listen } from "../app/listen.js";
import type { Candidate } from "./candidate.js";

const configured =
  "On Express 5. As its manual asks, handlers look at `isHit` and call `reportError` when they fail. It has no option " +
  "for whose key it is, so its intent validator also compares the account: another caller is refused instead of " +
  "being given the answer. Its response validator also keeps the application's refusals (404, 422). Every body is parsed before it.";

const dialect: Candidate["dialect"] = [
  { says: "Misuse of the idempotency key", means: "key-reused" },
  { says: "A previous request is still in progress", means: "request-in-progress" },
  { says: "request entity too large", means: "body-too-large" },
];

export const expressIdempotencyMemory: Candidate = {
  id: "express-idempotency-memory",
  title: "express-idempotency, memory",
  about: configured,
  packages: ["express-idempotency", "express"],
  dialect,
  prepare: async () => ({
    fixture: fixtureOf("express-idempotency, memory", () => defaultAdapter()),
    close: async () => {},
  }),
};

export const expressIdempotencyRedis: Candidate = {
  id: "express-idempotency-redis",
  title: "express-idempotency, Redis",
  about: "As before, with `express-idempotency-redis-adapter`.",
  packages: ["express-idempotency", "express-idempotency-redis-adapter", "express"],
  dialect,
  prepare: async ({ redisUrl }) => {
    const adapter = new RedisAdapterModule.default({ connectionConfig: { url: redisUrl } });
    await adapter.connect();
    return {
      fixture: fixtureOf("express-idempotency, Redis", () => exactly(adapter), serverLatencyMs),
      close: () => adapter.disconnect(),
    };
  },
};

function fixtureOf(name: string, adapter: () => IIdempotencyDataAdapter, latencyMs = 0): BindingFixture {
  return {
    name,
    lacks: {
      policies: "it has one policy",
      waiting: "it does not wait",
      quotas: "it does not count keys",
      shutdown: "it has nothing that could be shut down",
      "raw-bodies": "it compares what the body parser has made",
    },
    start: (app) => {
      const middleware = idempotency({
        dataAdapter: gated(adapter(), gateOf(app, latencyMs)),
        intentValidator: { isValidIntent },
        responseValidator: { isValidForPersistence: ({ statusCode = 500 }) => isFinal(statusCode) },
      });
      const service = getSharedIdempotencyService();
      return listen(
        expressApp(app, {
          parsersFirst: true,
          protect: () => middleware,
          isAnswered: (req) => service.isHit(req),
          reportFailure: async (req) => {
            if (service.extractIdempotencyKeyFromReq(req)) await service.reportError(req);
          },
        }),
      );
    },
  };
}

/** Its own default, which it does not export from its entry, and the account. */
function isValidIntent(req: Request, first: IdempotencyRequest): boolean {
  return new DefaultIntentValidator().isValidIntent(req, first) && req.get("x-account") === first.headers["x-account"];
}

const require = createRequire(import.meta.url);
const {
  DefaultIntentValidator,
}: {
  DefaultIntentValidator: new () => { isValidIntent(req: Request, first: IdempotencyRequest): boolean };
} = require("express-idempotency/dist/defaults/defaultIntentValidator.js");
const {
  InMemoryDataAdapter,
}: {
  InMemoryDataAdapter: new () => IIdempotencyDataAdapter;
} = require("express-idempotency/dist/defaults/inMemoryDataAdapter.js");

function defaultAdapter(): IIdempotencyDataAdapter {
  return new InMemoryDataAdapter();
}

/** Its default stores only 2xx; a refusal of the application is as final as an answer. */
function isFinal(status: number): boolean {
  return status < 500 && ![401, 403, 408, 425, 429].includes(status);
}

/** The Redis adapter's types leave `response` undefined where the interface leaves it out. */
function exactly(adapter: InstanceType<typeof RedisAdapterModule.default>): IIdempotencyDataAdapter {
  return {
    findByIdempotencyKey: async (key) => {
      const found = await adapter.findByIdempotencyKey(key);
      if (found === null) return null;
      const { response, ...rest } = found;
      return response === undefined ? rest : { ...rest, response };
    },
    create: (resource) => adapter.create(resource),
    update: (resource) => adapter.update(resource),
    delete: (key) => adapter.delete(key),
  };
}

function gated(adapter: IIdempotencyDataAdapter, gate: Gate): IIdempotencyDataAdapter {
  return {
    findByIdempotencyKey: (key) => gate.call(() => adapter.findByIdempotencyKey(key)),
    create: (resource) => gate.claim(() => adapter.create(resource)),
    update: (resource) => gate.completion(() => adapter.update(resource)),
    delete: (key) => gate.call(() => adapter.delete(key)),
  };
}
