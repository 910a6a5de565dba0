import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { All, Controller, Redirect, Req, Res, StreamableFile, type Type } from "@nestjs/common";
import { type Answer, type RunningBinding, type Scenario, type ScriptedApp, streamOf } from "@oncekey/conformance";
import { createOncekey, type IdempotencyStore } from "@oncekey/core";
import { IdempotencyModule, Idempotent } from "../src/index.js";
import { create, type Parsers, type Platform } from "./platforms.js";

/** A request of either platform. */
type AnyRequest = IncomingMessage & {
  readonly raw?: IncomingMessage;
  readonly body?: unknown;
  readonly originalUrl: string;
};

/** A response of either platform. */
interface AnyResponse {
  status(code: number): unknown;
  header(name: string, values: string | string[]): unknown;
}

/** The scripted app, mounted with Nest's own means. */
export async function serveScripted(
  platform: Platform,
  script: ScriptedApp,
  store: IdempotencyStore,
  parsers: Parsers,
): Promise<RunningBinding> {
  // `app.close()` closes the module's own engine as well, and then the server, of which the suite has more to ask.
  const oncekey = createOncekey({ store: script.store(store) });
  script.onShutdown(() => oncekey.close());
  const idempotency = IdempotencyModule.forRoot({
    oncekey,
    scope: ({ headers }) => script.scope((name) => headers[name]?.toString()),
  });
  const module = { module: class {}, imports: [idempotency], controllers: [scenariosOf(script), controlOf(script)] };
  const app = await create(platform, module, parsers);
  await app.listen(0, "127.0.0.1");
  return { url: await app.getUrl(), close: () => app.close() };
}

/** One handler for each scenario. */
function scenariosOf(script: ScriptedApp): Type {
  class Scenarios {}
  for (const scenario of script.scenarios) {
    const { name, options } = scenario;
    // Not async: a handler that is scripted to throw does so while it is called.
    const value = (request: AnyRequest, response: AnyResponse) =>
      script
        .visit(scenario, { header: (header) => request.headers[header]?.toString(), body: () => bytesOf(request) })
        .then((visit) => {
          if (visit.kind === "error") throw visit.error;
          return send(response, visit.answer);
        });
    const handler = { value, writable: true, configurable: true };
    Object.defineProperty(Scenarios.prototype, name, handler);
    All(name)(Scenarios.prototype, name, handler);
    Idempotent(options)(Scenarios.prototype, name, handler);
    if (redirects(scenario)) Redirect("/")(Scenarios.prototype, name, handler);
    Req()(Scenarios.prototype, name, 0);
    Res({ passthrough: true })(Scenarios.prototype, name, 1);
  }
  Controller("scenario")(Scenarios);
  return Scenarios;
}

function controlOf(script: ScriptedApp): Type {
  @Controller("control")
  class Control {
    @All(":what")
    control(@Req() request: AnyRequest, @Res({ passthrough: true }) response: AnyResponse): object {
      const { status, json } = script.control(request.method ?? "", request.originalUrl);
      response.status(status);
      return json;
    }
  }
  return Control;
}

function redirects({ handler }: Scenario): boolean {
  return handler.does === "answer" && handler.answer.body.kind === "redirect";
}

/** What the handler can still say about the body: its bytes, or a parsed value as JSON again. */
async function bytesOf(request: AnyRequest): Promise<Uint8Array> {
  const { body, raw = request } = request;
  if (!raw.readableEnded) return buffer(body instanceof Readable ? body : raw);
  if (body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
}

/** The value that a handler returns for an answer. */
function send(response: AnyResponse, { status, headers, body }: Answer): unknown {
  const lines = new Map<string, string[]>();
  for (const [name, value] of headers) lines.set(name, [...(lines.get(name) ?? []), value]);
  for (const [name, values] of lines) response.header(name, values.length === 1 ? values.join() : values);
  response.status(status);
  if (body.kind === "json") return body.value;
  if (body.kind === "redirect") return { url: body.location, statusCode: status };
  if (body.kind === "none") return undefined;
  if (body.kind === "bytes") return new StreamableFile(Buffer.from(body.bytes));
  const stream = Readable.fromWeb(streamOf(body));
  return body.kind === "events"
    ? new StreamableFile(stream, { type: "text/event-stream" })
    : new StreamableFile(stream);
}
