import { Readable } from "node:stream";
import type { CompleteResponse, Guard, Handled, HeaderLine, Incoming, ReadRequest, RequestBody } from "@oncekey/http";
import { HeldResponse, headerLines, headerLinesOf, requestBody, sendReply, withEarlier } from "@oncekey/http/node";
import type { FastifyReply, FastifyRequest, RequestPayload } from "fastify";

type Done = (error?: Error) => void;
type PayloadDone = (error?: Error | null, payload?: RequestPayload) => void;

/** One request on its way through the hooks. This translates; every rule is the guard's. */
export class Exchange {
  readonly #guard: Guard<FastifyRequest>;
  readonly #request: FastifyRequest;
  readonly #reply: FastifyReply;
  readonly #body: Body;
  readonly #incoming: Incoming<FastifyRequest>;
  #known: ReadRequest | undefined;
  #held: HeldResponse | undefined;
  /** What earlier hooks have said about this exchange, such as CORS. */
  #earlier: readonly HeaderLine[] = [];

  constructor(guard: Guard<FastifyRequest>, request: FastifyRequest, reply: FastifyReply, payload: RequestPayload) {
    this.#guard = guard;
    this.#request = request;
    this.#reply = reply;
    this.#body = new Body(request, payload);
    this.#incoming = incomingOf(request, this.#body);
  }

  /** Reads the body, and leaves it to the parsers. */
  read(done: PayloadDone): void {
    this.#guard.read(this.#incoming).then((known) => {
      this.#known = known;
      const refusal = "instead" in known && known.instead.kind === "answer" ? known.instead : undefined;
      // Its rest is thrown away as it comes, so there is nothing left for a parser.
      if (refusal?.because === "body-too-large") sendReply(this.#reply, refusal.response);
      else done(null, this.#body.payload);
    }, done);
  }

  /** Claims the key and runs the handler, or answers. */
  run(done: Done): void {
    if (this.#known === undefined) {
      done();
      return;
    }
    this.#guard
      .handleRead(this.#incoming, this.#known, (attempt) => {
        this.#request.idempotency = attempt;
        this.#earlier = headerLinesOf(this.#reply.getHeaders());
        this.#held = new HeldResponse(this.#reply.raw, this.#guard.maxResponseBytes);
        done();
        return this.#held.captured;
      })
      .then((handled) => this.#finish(handled, done))
      .catch((error: Error) => this.#fail(error, done));
  }

  /** What the handler failed with, before Fastify or the application answers it. */
  note(error: unknown): void {
    this.#held?.note(error);
  }

  #finish(handled: Handled, done: Done): void {
    if (handled.kind === "pass") done();
    else if (handled.kind === "executed") this.#held?.release();
    else if (handled.kind === "answer") this.#answer(handled.response);
    // Errors are answered before we hear of them: this one has cut its connection.
    else this.#held?.reset();
  }

  #answer(answer: CompleteResponse): void {
    if (this.#held === undefined) {
      sendReply(this.#reply, answer);
      return;
    }
    this.#held.replaceWith(withEarlier(this.#earlier, answer));
  }

  #fail(error: Error, done: Done): void {
    if (this.#held === undefined) {
      done(error);
      return;
    }
    this.#held.reset();
    // There is nobody to tell any more.
    if (!this.#reply.raw.destroyed) this.#reply.send(error);
  }
}

/** The body of a request, before any parser. */
class Body {
  readonly #request: FastifyRequest;
  /** What the parsers are to read. */
  payload: RequestPayload;

  constructor(request: FastifyRequest, payload: RequestPayload) {
    this.#request = request;
    this.payload = payload;
  }

  read(maxBytes: number): RequestBody | Promise<RequestBody> {
    const { raw } = this.#request;
    return this.payload === raw ? requestBody(raw, maxBytes) : this.#readReplaced(maxBytes);
  }

  /** A hook has put a stream of its own in place of the request, such as one that decompresses it. */
  async #readReplaced(maxBytes: number): Promise<RequestBody> {
    const { payload } = this;
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of payload) {
      const bytes = Buffer.from(chunk);
      length += bytes.byteLength;
      if (length > maxBytes) return "too-large";
      chunks.push(bytes);
    }
    const { receivedEncodedLength } = payload;
    const again = Readable.from(chunks, { objectMode: false });
    this.payload = receivedEncodedLength === undefined ? again : Object.assign(again, { receivedEncodedLength });
    return { decoded: Buffer.concat(chunks, length) };
  }
}

function incomingOf(request: FastifyRequest, body: Body): Incoming<FastifyRequest> {
  return {
    request,
    method: request.method,
    target: request.originalUrl,
    lines: (name) => headerLines(request.raw, name),
    bodyWasRead: request.raw.readableDidRead,
    readBody: (maxBytes) => body.read(maxBytes),
  };
}
