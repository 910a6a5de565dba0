// How each example is started: the file that its reader copies, as it is.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type RequestListener, Server } from "node:http";
import type { Server as NetServer } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { getRequestListener } from "@hono/node-server";
import type { Context } from "aws-lambda";
import { NextRequest } from "next/server.js";
import { createRequestHandler, type ServerBuild } from "react-router";
import { eventOf, responseOf } from "./function-url.js";
import { nextBuilt } from "./next-built.js";

/** An example that runs. */
export interface Running {
  /** Asks it for a path, over HTTP where there is a server. */
  ask(path: string, init: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

/** An example that listens by itself, on the port that `PORT` names, and exports its server. */
export async function listening(load: () => Promise<{ readonly server: NetServer }>): Promise<Running> {
  process.env["PORT"] = "0";
  return over((await load()).server);
}

/** Next.js: the route, with Next's own request. With ONCEKEY_NEXT_BUILT=1 it is built, and served by Next's own server. */
export async function next(): Promise<Running> {
  if (process.env["ONCEKEY_NEXT_BUILT"] === "1") return nextBuilt();
  const { POST } = await import("../next/app/api/charges/route.js");
  const serve = ({ url, method, headers, body }: Request) =>
    POST(new NextRequest(url, { method, headers, body, duplex: "half" }));
  return over(createServer(fetchListener(serve)).listen(0));
}

/** React Router: its own server runtime, over a route table as its compiler writes one. */
export async function reactRouter(): Promise<Running> {
  const charges = await import("../react-router/app/routes/charges.js");
  const build: ServerBuild = {
    entry: { module: { default: () => new Response("There is no page here.", { status: 404 }) } },
    routes: { charges: { id: "charges", path: "api/charges", module: Object(charges) } },
    // What browsers load.
    assets: { entry: { imports: [], module: "" }, routes: {}, url: "", version: "" },
    assetsBuildDirectory: "",
    publicPath: "/",
    future: { v8_middleware: false, v8_passThroughRequests: false, v8_trailingSlashAwareDataRequests: false },
    ssr: true,
    isSpaMode: false,
    prerender: [],
    routeDiscovery: { mode: "initial", manifestPath: "" },
  };
  return over(createServer(fetchListener(createRequestHandler(build, "production"))).listen(0));
}

/** SvelteKit: its own development server. */
export async function svelteKit(): Promise<Running> {
  const script = fileURLToPath(new URL("sveltekit-dev.mjs", import.meta.url));
  const cwd = fileURLToPath(new URL("../sveltekit", import.meta.url));
  const child = spawn(process.execPath, [script], { cwd, stdio: ["ignore", "pipe", "inherit"] });
  const exit = once(child, "exit");
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), "line"),
    exit.then(([code]) => Promise.reject(new Error(`SvelteKit's server ended with ${code}`))),
  ]);
  return {
    ask: (path, init) => fetch(new URL(path, String(line)), init),
    close: async () => {
      child.kill("SIGKILL");
      await exit;
    },
  };
}

/** Lambda: no server, so the event of a function URL, and what the function answers. */
export async function lambda(): Promise<Running> {
  const { handler } = await import("../lambda/handler.js");
  const context = { awsRequestId: "test", getRemainingTimeInMillis: () => 30_000 } as Context;
  return {
    ask: async (path, init) => responseOf(await handler(await eventOf(path, init), context)),
    close: async () => {},
  };
}

function fetchListener(serve: (request: Request) => Promise<Response>): RequestListener {
  return getRequestListener(serve, { overrideGlobalObjects: false });
}

async function over(server: NetServer): Promise<Running> {
  if (!server.listening) await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the example has no port");
  const url = `http://127.0.0.1:${address.port}`;
  return {
    ask: (path, init) => fetch(url + path, init),
    close: async () => {
      server.close();
      if (server instanceof Server) server.closeAllConnections();
    },
  };
}
