import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import compress from "@fastify/compress";
import { type Answer, type RunningBinding, type Scenario, type ScriptedApp, streamOf } from "@oncekey/conformance";
import { createOncekey, type IdempotencyStore } from "@oncekey/core";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { idempotency } from "../src/index.js";

/** How an application's bodies are parsed. */
export type Parsers = (app: FastifyInstance) => void;

/** Bodies of every type are left to the handler, as streams. */
export const streams: Parsers = (app) => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, payload, done) => done(null, payload));
};

/** Fastify's own parsers for JSON and text, and buffers for all other types. */
export const own: Parsers = (app) => {
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
};

/** The scripted app, mounted with Fastify's own means. */
export async function serveScripted(
  script: ScriptedApp,
  store: IdempotencyStore,
  parsers: Parsers,
): Promise<RunningBinding> {
  const app = Fastify({ bodyLimit: 4_194_304, forceCloseConnections: true });
  await app.register(compress, { globalCompression: false, globalDecompression: true, encodings: ["gzip"] });
  // `app.close()` closes connections before the plugin's own engine: what it refuses in between would reach nobody.
  const oncekey = createOncekey({ store: script.store(store) });
  script.onShutdown(() => oncekey.close());
  await app.register(idempotency, { oncekey, scope: (request) => script.scope(headersOf(request)) });
  parsers(app);
  for (const scenario of script.scenarios) mount(app, script, scenario);
  app.all("/control/*", { config: { idempotency: false } }, (request, reply) => {
    const { status, json } = script.control(request.method, request.originalUrl);
    return reply.code(status).send(json);
  });
  app.setErrorHandler((_error, _request, reply) => reply.code(500).send({ error: "internal" }));
  return { url: await app.listen({ port: 0, host: "127.0.0.1" }), close: () => app.close() };
}

function mount(app: FastifyInstance, script: ScriptedApp, scenario: Scenario): void {
  app.route({
    method: [...scenario.methods],
    url: `/scenario/${scenario.name}`,
    config: { idempotency: scenario.options },
    ...(scenario.feature === "compression" ? { compress: { threshold: 0 } } : {}),
    // Not async: a handler that is scripted to throw does so while it is called.
    handler: (request, reply) =>
      script.visit(scenario, { header: headersOf(request), body: () => bytesOf(request) }).then((visit) => {
        if (visit.kind === "error") return reply.send(visit.error);
        return send(reply, visit.answer);
      }),
  });
}

function headersOf({ headers }: FastifyRequest): (name: string) => string | undefined {
  return (name) => {
    const value = headers[name];
    return Array.isArray(value) ? value.join(", ") : value;
  };
}

/** What the handler can still say about the body: its bytes, or a parsed value as JSON again. */
async function bytesOf({ body }: FastifyRequest): Promise<Uint8Array> {
  if (body instanceof Readable) return buffer(body);
  if (body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
}

function send(reply: FastifyReply, { status, headers, body }: Answer): FastifyReply {
  const lines = new Map<string, string[]>();
  for (const [name, value] of headers) lines.set(name, [...(lines.get(name) ?? []), value]);
  for (const [name, values] of lines) reply.header(name, values);
  reply.code(status);
  if (body.kind === "json") return reply.send(body.value);
  if (body.kind === "redirect") return reply.redirect(body.location, status);
  if (body.kind === "none") return reply.send();
  if (body.kind === "bytes") return reply.send(Buffer.from(body.bytes));
  return reply.send(Readable.fromWeb(streamOf(body)));
}
