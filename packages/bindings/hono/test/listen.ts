import { createServer, type RequestListener } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { RunningBinding } from "@oncekey/conformance";
import type { Env, Hono } from "hono";

type Fetch = (request: Request, env: object) => Response | Promise<Response>;

/** What stands between Node's server and an application. */
export type Adapter = (fetch: Fetch) => RequestListener;

/** As users have it: requests and responses are light ones as long as they can be. */
const light: Adapter = (fetch) => getRequestListener(fetch);

/** As on a platform that has nothing but the real ones, and no request of Node's behind them. */
export const genuine: Adapter = (fetch) =>
  getRequestListener((request) => fetch(request.clone(), {}), { overrideGlobalObjects: false });

/** As on a server that would not find a body that was left to it. */
export const deaf: Adapter = (fetch) =>
  getRequestListener((request, env) => {
    Object.defineProperty(env.incoming, "rawBody", { get: () => undefined, set() {} });
    return fetch(request, env);
  });

let adapter = light;

/** Serves with another adapter from now on, in this file. */
export function serveBy(other: Adapter): void {
  adapter = other;
}

/** Serves an application on a free port of the loopback interface. */
export async function listen<E extends Env>(app: Hono<E>): Promise<RunningBinding> {
  const server = createServer(adapter(app.fetch));
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
