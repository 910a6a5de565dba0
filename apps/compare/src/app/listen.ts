import { createServer, type RequestListener } from "node:http";
import type { RunningBinding } from "@oncekey/conformance";

/** Serves on a free port of the loopback interface; closing hangs up on whoever is still connected. */
export async function listen(listener: RequestListener): Promise<RunningBinding> {
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
