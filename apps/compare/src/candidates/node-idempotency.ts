import type { StorageAdapter } from "@node-idempotency/storage";
import { MemoryStorageAdapter } from "@node-idempotency/storage-adapter-memory";
import { RedisStorageAdapter } from "@node-idempotency/storage-adapter-redis";
import type { BindingFixture } from "@oncekey/conformance";
import { type Gate, gateOf, serverLatencyMs } from "../app/gate.js";
import { nestApp } from "../app/nest-app.js";
import type { Candidate } from "./candidate.js";

const configured =
  "Its NestJS plugin on NestJS 10 with Express; its Express plugin could not be had from the npm registry. " +
  "`enforceIdempotency` where a key is required, `keyMaxLength` 255. " +
  "It has no option for whose key it is. Every body is parsed before it.";

const dialect: Candidate["dialect"] = [
  { says: "Idempotency-Key is missing", means: "key-missing" },
  { says: "Idempotency-Key length exceeds max allowed length", means: "key-invalid" },
  { says: "Idempotency-Key is already used", means: "key-reused" },
  { says: "A request is outstanding for this Idempotency-Key", means: "request-in-progress" },
  { says: "Timed out waiting for in-progress request", means: "request-in-progress" },
  { says: "request entity too large", means: "body-too-large" },
];

const packages = ["@node-idempotency/nestjs", "@node-idempotency/core", "@nestjs/core"];

export const nodeIdempotencyMemory: Candidate = {
  id: "node-idempotency-memory",
  title: "node-idempotency, memory",
  about: configured,
  packages,
  dialect,
  prepare: async () => ({
    fixture: fixtureOf("node-idempotency, memory", () => new MemoryStorageAdapter()),
    close: async () => {},
  }),
};

export const nodeIdempotencyRedis: Candidate = {
  id: "node-idempotency-redis",
  title: "node-idempotency, Redis",
  about: "As before, with its Redis adapter.",
  packages: [...packages.slice(0, 2), "@node-idempotency/storage-adapter-redis", "@nestjs/core"],
  dialect,
  prepare: async ({ redisUrl }) => {
    const adapter = new RedisStorageAdapter({ url: redisUrl });
    await adapter.connect();
    return {
      fixture: fixtureOf("node-idempotency, Redis", () => adapter, serverLatencyMs),
      close: () => adapter.disconnect(),
    };
  },
};

function fixtureOf(name: string, adapter: () => StorageAdapter, latencyMs = 0): BindingFixture {
  return {
    name,
    lacks: {
      policies: "it has one policy",
      waiting: "the core that its plugin pins does not wait",
      quotas: "it does not count keys",
      "error-handler": "a NestJS handler has no next(error); it throws",
      shutdown: "it has nothing that could be shut down",
      "raw-bodies": "it hashes what the body parser has made",
    },
    start: (app) => nestApp(app, gated(adapter(), gateOf(app, latencyMs))),
  };
}

function gated(adapter: StorageAdapter, gate: Gate): StorageAdapter {
  return {
    setIfNotExists: (key, value, options) => gate.claim(() => adapter.setIfNotExists(key, value, options)),
    get: (key) => gate.call(() => adapter.get(key)),
    set: (key, value, options) => gate.completion(() => adapter.set(key, value, options)),
  };
}
