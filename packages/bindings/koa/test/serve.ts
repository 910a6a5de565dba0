import { createServer, type RequestListener, type Server } from "node:http";

/** A server on a free port of the loopback interface. */
export interface Running {
  readonly url: string;
  readonly server: Server;
  close(): Promise<void>;
}

/** Starts a server. */
export async function listen(listener: RequestListener): Promise<Running> {
  const server = createServer(listener);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    server,
    close: () =>
      new Promise((resolve) => {
        // A test may have closed it already.
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
