import type { Answer } from "./answer.js";
import { streamOf } from "./answer-stream.js";
import type { HeaderLine, Scenario } from "./scenario.js";
import type { ScriptedApp } from "./scripted-app.js";

/** A server in the style of fetch. */
export type FetchHandler = (request: Request) => Response | Promise<Response>;

/** Puts a binding around the handler of one route. */
export type Protect = (handler: FetchHandler, scenario: Scenario) => FetchHandler;

/** The scripted app as one fetch-style handler, with every route behind the binding under test. */
export function fetchApp(app: ScriptedApp, protect: Protect): FetchHandler {
  const routes = new Map<string, () => FetchHandler>();
  for (const scenario of app.scenarios) {
    let protectedRoute: FetchHandler | undefined;
    // When it is first asked for: every case has a server of its own, and most ask for one route of the many.
    const route = () => {
      protectedRoute ??= protect(fetchHandler(app, scenario), scenario);
      return protectedRoute;
    };
    for (const method of scenario.methods) routes.set(`${method} /scenario/${scenario.name}`, route);
  }
  return (request) => {
    const { pathname, search } = new URL(request.url);
    if (pathname.startsWith("/control/")) {
      const { status, json } = app.control(request.method, pathname + search);
      return Response.json(json, { status });
    }
    const route = routes.get(`${request.method} ${pathname}`);
    return route === undefined ? new Response(null, { status: 404 }) : route()(request);
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
    case "events":
      return new Response(streamOf(body), { status, headers: lines() });
  }
}
