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
  #arrived: (() => WireAnswer) | undefined;
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

  arrived(): WireAnswer | undefined {
    return this.#arrived?.();
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
    const chunks: Uint8Array[] = [];
    const arrived = () => answerOf(response, request.method, chunks);
    this.#arrived = arrived;
    await this.#read(response.body, chunks);
    await turn();
    return arrived();
  }

  async #read(body: Response["body"], chunks: Uint8Array[]): Promise<void> {
    const reader = body?.getReader();
    if (reader === undefined) return;
    // A body that fails has ended without that.
    this.#gone.signal.addEventListener("abort", () => void reader.cancel().catch(() => {}), { once: true });
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      chunks.push(read.value);
      this.#bytes += read.value.byteLength;
    }
  }
}

function requestOf(url: URL, request: WireRequest, signal: AbortSignal): Request {
  const { method, headers, body, unfinished = false } = request;
  const lines = new Headers();
  for (const [name, value] of [["host", url.host] as const, ...headers, ...lengthOf(method, body, unfinished)]) {
    lines.append(name, value);
  }
  const bodiless = method === "GET" || method === "HEAD";
  const bytes = joined(body === undefined ? [] : body instanceof Uint8Array ? [body] : body);
  if (unfinished)
    return new Request(url, { method, headers: lines, signal, body: brokenOff(bytes, signal), duplex: "half" });
  return new Request(url, { method, headers: lines, signal, ...(!bodiless && { body: bytes }) });
}

/** These bytes, and no end until the client has gone. */
function brokenOff(bytes: Uint8Array, gone: AbortSignal): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes);
      gone.addEventListener("abort", () => controller.error(new Error("the client hung up")), { once: true });
    },
  });
}

function answerOf(response: Response, method: string, chunks: readonly Uint8Array[]): WireAnswer {
  const { status, headers } = response;
  const body = isBodiless(status, method) ? new Uint8Array() : joined(chunks);
  return { status, lines: [...headers, ...framing(response, method)], body };
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
