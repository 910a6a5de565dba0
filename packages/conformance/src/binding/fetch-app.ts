import type { Answer } from "./answer.js";
import type { HeaderLine, Scenario } from "./scenario.js";
import type { ScriptedApp } from "./scripted-app.js";

/** A server in the style of fetch. */
export type FetchHandler = (request: Request) => Response | Promise<Response>;

/** Puts a binding around the handler of one route. */
export type Protect = (handler: FetchHandler, scenario: Scenario) => FetchHandler;

/** The scripted app as one fetch-style handler, with every route behind the binding under test. */
export function fetchApp(app: ScriptedApp, protect: Protect): FetchHandler {
  const routes = new Map<string, FetchHandler>();
  for (const scenario of app.scenarios) {
    const route = protect(fetchHandler(app, scenario), scenario);
    for (const method of scenario.methods) routes.set(`${method} /scenario/${scenario.name}`, route);
  }
  return (request) => {
    const { pathname, search } = new URL(request.url);
    if (pathname.startsWith("/control/")) {
      const { status, json } = app.control(request.method, pathname + search);
      return Response.json(json, { status });
    }
    const route = routes.get(`${request.method} ${pathname}`);
    return route === undefined ? new Response(null, { status: 404 }) : route(request);
  };
}

/** One route of the scripted app, unprotected. */
function fetchHandler(app: ScriptedApp, scenario: Scenario): FetchHandler {
  // Not async: a handler that is scripted to throw does so while it is called.
  return (request) =>
    app
      .visit(scenario, {
        header: (name) => request.headers.get(name),
        body: async () => new Uint8Array(await request.arrayBuffer()),
      })
      .then((visit) => {
        if (visit.kind === "error") throw visit.error;
        return fetchResponse(visit.answer);
      });
}

function fetchResponse({ status, headers, body }: Answer): Response {
  const lines = (...own: readonly HeaderLine[]) => {
    const all = new Headers();
    for (const [name, value] of [...own, ...headers]) all.append(name, value);
    return all;
  };
  switch (body.kind) {
    case "none":
      return new Response(null, { status, headers: lines() });
    case "json":
      return new Response(JSON.stringify(body.value), {
        status,
        headers: lines(["content-type", "application/json"]),
      });
    case "redirect":
      return new Response(null, { status, headers: lines(["location", body.location]) });
    case "bytes":
      return new Response(body.bytes, { status, headers: lines() });
    case "stream":
      return new Response(streamOf(body.pieces, body.breaksOff), { status, headers: lines() });
    case "events":
      return new Response(openStreamOf(body.events, body.gone), { status, headers: lines() });
  }
}

/** Stays open after its last piece. */
function openStreamOf(pieces: readonly Uint8Array[], cancel: () => void): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
    },
    cancel,
  });
}

function streamOf(pieces: readonly Uint8Array[], breaksOff: boolean): ReadableStream<Uint8Array> {
  let next = 0;
  return new ReadableStream({
    pull(controller) {
      const piece = pieces[next];
      next += 1;
      if (piece !== undefined) controller.enqueue(piece);
      else if (breaksOff) controller.error(new Error("this answer breaks off because its script says so"));
      else controller.close();
    },
  });
}
