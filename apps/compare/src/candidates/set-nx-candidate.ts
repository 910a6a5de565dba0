import type { BindingFixture, ScriptedApp } from "@oncekey/conformance";
import { Redis } from "ioredis";
import { expressApp } from "../app/express-app.js";
import { type Gate, gateOf, serverLatencyMs } from "../app/gate.js";
import { listen } from "../app/listen.js";
import type { Candidate, Services } from "./candidate.js";
import { setNx } from "./set-nx.js";

export const setNxCandidate: Candidate = {
  id: "set-nx",
  title: "`SET NX` by hand",
  about:
    "The middleware of [from-set-nx.md](from-set-nx.md), with `ioredis` on Express 5. The account is part of its Redis " +
    "key, and method, path and body are part of its hash. Every body is parsed before it.",
  packages: ["ioredis", "express"],
  dialect: [
    { says: "Idempotency-Key is required", means: "key-missing" },
    { says: "Idempotency-Key was used for another request", means: "key-reused" },
    { says: "a request with this Idempotency-Key is in progress", means: "request-in-progress" },
    { says: "request entity too large", means: "body-too-large" },
  ],
  prepare: async ({ redisUrl }: Services) => {
    const fixture: BindingFixture = {
      name: "SET NX",
      lacks: {
        policies: "it has one policy",
        waiting: "it does not wait",
        quotas: "it does not count keys",
        shutdown: "it has nothing that could be shut down",
        "raw-bodies": "it hashes what the body parser has made",
      },
      start: async (app: ScriptedApp) => {
        const redis = gatedRedis(redisUrl, gateOf(app, serverLatencyMs));
        const server = await listen(
          expressApp(app, {
            parsersFirst: true,
            protect: ({ options: { required } }) => setNx(redis, required === undefined ? {} : { required }),
          }),
        );
        return {
          url: server.url,
          close: async () => {
            await server.close();
            redis.disconnect();
          },
        };
      },
    };
    return { fixture, close: async () => {} };
  },
};

/** A client whose commands the suite can hold or let fail: every command passes `sendCommand`, also the driver's own. */
function gatedRedis(url: string, gate: Gate): Redis {
  const redis = new Redis(url);
  const send = redis.sendCommand.bind(redis);
  redis.sendCommand = async (command, stream) => {
    if (!["set", "get", "del"].includes(command.name)) return await send(command, stream);
    const pass = async () => await send(command, stream);
    if (command.name !== "set") return await gate.call(pass);
    return await (command.args.includes("NX") ? gate.claim : gate.completion)(pass);
  };
  return redis;
}
