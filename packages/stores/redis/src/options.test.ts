import { expect, it } from "vitest";
import { RedisStore } from "./index.js";

const refuse = () => Promise.reject(new Error("nothing may be sent"));
const client = { sendCommand: refuse };
const ioredis = { callBuffer: refuse, pipeline: () => ({ callBuffer: refuse, exec: refuse }) };
const cluster = { ...ioredis, isCluster: true };
const wait = { count: 1, timeoutMs: 100 };

it.each([
  ["a client", undefined, {}, /RedisStore client: expected a client of ioredis or of node-redis, .* got undefined/],
  ["a client", null, {}, /got null/],
  ["a client", "redis://localhost", {}, /got string/],
  ["a client", {}, {}, /RedisStore client/],
  ["a client", { ...ioredis, options: { role: "slave" } }, {}, /its role is "slave"; keys have to be read and written/],
  ["a client", { ...client, options: { legacyMode: true } }, {}, /it is in legacyMode and takes callbacks/],
  ["options", client, null, /RedisStore options: expected an object, got null/],
  ["options", client, { keyPrefix: "a" }, /RedisStore keyPrefix: no such option; there are prefix, waitReplicas/],
  ["a prefix", client, { prefix: "" }, /RedisStore prefix: expected a text of 1 to 256 characters, got ""/],
  ["a prefix", client, { prefix: 7 }, /got 7/],
  ["a prefix", client, { prefix: "a".repeat(257) }, /of 1 to 256 characters/],
  ["a prefix", cluster, { prefix: "{app}:" }, /\{app\} in "\{app\}:" would put every key on one node/],
  ["waitReplicas", client, { waitReplicas: 1 }, /waitReplicas: expected \{ count, timeoutMs \}, got 1/],
  ["waitReplicas", client, { waitReplicas: null }, /got null/],
  ["waitReplicas", client, { waitReplicas: { ...wait, count: 0 } }, /waitReplicas.count: 0 is not a whole number/],
  ["waitReplicas", client, { waitReplicas: { count: 1 } }, /waitReplicas.timeoutMs: undefined is not a whole number/],
  ["waitReplicas", client, { waitReplicas: { ...wait, timeout: 1 } }, /waitReplicas.timeout: no such option/],
  [
    "waitReplicas",
    { ...client, execute: refuse },
    { waitReplicas: wait },
    /this client may send two commands over two/,
  ],
  ["waitReplicas", { ...client, getSentinelNode: refuse }, { waitReplicas: wait }, /may send two commands over two/],
  ["durability", client, { durability: "forever" }, /durability: forever is not one of memory, process, server/],
  ["durability", client, { durability: "toString" }, /durability: toString is not one of/],
  ["durability", client, { durability: "replicated" }, /"replicated" is what waitReplicas makes true/],
  ["batch", client, { batch: "no" }, /RedisStore batch: no is not true or false/],
  ["on", client, { on: {} }, /RedisStore on: expected a function, got object/],
])("%s that makes no sense is a TypeError that says so (%#)", (_, given, options, message) => {
  expect(() => Reflect.construct(RedisStore, [given, options])).toThrow(message);
  expect(() => Reflect.construct(RedisStore, [given, options])).toThrow(TypeError);
});

it("declares what the options say, once and for all", () => {
  const { capabilities } = new RedisStore(client);
  expect(capabilities).toEqual({
    clock: "store",
    resolutionMs: 1,
    skewMarginMs: 0,
    maxRecordBytes: 16_777_216,
    durability: "process",
    concurrent: true,
    transactional: false,
    list: false,
    sweep: false,
  });
  expect(Object.isFrozen(capabilities)).toBe(true);
  expect(new RedisStore(client, { durability: "server" }).capabilities.durability).toBe("server");
  expect(new RedisStore(client, { waitReplicas: wait }).capabilities.durability).toBe("replicated");
  expect(new RedisStore(client, { waitReplicas: wait, durability: "server" }).capabilities.durability).toBe("server");
});

it("sends nothing when it is made", () => {
  new RedisStore(client);
  new RedisStore(ioredis);
});
