import { createServer, type RequestListener } from "node:http";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import type { Answer, RunningBinding, Scenario, ScriptedApp } from "@oncekey/conformance";
import { MemoryStore } from "@oncekey/core";
import { type AcmeContext, idempotency } from "../src/index.js";

/**
 * A server with the scripted app on it. Until there is an Acme, bare `node:http` stands in for it: put the framework's
 * own routes here, with its own ways to read a body, to answer and to fail.
 */
export async function serve(app: ScriptedApp): Promise<RunningBinding> {
  const idem = idempotency({
    store: app.store(new MemoryStore()),
    scope: (context) => app.scope((name) => headerOf(context, name)),
  });
  app.onShutdown(() => idem.close());
  const routes = new Map(
    app.scenarios.map((scenario) => {
      const protect = idem.with(scenario.options);
      const route = (context: AcmeContext) => protect(context, () => handle(app, scenario, context));
      return [`/scenario/${scenario.name}`, route];
    }),
  );
  return listen((req, res) => {
    const route = routes.get(new URL(req.url ?? "/", "http://server.invalid").pathname);
    if (route === undefined) {
      const { status, json } = app.control(req.method ?? "", req.url ?? "/");
      res.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(json));
      return;
    }
    route({ req, res }).catch(() => {
      if (res.headersSent) res.destroy();
      else res.writeHead(500).end();
    });
  });
}

async function handle(app: ScriptedApp, scenario: Scenario, context: AcmeContext): Promise<void> {
  const visit = await app.visit(scenario, {
    header: (name) => headerOf(context, name),
    body: () => buffer(context.req),
  });
  if (visit.kind === "error") throw visit.error;
  const { answer } = visit;
  send(context, scenario.feature === "compression" && accepts(context, "gzip") ? compressed(answer) : answer);
}

function send({ res }: AcmeContext, { status, headers, body }: Answer): void {
  res.statusCode = status;
  for (const [name, value] of headers) res.appendHeader(name, value);
  if (body.kind === "json") res.setHeader("content-type", "application/json").end(JSON.stringify(body.value));
  else if (body.kind === "redirect") res.setHeader("location", body.location).end();
  else if (body.kind === "none") res.end();
  else if (body.kind === "bytes") res.end(body.bytes);
  else if (body.kind === "events") {
    res.on("close", body.gone).flushHeaders();
    for (const event of body.events) res.write(event);
  } else {
    for (const piece of body.pieces) res.write(piece);
    if (body.breaksOff) res.destroy(new Error("this answer breaks off because its script says so"));
    else res.end();
  }
}

function accepts(context: AcmeContext, coding: string): boolean {
  return headerOf(context, "accept-encoding")?.includes(coding) ?? false;
}

/** What the framework's compression does where it sits nearer to the handler than the middleware. */
function compressed(answer: Answer): Answer {
  if (answer.body.kind !== "bytes") return answer;
  const headers = [...answer.headers, ["content-encoding", "gzip"], ["vary", "accept-encoding"]] as const;
  return { ...answer, headers, body: { kind: "bytes", bytes: Uint8Array.from(gzipSync(answer.body.bytes)) } };
}

function headerOf({ req }: AcmeContext, name: string): string | undefined {
  const value = req.headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
}

async function listen(listener: RequestListener): Promise<RunningBinding> {
  const server = createServer(listener);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}
