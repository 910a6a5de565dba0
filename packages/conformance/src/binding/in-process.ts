import { setImmediate as turn } from "node:timers/promises";
import type { FetchHandler } from "./fetch-app.js";
import type { RunningBinding } from "./fixture.js";
import type { HeaderLine } from "./scenario.js";
import { type Exchange, lengthOf, type WireAnswer, type WireRequest } from "./wire.js";

/**
 * Hands requests to a fetch-style handler without a connection between them, for a tenth of the time. Headers, bytes,
 * failures and hanging up are as `serveFetch` has them; of the wire itself, such as keeping a connection, it shows nothing.
 */
export async function inProcess(handler: FetchHandler): Promise<RunningBinding> {
  return {
    url: "http://in-process.invalid",
    send: (url, request) => new Hand(handler, url, request),
    close: async () => {},
  };
}

/** One request and its answer. */
class Hand implements Exchange {
  readonly answer: Promise<WireAnswer>;
  readonly #gone = new AbortController();
  #bytes = 0;
  #ended = false;

  constructor(handler: FetchHandler, url: URL, request: WireRequest) {
    const hungUp = new Promise<never>((_, reject) => {
      this.#gone.signal.addEventListener("abort", () => reject(new Error("the client hung up")), { once: true });
    });
    this.answer = Promise.race([this.#ask(handler, url, request), hungUp]);
    this.answer
      .catch(() => {})
      .finally(() => {
        this.#ended = true;
      });
  }

  ended(): boolean {
    return this.#ended;
  }

  bytesReceived(): number {
    return this.#bytes;
  }

  abandon(): void {
    if (!this.#ended) this.#gone.abort();
  }

  async #ask(handler: FetchHandler, url: URL, request: WireRequest): Promise<WireAnswer> {
    // A way takes time, here and back: others have their turn meanwhile.
    await turn();
    const response = await Promise.resolve(requestOf(url, request, this.#gone.signal))
      .then(handler)
      // As a server does: whoever calls a handler that fails is answered with 500.
      .catch(() => new Response(null, { status: 500 }));
    const body = await this.#read(response, request.method);
    await turn();
    return { status: response.status, lines: [...response.headers, ...framing(response, request.method)], body };
  }

  async #read({ body, status }: Response, method: string): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of body ?? []) {
      chunks.push(chunk);
      this.#bytes += chunk.byteLength;
    }
    return isBodiless(status, method) ? new Uint8Array() : joined(chunks);
  }
}

function requestOf(url: URL, { method, headers, body }: WireRequest, signal: AbortSignal): Request {
  const lines = new Headers();
  for (const [name, value] of [["host", url.host] as const, ...headers, ...lengthOf(method, body)]) {
    lines.append(name, value);
  }
  const bodiless = method === "GET" || method === "HEAD";
  const pieces = body === undefined ? [] : body instanceof Uint8Array ? [body] : body;
  return new Request(url, { method, headers: lines, signal, ...(!bodiless && { body: joined(pieces) }) });
}

/** What a server adds to an answer that does not say how long it is. */
function framing({ status, headers }: Response, method: string): readonly HeaderLine[] {
  const framed = headers.has("content-length") || isBodiless(status, method);
  return framed ? [] : [["transfer-encoding", "chunked"]];
}

function isBodiless(status: number, method: string): boolean {
  return method === "HEAD" || status === 204 || status === 304;
}

function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(pieces));
}
