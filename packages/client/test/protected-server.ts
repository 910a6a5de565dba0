import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { protect } from "@oncekey/http";
import { migrate, PostgresStore } from "@oncekey/postgres";
import { Pool } from "pg";

const EFFECTS = "CREATE TABLE effects (id serial PRIMARY KEY, path text NOT NULL, key text NOT NULL)";

/** A real server, protected by Oncekey over Postgres. Each run of its handler is a row in a table. */
export class ProtectedServer {
  readonly #pool: Pool;
  readonly #handle: (request: Request) => Promise<Response>;
  readonly #server = createServer((incoming, outgoing) => void this.#serve(incoming, outgoing));
  #began = () => {};
  #goOn = () => {};
  #gate: Promise<void> = Promise.resolve();
  /** What the handler threw. */
  readonly errors: unknown[] = [];

  private constructor(databaseUrl: string) {
    this.#pool = new Pool({ connectionString: databaseUrl, max: 8 });
    this.#handle = protect((request) => this.#charge(request), {
      store: new PostgresStore(this.#pool),
      scope: "global",
    });
  }

  static async start(databaseUrl: string): Promise<ProtectedServer> {
    const server = new ProtectedServer(databaseUrl);
    await migrate(server.#pool);
    await server.#pool.query(EFFECTS);
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" ? (address?.port ?? 0) : 0;
  }

  /** Holds the next handler, from before its effect, until `goOn()`. */
  hold(): { readonly began: Promise<void>; readonly goOn: () => void } {
    const began = new Promise<void>((resolve) => {
      this.#began = resolve;
    });
    this.#gate = new Promise((resolve) => {
      this.#goOn = resolve;
    });
    return { began, goOn: this.#goOn };
  }

  /** The receipts of all effects of one path. */
  async receipts(path: string): Promise<readonly number[]> {
    const { rows } = await this.#pool.query<{ id: number }>("SELECT id FROM effects WHERE path = $1", [path]);
    return rows.map(({ id }) => id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await this.#pool.end();
  }

  async #charge(request: Request): Promise<Response> {
    this.#began();
    await this.#gate;
    const { rows } = await this.#pool.query<{ id: number }>(
      "INSERT INTO effects (path, key) VALUES ($1, $2) RETURNING id",
      [new URL(request.url).pathname, request.headers.get("idempotency-key")],
    );
    return Response.json({ receipt: rows[0]?.id }, { status: 201 });
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    try {
      const request = await whole(incoming);
      const response = request.method === "POST" ? await this.#handle(request) : new Response("warm");
      const body = Buffer.from(await response.arrayBuffer());
      outgoing.writeHead(response.status, { ...Object.fromEntries(response.headers), "content-length": body.length });
      outgoing.end(body);
    } catch (error) {
      // A request that never came in whole is the network's doing.
      if (incoming.complete) this.errors.push(error);
      outgoing.destroy();
    }
  }
}

async function whole(incoming: IncomingMessage): Promise<Request> {
  const { method = "GET", url = "/", headers } = incoming;
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const lines = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    typeof value === "string" ? [[name, value]] : [],
  );
  const body = method === "GET" ? {} : { body: Buffer.concat(chunks) };
  return new Request(new URL(url, "http://127.0.0.1"), { method, headers: lines, ...body });
}
