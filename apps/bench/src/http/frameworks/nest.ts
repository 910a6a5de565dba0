import "reflect-metadata";
import { Body, Controller, type DynamicModule, type INestApplication, Post, Req, Res } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import { NodeIdempotencyModule, Idempotent as NodeIdempotent } from "@node-idempotency/nestjs";
import { RedisStorageAdapter } from "@node-idempotency/storage-adapter-redis";
import { IdempotencyModule, Idempotent } from "@oncekey/nestjs";
import type { Contender, Framework, Services } from "../contender.js";
import { type App, byHand, oncekey, serving, unprotected } from "../contenders.js";
import type { Once } from "../once.js";
import { ACCOUNT_HEADER, KEY_HEADER, PATH } from "../request.js";
import { versionOf } from "../versions.js";
import { portOf } from "./listen.js";

type Charge = Services["charge"];
type Platform = "Express" | "Fastify";

export const nestOnExpress: Framework = frameworkOf("Express");
export const nestOnFastify: Framework = frameworkOf("Fastify");

function frameworkOf(platform: Platform): Framework {
  const start = (...made: Parameters<typeof moduleOf>) => startNest(platform, moduleOf(...made));
  return {
    name: `nest-${platform.toLowerCase()}`,
    title: `NestJS ${versionOf("@nestjs/core")} on ${platform}`,
    atOnce: 32,
    notes: ["The plugin of @node-idempotency takes no newer NestJS."],
    contenders: [
      unprotected((charge) => start((_request, order) => charge(order))),
      // The plugin is the library's own way; its core by hand is no contender here.
      ...byHand((once, charge) => start((request, order, reply) => onceIn(once, charge, request, order, reply))).filter(
        ({ role }) => role === "floor",
      ),
      ...oncekey((options, charge) =>
        start((_request, order) => charge(order), {
          decorator: Idempotent(),
          imports: [
            IdempotencyModule.forRoot({
              ...options,
              scope: (request) => request.headers[ACCOUNT_HEADER]?.toString(),
            }),
          ],
        }),
      ),
      peer(start),
    ],
  };
}

function peer(start: (...made: Parameters<typeof moduleOf>) => Promise<App>): Contender {
  return {
    name: "@node-idempotency/nestjs",
    role: "peer",
    serve: async ({ redisUrl, charge }) => {
      const adapter = new RedisStorageAdapter({ url: redisUrl });
      await adapter.connect();
      const imports = [NodeIdempotencyModule.forRootAsync({ storage: { adapter } })];
      const app = start((_request, order) => charge(order), { decorator: NodeIdempotent(), imports });
      return serving(app, () => adapter.disconnect());
    },
  };
}

/** What is looked at of a request, on either platform. */
interface PlatformRequest {
  readonly method: string;
  readonly originalUrl: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** What is done to a response, on either platform. */
interface PlatformReply {
  status(status: number): unknown;
  header(name: string, value: string): unknown;
}

type Handler = (request: PlatformRequest, order: unknown, reply: PlatformReply) => unknown;

async function onceIn(
  once: Once,
  charge: Charge,
  { method, originalUrl, headers }: PlatformRequest,
  order: unknown,
  reply: PlatformReply,
): Promise<string> {
  const asked = {
    account: headers[ACCOUNT_HEADER] ?? "",
    key: headers[KEY_HEADER] ?? "",
    method,
    path: originalUrl,
    order,
    text: () => JSON.stringify(order),
  };
  const { status, body } = await once(asked, () => charge(order));
  reply.status(status);
  reply.header("content-type", "application/json; charset=utf-8");
  return body;
}

/** Decorators are called by hand: what builds this need not know them. */
function moduleOf(
  handler: Handler,
  { decorator, imports }: { decorator?: MethodDecorator; imports: DynamicModule["imports"] } = { imports: [] },
): DynamicModule {
  class Charges {
    charge(order: unknown, request: PlatformRequest, reply: PlatformReply): unknown {
      return handler(request, order, reply);
    }
  }
  const { prototype } = Charges;
  const descriptor = Object.getOwnPropertyDescriptor(prototype, "charge");
  if (descriptor === undefined) throw new Error("unreachable: the method stands above");
  for (const decorate of [Post(), ...(decorator === undefined ? [] : [decorator])])
    decorate(prototype, "charge", descriptor);
  Body()(prototype, "charge", 0);
  Req()(prototype, "charge", 1);
  Res({ passthrough: true })(prototype, "charge", 2);
  Controller(PATH)(Charges);
  class Root {}
  return { module: Root, imports: imports ?? [], controllers: [Charges] };
}

async function startNest(platform: Platform, module: DynamicModule): Promise<App> {
  const options = { logger: false, abortOnError: false, forceCloseConnections: true } as const;
  const app: INestApplication =
    platform === "Fastify"
      ? await NestFactory.create(module, new FastifyAdapter(), options)
      : await NestFactory.create(module, options);
  await app.listen(0, "127.0.0.1");
  return { port: portOf(app.getHttpServer()), close: () => app.close() };
}
