import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createApp } from "./api/app.js";
import type { Config } from "./config.js";
import { crash } from "./crash.js";
import { codeOf, StartUpError } from "./start-up-error.js";
import { openDatabase } from "./storage/database.js";
import { makeTables } from "./storage/schema.js";

/** A running demo. */
export interface Demo {
  readonly url: string;
  /** For people: where its data is. */
  readonly storage: string;
  /** Takes no more requests, lets the running ones end, and closes the database. */
  close(): Promise<void>;
}

const CLOSE_WITHIN_MS = 20_000;

/** Opens the database and serves the demo. Resolves when it answers. */
export async function startDemo(config: Config): Promise<Demo> {
  const database = await openDatabase(config);
  try {
    await makeTables(database);
    const app = createApp(database, crash);
    const server = createServer(app.handler);
    await listen(server, config);
    return {
      url: urlOf(server, config.host),
      storage: database.description,
      async close() {
        const closed = once(server, "close");
        server.close();
        const { unfinished } = await app.close({ timeoutMs: CLOSE_WITHIN_MS });
        if (unfinished > 0) console.error(`${unfinished} requests were still running and are given up.`);
        server.closeAllConnections();
        await closed;
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function listen(server: Server, { port, host }: Config): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch (cause) {
    if (codeOf(cause) === "EADDRINUSE") {
      throw new StartUpError(`Port ${port} is in use. Stop what uses it, or say another one: PORT=${port + 1}`, {
        cause,
      });
    }
    if (codeOf(cause) === "EACCES") throw new StartUpError(`Port ${port} may not be used by this user.`, { cause });
    throw cause;
  }
}

function urlOf(server: Server, host: string): string {
  const { port } = addressOf(server);
  const isLocal = ["127.0.0.1", "0.0.0.0", "::", "::1"].includes(host);
  return `http://${isLocal ? "localhost" : host}:${port}`;
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error(`no port in ${String(address)}`);
  return address;
}
