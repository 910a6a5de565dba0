import type { Buffer } from "node:buffer";
import type { ServerResponse } from "node:http";
import { concat } from "../byte-stream.js";
import { header, isEventStream } from "../protocol.js";
import type { CapturedResponse, CompleteResponse } from "../response.js";
import { applyHead, type GivenHeaders, type Head, headerLinesOf, readHead, restoreHead } from "./response-head.js";
import { answered, bytesOf, type Callback, callbackOf, endArguments, headersOf } from "./write-arguments.js";
import { writeResponse } from "./write-response.js";

/**
 * What happens to a handler's writes.
 * - `holding`: they are kept.
 * - `full`: the response is not kept, being larger than may be or a stream of events, which nobody knows the end of; more
 *   writes wait until it is known that they may leave.
 * - `passing`: they go to the client.
 * - `dropping`: another answer was sent, so they go nowhere.
 */
type Phase = "holding" | "full" | "passing" | "dropping";

/**
 * Stands for the head that Node would have written. With `_header` set, Node itself says `headersSent` and refuses
 * changes to the head, exactly as after a real write; it is taken back before anything is really written.
 */
const HELD_HEAD = "held";

type Methods = Pick<ServerResponse, "write" | "end" | "writeHead" | "flushHeaders" | "emit" | "destroy">;

/** A `ServerResponse` whose handler may write as usual, while nothing leaves. */
export class HeldResponse {
  /**
   * Resolves when the response is complete, when it is larger than `maxBytes`, or when a stream of events begins to be
   * sent; rejects where it will never be complete. Either way with the error that was noted, if any.
   */
  readonly captured: Promise<CapturedResponse>;
  readonly #res: ServerResponse;
  readonly #maxBytes: number;
  readonly #before: Head;
  readonly #original: Methods;
  #phase: Phase = "holding";
  #held: (() => void)[] = [];
  /** Of what is held, to be called when that has been sent. */
  #callbacks: Callback[] = [];
  #chunks: Buffer[] = [];
  #length = 0;
  #begun = false;
  #ended = false;
  /** The connection has ended and the handler does not know it yet; its socket, to be given back. */
  #lost: { readonly socket: unknown } | undefined;
  /** It has closed before its end. */
  #sourceLost = false;
  #noted: { readonly error: unknown } | undefined;
  /** The stream that is piped into the response at the moment. */
  #source: unknown;
  #resolve: (response: CapturedResponse) => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(res: ServerResponse, maxBytes: number) {
    this.#res = res;
    this.#maxBytes = maxBytes;
    this.#before = readHead(res);
    const { write, end, writeHead, flushHeaders, emit, destroy } = res;
    this.#original = { write, end, writeHead, flushHeaders, emit, destroy };
    this.captured = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    Object.assign(res, this.#methods(res));
    // Its client has gone while we asked the store; the handler is no less for the retry.
    if (res.destroyed) this.#hideClose();
  }

  /** What the handler failed with, and of what its framework is about to make a response. */
  note(error: unknown): void {
    this.#noted = { error };
  }

  /** Lets go what was held, and everything after it. */
  release(): void {
    const wasFull = this.#phase === "full";
    this.#phase = "passing";
    this.#uncover();
    // Events may be long in coming, and their client waits for the head.
    if (wasFull && this.#held.length === 0) this.#original.flushHeaders.call(this.#res);
    for (const write of this.#held) write();
    this.#forget();
    if (wasFull && !this.#res.writableNeedDrain) this.#original.emit.call(this.#res, "drain");
    this.#tellClosed();
  }

  /**
   * Forgets what was held: the response is as it was before, for somebody else to write. Whoever waits for what was held
   * is told when that is done: a handler that frees its resources then must not wait for ever.
   */
  reset(): void {
    for (const callback of this.#callbacks) this.#res.once("finish", callback);
    this.#phase = "passing";
    this.#uncover();
    this.#forget();
    restoreHead(this.#res, this.#before);
    this.#tellClosed();
  }

  /** Sends another response; what the handler made, or still makes, goes nowhere. */
  replaceWith(answer: CompleteResponse): void {
    this.reset();
    writeResponse(this.#res, answer, (...body) => Reflect.apply(this.#original.end, this.#res, body));
    this.#phase = "dropping";
  }

  /**
   * What stands for the response's own methods. Not written as values of assignments to its properties: such functions V8
   * frees in full collections only, with the whole exchange that they refer to.
   */
  #methods(res: ServerResponse): Methods {
    const original = this.#original;
    return {
      write: (chunk: unknown, encoding?: unknown, callback?: unknown) => {
        if (this.#phase === "passing") return Reflect.apply(original.write, res, [chunk, encoding, callback]);
        return this.#write(chunk, encoding, callbackOf(encoding, callback));
      },
      end: (chunk?: unknown, encoding?: unknown, callback?: unknown) => {
        if (this.#phase === "passing") return Reflect.apply(original.end, res, [chunk, encoding, callback]);
        const body = typeof chunk === "function" ? undefined : chunk;
        this.#end(body ?? undefined, encoding, callbackOf(chunk, encoding, callback));
        return res;
      },
      writeHead: (status: number, message?: unknown, headers?: GivenHeaders) => {
        if (this.#phase === "passing") return Reflect.apply(original.writeHead, res, [status, message, headers]);
        if (this.#phase !== "dropping") this.#writeHead(status, message, headers);
        return res;
      },
      flushHeaders: () => {
        if (this.#phase === "passing") original.flushHeaders.call(res);
        else if (this.#phase !== "dropping") this.#send();
      },
      destroy: (error?: Error) => {
        this.#fail(error ?? new Error("the handler destroyed its response"));
        return original.destroy.call(res, error);
      },
      emit: (event: string | symbol, ...args: unknown[]) =>
        this.#isOurs(event, args[0]) || Reflect.apply(original.emit, res, [event, ...args]),
    };
  }

  /** Events while nothing has been decided. That the client has gone is kept back: it must not stop the handler. */
  #isOurs(event: string | symbol, subject: unknown): boolean {
    if (this.#phase !== "holding" && this.#phase !== "full") return false;
    if (event === "pipe") this.#watch(subject);
    if (event === "unpipe" && this.#source === subject) this.#source = undefined;
    if (event !== "close") return false;
    this.#hideClose();
    this.#checkCut();
    return true;
  }

  /**
   * Makes the response look as if its connection were there: pipelines, and Express's `sendFile`, would not even begin
   * on one that is not. What they write is for the retry.
   */
  #hideClose(): void {
    this.#lost = { socket: this.#res.socket };
    this.#setConnection(false, null);
  }

  #setConnection(closed: boolean, socket: unknown): void {
    Reflect.set(this.#res, "destroyed", closed);
    Reflect.set(this.#res, "_closed", closed);
    Reflect.set(this.#res, "socket", socket);
  }

  #watch(source: unknown): void {
    this.#source = source;
    if (!isStream(source)) return;
    source.once("close", () => {
      if (source.readableEnded || this.#source !== source) return;
      this.#sourceLost = true;
      this.#checkCut();
    });
  }

  /**
   * A response whose source died with the connection will never end; neither will one that began and whose connection
   * was cut from our side, as frameworks do on an error after the first write. Where the client left, it may.
   */
  #checkCut(): void {
    if (this.#lost === undefined || this.#ended) return;
    const { socket } = this.#res.req;
    const byClient = socket.readableEnded || (socket.errored ?? null) !== null;
    if (this.#sourceLost || (this.#begun && !byClient))
      this.#fail(new Error("the response was cut off before its end"));
  }

  #write(chunk: unknown, encoding: unknown, callback: Callback | undefined): boolean {
    if (this.#phase === "dropping") return answered(callback);
    const bytes = bytesOf(chunk, encoding);
    this.#send();
    const wasFull = this.#phase === "full";
    // Whoever writes piece by piece waits for this before the next piece, so it cannot wait for the last one.
    if (!wasFull) answered(callback);
    else if (callback !== undefined) this.#callbacks.push(callback);
    this.#held.push(() => Reflect.apply(this.#original.write, this.#res, [bytes, wasFull ? callback : undefined]));
    return this.#add(bytes);
  }

  #end(chunk: unknown, encoding: unknown, callback: Callback | undefined): void {
    if (this.#phase === "dropping" || this.#ended) {
      if (callback !== undefined) this.#res.once("finish", callback);
      return;
    }
    const bytes = chunk === undefined ? undefined : bytesOf(chunk, encoding);
    if (bytes === undefined) this.#begin();
    else {
      this.#send();
      this.#add(bytes);
    }
    this.#ended = true;
    if (callback !== undefined) this.#callbacks.push(callback);
    Object.defineProperty(this.#res, "writableEnded", { configurable: true, value: true });
    const given = endArguments(chunk, bytes, callback);
    this.#held.push(() => Reflect.apply(this.#original.end, this.#res, given));
    this.#settle(concat(this.#chunks, this.#length));
  }

  /** The head that is written by writing a body. By way of the response, so that whoever listens there has its say. */
  #begin(): void {
    if (!this.#begun) this.#res.writeHead(this.#res.statusCode);
  }

  /** What makes Node send a head. With that of a stream of events there is no end to wait for. */
  #send(): void {
    this.#begin();
    if (this.#phase === "holding" && isEventStream(this.#res.getHeader(header.contentType))) this.#fill();
  }

  /** Nothing more of this response is kept; only its head is of interest. */
  #fill(): void {
    this.#settle(undefined);
    this.#phase = "full";
  }

  #writeHead(status: number, message: unknown, headers: GivenHeaders | undefined): void {
    if (this.#begun) {
      throw Object.assign(new Error("Cannot write headers after they are sent to the client"), {
        code: "ERR_HTTP_HEADERS_SENT",
      });
    }
    if (typeof message === "string") applyHead(this.#res, status, message, headers);
    else applyHead(this.#res, status, undefined, headers ?? headersOf(message));
    this.#begun = true;
    Reflect.set(this.#res, "_header", HELD_HEAD);
  }

  /** Counts bytes; answers whether more may come. */
  #add(bytes: Buffer): boolean {
    if (this.#phase === "full" || this.#ended) return false;
    this.#chunks.push(bytes);
    this.#length += bytes.byteLength;
    if (this.#length <= this.#maxBytes) return true;
    this.#fill();
    return false;
  }

  #settle(body: Uint8Array | undefined): void {
    const response = { status: this.#res.statusCode, headers: headerLinesOf(this.#res.getHeaders()), body };
    this.#resolve(this.#noted === undefined ? response : { ...response, ...this.#noted });
  }

  #fail(error: Error): void {
    this.#reject(this.#noted === undefined ? error : this.#noted.error);
  }

  #uncover(): void {
    if (this.#begun) Reflect.set(this.#res, "_header", null);
    Reflect.deleteProperty(this.#res, "writableEnded");
    if (this.#lost !== undefined) this.#setConnection(true, this.#lost.socket);
  }

  #forget(): void {
    this.#held = [];
    this.#callbacks = [];
    this.#chunks = [];
  }

  #tellClosed(): void {
    if (this.#lost === undefined) return;
    this.#lost = undefined;
    this.#original.emit.call(this.#res, "close");
  }
}

interface SourceStream {
  readonly readableEnded: boolean;
  once(event: "close", listener: () => void): unknown;
}

function isStream(source: unknown): source is SourceStream {
  return typeof source === "object" && source !== null && "once" in source && "readableEnded" in source;
}
