import { idempotency } from "@oncekey/fastify";
import Fastify, { type FastifyInstance, type FastifyRequest, type RouteHandlerMethod } from "fastify";
import type { Framework } from "../contender.js";
import { type App, byHand, oncekey, unprotected } from "../contenders.js";
import { ACCOUNT_HEADER, JSON_TYPE, KEY_HEADER, PATH } from "../request.js";
import { versionOf } from "../versions.js";
import { portOf } from "./listen.js";

export const fastify: Framework = {
  name: "fastify",
  title: `Fastify ${versionOf("fastify")}`,
  atOnce: 32,
  notes: [],
  contenders: [
    unprotected((charge) => start(Fastify(), async (request, reply) => reply.code(201).send(charge(request.body)))),
    ...byHand((once, charge) =>
      start(Fastify(), async (request, reply) => {
        const { status, body } = await once(askedOf(request), () => charge(request.body));
        return reply.code(status).type(JSON_TYPE).send(body);
      }),
    ),
    ...oncekey(async (options, charge) => {
      const app = Fastify();
      await app.register(idempotency, {
        ...options,
        scope: (request) => request.headers[ACCOUNT_HEADER]?.toString(),
      });
      return await start(app, async (request, reply) => reply.code(201).send(charge(request.body)));
    }),
  ],
};

async function start(app: FastifyInstance, handler: RouteHandlerMethod): Promise<App> {
  app.post(PATH, handler);
  await app.listen({ port: 0, host: "127.0.0.1" });
  return { port: portOf(app.server), close: () => app.close() };
}

function askedOf(request: FastifyRequest) {
  const { headers, body, method, originalUrl } = request;
  return {
    account: headers[ACCOUNT_HEADER]?.toString() ?? "",
    key: headers[KEY_HEADER]?.toString() ?? "",
    method,
    path: originalUrl,
    order: body,
    text: () => JSON.stringify(body),
  };
}
