import { once } from "node:events";
import { createServer, connect as open, type Socket } from "node:net";

export interface Network {
  readonly url: string;
  close(): void;
}

/**
 * A way to a server on which the first answer is lost: the request arrives whole, and when the server begins to answer,
 * the connection to the client is reset. After that everything goes through.
 */
export async function networkThatLosesTheFirstAnswer(serverUrl: string, onLoss: () => void): Promise<Network> {
  const { hostname, port } = new URL(serverUrl);
  const sockets = new Set<Socket>();
  let lost = false;

  const network = createServer((client) => {
    const server = open(Number(port), hostname);
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      // A connection that breaks on one side is broken on the other.
      socket.on("error", () => {});
    }
    client.on("close", () => server.destroy());
    server.on("close", () => client.destroy());
    client.pipe(server);
    server.on("data", (answer) => {
      if (lost) {
        client.write(answer);
        return;
      }
      lost = true;
      client.resetAndDestroy();
      onLoss();
    });
  }).listen(0, "127.0.0.1");

  await once(network, "listening");
  const address = network.address();
  if (address === null || typeof address === "string") throw new Error("the network has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () => {
      network.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
