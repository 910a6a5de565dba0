import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** What the server does with one request; the effect happens where the name says so. */
export type Fault =
  | "answer"
  | "reset-before-effect"
  | "reset-after-effect"
  | "hang-before-effect"
  | "hang-after-effect"
  | "cut-header-after-effect"
  | "cut-body-after-effect"
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown };

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly key: string | undefined;
  readonly body: string;
}

/**
 * A server that keeps its promise (one effect per key, the first answer for every retry) behind a network that does not.
 *
 * Each request takes the next fault of the script; when that is used up, it is answered.
 */
export class ScriptedServer {
  readonly seen: SeenRequest[] = [];
  readonly #answers = new Map<string, { readonly status: number; readonly body: string }>();
  readonly #script: Fault[];
  readonly #server;
  readonly #sockets = new Set<Socket>();
  effects = 0;
  /** What a GET of the root is answered, for a browser; requests for it take no part in the script. */
  page: string | undefined;

  private constructor(script: readonly Fault[]) {
    this.#script = [...script];
    this.#server = createServer((request, response) => void this.#handle(request, response));
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }

  static async start(...script: readonly Fault[]): Promise<ScriptedServer> {
    const server = new ScriptedServer(script);
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  get keys(): readonly (string | undefined)[] {
    return this.seen.map(({ key }) => key);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.page !== undefined && request.method === "GET") {
      response.writeHead(200, { "content-type": "text/html" }).end(this.page);
      return;
    }
    const fault = this.#script.shift() ?? "answer";
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const seen = describe(request, Buffer.concat(chunks).toString());
    this.seen.push(seen);
    this.#act(fault, seen, request.socket, response);
  }

  #act(fault: Fault, seen: SeenRequest, socket: Socket, response: ServerResponse): void {
    if (typeof fault === "object") {
      response.writeHead(fault.status, { "content-type": "application/problem+json", ...fault.headers });
      response.end(fault.body === undefined ? "" : JSON.stringify(fault.body));
      return;
    }
    if (fault === "reset-before-effect") return void socket.resetAndDestroy();
    if (fault === "hang-before-effect") return;
    const replayed = seen.key !== undefined && this.#answers.has(seen.key);
    const { status, body } = this.#effect(seen);
    if (fault === "hang-after-effect") return;
    if (fault === "reset-after-effect") return void socket.resetAndDestroy();
    if (fault === "cut-header-after-effect") {
      socket.write("HTTP/1.1 201 Created\r\ncontent-ty");
      return void socket.end();
    }
    response.writeHead(status, {
      "content-type": "application/json",
      "content-length": body.length,
      ...(replayed && { "idempotent-replayed": "true" }),
    });
    if (fault === "answer") return void response.end(body);
    response.write(body.slice(0, 5), () => socket.destroy());
  }

  #effect({ key }: SeenRequest): { readonly status: number; readonly body: string } {
    const before = key === undefined ? undefined : this.#answers.get(key);
    if (before !== undefined) return before;
    this.effects += 1;
    const answer = { status: 201, body: JSON.stringify({ receipt: this.effects }) };
    if (key !== undefined) this.#answers.set(key, answer);
    return answer;
  }
}

function describe(request: IncomingMessage, body: string): SeenRequest {
  const header = request.headers["idempotency-key"];
  return {
    method: request.method ?? "",
    path: request.url ?? "",
    headers: request.headers,
    key: typeof header === "string" ? header : undefined,
    body,
  };
}
