import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { createOncekey, MemoryStore } from "@oncekey/core";
import { type Listener, protect } from "@oncekey/http/node";
import { describe, it } from "vitest";
import type { Answer } from "./answer.js";
import type { RunningBinding } from "./fixture.js";
import type { Scenario } from "./scenario.js";
import type { ScriptedApp } from "./scripted-app.js";
import { registerBindingConformance } from "./suite.js";

registerBindingConformance({ name: "protect of @oncekey/http/node, over node:http", start: serve }, { describe, it });

/** The scripted app, with nothing but `node:http`. */
async function serve(app: ScriptedApp): Promise<RunningBinding> {
  const oncekey = createOncekey({ store: app.store(new MemoryStore()) });
  app.onShutdown(() => oncekey.close());
  const routes = new Map(
    app.scenarios.map((scenario) => {
      const scope = (req: IncomingMessage) => app.scope((name) => headerOf(req, name));
      const route = protect(listenerOf(app, scenario), { oncekey, scope, ...scenario.options });
      return [`/scenario/${scenario.name}`, route];
    }),
  );
  const server = createServer((req, res) => {
    const url = req.url ?? "/";
    const route = routes.get(url.split("?", 1).join());
    if (route === undefined) {
      const { status, json } = app.control(req.method ?? "", url);
      res.writeHead(status).end(JSON.stringify(json));
      return;
    }
    route(req, res).catch(() => {
      if (res.headersSent) res.destroy();
      else res.writeHead(500).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await oncekey.close();
    },
  };
}

function listenerOf(app: ScriptedApp, scenario: Scenario): Listener {
  // Not async: a listener that is scripted to throw does so while it is called.
  return (req, res) =>
    app.visit(scenario, { header: (name) => headerOf(req, name), body: () => buffer(req) }).then((visit) => {
      if (visit.kind === "error") throw visit.error;
      const gzip = scenario.feature === "compression" && headerOf(req, "accept-encoding")?.includes("gzip");
      send(res, visit.answer, gzip === true);
    });
}

function send(res: ServerResponse, { status, headers, body }: Answer, gzip: boolean): void {
  const lines = headers.map(([name, value]) => [name, value]);
  if (body.kind === "json") lines.push(["content-type", "application/json"]);
  if (body.kind === "redirect") lines.push(["location", body.location]);
  if (gzip) lines.push(["content-encoding", "gzip"], ["vary", "accept-encoding"]);
  res.writeHead(status, lines.flat());
  if (body.kind === "json") res.end(JSON.stringify(body.value));
  else if (body.kind === "bytes") res.end(gzip ? gzipSync(body.bytes) : body.bytes);
  else if (body.kind === "events") {
    res.on("close", body.gone).flushHeaders();
    for (const event of body.events) res.write(event);
  } else if (body.kind === "stream") {
    for (const piece of body.pieces) res.write(piece);
    if (body.breaksOff) res.destroy(new Error("this answer breaks off because its script says so"));
    else res.end();
  } else res.end();
}

function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  return headers[name]?.toString();
}
