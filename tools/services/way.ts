import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A way to a server that can be cut and slowed: a proxy that passes bytes on as they are. */
export interface Way {
  /** The address of the server, through the proxy. */
  readonly url: string;
  cut(): void;
  heal(): void;
  slow(ms: number): void;
  close(): Promise<void>;
}

/** Opens a way to the server of an address such as `postgres://…` or `http://…`, which names its port. */
export async function openWay(target: string): Promise<Way> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let open = true;
  let delayMs = 0;
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {}); // the other side hears of it through "close"
  };
  const proxy = createServer((near) => {
    track(near);
    if (!open) return void near.destroy();
    const far = connect(Number(port), hostname);
    track(far);
    near.on("data", (bytes) => far.write(bytes));
    far.on("data", (bytes) => {
      if (delayMs === 0) near.write(bytes);
      else setTimeout(() => near.destroyed || near.write(bytes), delayMs);
    });
    near.on("close", () => far.destroy());
    far.on("close", () => near.destroy());
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const address = proxy.address();
  const url = new URL(target);
  url.host = `127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  const hangUp = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    cut: () => {
      open = false;
      hangUp();
    },
    heal: () => {
      open = true;
      delayMs = 0;
    },
    slow: (ms) => {
      delayMs = ms;
    },
    close: async () => {
      hangUp();
      proxy.close();
      await once(proxy, "close");
    },
  };
}
