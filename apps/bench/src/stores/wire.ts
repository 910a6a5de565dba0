import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** What went over the wire. A round trip is a turn of it: something was sent after the last answer had begun. */
export interface Traffic {
  readonly roundTrips: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

/** A proxy before a server that counts what passes, for one request at a time. */
export interface Wire {
  readonly url: string;
  /** What has passed since the last time. */
  take(): Traffic;
  close(): Promise<void>;
}

/** Opens one before the server of an address such as `redis://…`, which names its port. */
export async function openWire(target: string): Promise<Wire> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let traffic = { roundTrips: 0, sentBytes: 0, receivedBytes: 0 };
  let sending = false;
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {}); // the other side hears of it through "close"
  };
  const proxy = createServer((near) => {
    const far = connect(Number(port), hostname);
    track(near);
    track(far);
    near.on("data", (bytes) => {
      if (!sending) traffic.roundTrips += 1;
      sending = true;
      traffic.sentBytes += bytes.length;
      far.write(bytes);
    });
    far.on("data", (bytes) => {
      sending = false;
      traffic.receivedBytes += bytes.length;
      near.write(bytes);
    });
    near.on("close", () => far.destroy());
    far.on("close", () => near.destroy());
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const address = proxy.address();
  const url = new URL(target);
  url.host = `127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  return {
    url: url.href.replace(/\/$/, ""),
    take: () => {
      const taken = traffic;
      traffic = { roundTrips: 0, sentBytes: 0, receivedBytes: 0 };
      return taken;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      proxy.close();
      await once(proxy, "close");
    },
  };
}
