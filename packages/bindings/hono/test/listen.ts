import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { RunningBinding } from "@oncekey/conformance";
import type { Env, Hono } from "hono";

/** Serves an application on a free port of the loopback interface. */
export async function listen<E extends Env>(app: Hono<E>): Promise<RunningBinding> {
  const server = createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }));
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
