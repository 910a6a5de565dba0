import "reflect-metadata";
import compress from "@fastify/compress";
import type { DynamicModule, INestApplication } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ExpressAdapter, type NestExpressApplication } from "@nestjs/platform-express";
import { FastifyAdapter, type NestFastifyApplication } from "@nestjs/platform-fastify";
import compression from "compression";

/** What Nest runs on. */
export type Platform = "Express" | "Fastify";
export const platforms: readonly Platform[] = ["Express", "Fastify"];

/** Who reads bodies: Nest's parsers for JSON, forms and text, or nobody before the handler. */
export type Parsers = "of Nest" | "none";

/** The major version of Nest for which this process runs the tests. */
export const major = process.env["NEST_MAJOR"] ?? "12";
export const isNewest = process.env["NEST_MAJOR"] === undefined;

const bodyLimit = 4_194_304;
/** Nest would print the errors of handlers. */
const options = { logger: false, bodyParser: false, forceCloseConnections: true, abortOnError: false } as const;

/** Creates an application, ready to listen. */
export async function create(platform: Platform, module: DynamicModule, parsers: Parsers): Promise<INestApplication> {
  return platform === "Express" ? onExpress(module, parsers) : onFastify(module, parsers);
}

async function onExpress(module: DynamicModule, parsers: Parsers): Promise<INestApplication> {
  const app = await NestFactory.create<NestExpressApplication>(module, new ExpressAdapter(), options);
  app.use("/scenario/compressible", compression({ threshold: 0 }));
  if (parsers === "none") return app;
  app.useBodyParser("json", { limit: bodyLimit, strict: false });
  app.useBodyParser("urlencoded", { limit: bodyLimit, extended: true });
  app.useBodyParser("text");
  return app;
}

async function onFastify(module: DynamicModule, parsers: Parsers): Promise<INestApplication> {
  const adapter = new FastifyAdapter({ bodyLimit, forceCloseConnections: true });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    ...options,
    bodyParser: parsers === "of Nest",
  });
  await app.register(compress, { threshold: 0, globalDecompression: parsers === "of Nest", encodings: ["gzip"] });
  const fastify = adapter.getInstance();
  if (parsers === "of Nest") {
    fastify.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  } else {
    fastify.removeAllContentTypeParsers();
    fastify.addContentTypeParser("*", (_request, payload, done) => done(null, payload));
  }
  return app;
}
