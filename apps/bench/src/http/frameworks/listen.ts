import { once } from "node:events";
import type { Server } from "node:http";
import type { App } from "../contenders.js";

/** Waits until a server listens on a port of its own. */
export async function listening(server: Server): Promise<Required<Pick<App, "port" | "close">>> {
  if (!server.listening) {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  }
  return {
    port: portOf(server),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The port of a server, whose connections stay from now on however long they are idle. */
export function portOf(server: Server): number {
  server.keepAliveTimeout = 0;
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return address.port;
}
