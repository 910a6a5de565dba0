import { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { HeaderLines, RequestBody } from "../incoming.js";
import { abortedStatus, header, multipartPrefix } from "../protocol.js";

const contentLength = header.contentLength.toLowerCase();
const contentType = header.contentType.toLowerCase();
const transferEncoding = header.transferEncoding.toLowerCase();

/** The lines of a request header by its lower-case name, as they came: `req.headers` has joined or dropped some. */
export function headerLines(req: IncomingMessage, name: string): HeaderLines {
  // What is absent from the joined form has no lines, and most headers are absent.
  if (req.headers[name] === undefined) return undefined;
  const { rawHeaders } = req;
  let found: string | string[] | undefined;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const given = rawHeaders[index];
    if (given?.length !== name.length || given.toLowerCase() !== name) continue;
    const line = rawHeaders[index + 1] ?? "";
    found = found === undefined ? line : [found, line].flat();
  }
  // A proxy layer that sets req.headers leaves no raw lines behind.
  return found ?? req.headers[name];
}

/** What a framework's parsers may have left of a request. */
export interface ParsedBody {
  /** The parsed value. Only trusted where the stream says that somebody has read it. */
  readonly body?: unknown;
  /** The bytes that were parsed, where somebody kept them. */
  readonly rawBody?: unknown;
}

/** A request that may be what parsers leave theirs on. */
export type ParsedRequest = IncomingMessage & ParsedBody;

/**
 * The body of a request, judged by the state of its stream; `left` is where parsers leave theirs, by default the request.
 *
 * Unread: it is read, and put back for whoever comes next. Read: what the parser left counts. A parsed value on an unread
 * stream means nothing: Express 4 leaves `{}` there for types that it does not know, for any body.
 */
export function requestBody(
  req: ParsedRequest,
  maxBytes: number,
  left: ParsedBody = req,
): RequestBody | Promise<RequestBody> {
  if (!hasBody(req)) return undefined;
  if (lengthOf(req) > maxBytes) return tooLarge(req);
  if (!req.readableDidRead) return readAndPutBack(req, maxBytes);
  const { body, rawBody } = left;
  if (typeof rawBody === "string" || rawBody instanceof Uint8Array) return { decoded: rawBody };
  if (!req.readableEnded || body === undefined) return notKept;
  if (typeof body === "string" || body instanceof Uint8Array) return { decoded: body };
  const type = String(req.headers[contentType]).toLowerCase();
  if (type.startsWith(multipartPrefix)) {
    return {
      lost: "the request's multipart body was parsed and its files are not in req.body, so two uploads could be taken for one; put the idempotency check before the parser, or say by fingerprint.select what counts",
    };
  }
  return isPlaceholder(body, type) ? notKept : { parsed: body };
}

const notKept: RequestBody = {
  lost: "the request's body was read and not kept, so a retry could not be recognised; put the idempotency check before whatever reads it, or let that leave req.rawBody or req.body, or say by fingerprint.select what counts",
};

/**
 * Express 4's parsers leave `{}` for types that they do not know. Where somebody else has read such a body, all of them
 * would look the same.
 */
function isPlaceholder(body: unknown, type: string): boolean {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return false;
  return Object.keys(body).length === 0 && !/json|x-www-form-urlencoded/.test(type);
}

function hasBody(req: IncomingMessage): boolean {
  return req.headers[transferEncoding] !== undefined || lengthOf(req) > 0;
}

/** The length that the client declared; 0 where it did not. */
function lengthOf(req: IncomingMessage): number {
  return Number(req.headers[contentLength] ?? 0);
}

/** Reads an unread stream to its end and puts the bytes back, so that nobody can tell. */
function readAndPutBack(req: IncomingMessage, maxBytes: number): RequestBody | Promise<RequestBody> {
  if (req.readableEncoding !== null) {
    throw new TypeError(
      "req.setEncoding() was called before the idempotency check, which needs the bytes; call it later",
    );
  }
  if (req.destroyed) throw aborted();
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    const declared = lengthOf(req);
    const isAll = (arrived: number) => (arrived > 0 && arrived === declared) || hasArrived(req);
    let listening = false;
    const settle = (then: () => void) => {
      if (listening) req.off("readable", onReadable).off("error", onGone).off("close", onGone);
      then();
    };
    const onGone = (cause?: Error) => settle(() => reject(aborted(cause)));
    const onReadable = () => {
      // At the end with nothing left in it the stream must not be read again: that would let it say "end" to nobody.
      while (req.readableLength > 0) {
        const chunk: Uint8Array | null = req.read();
        if (chunk === null) break;
        chunks.push(chunk);
        length += chunk.byteLength;
      }
      if (length > maxBytes) settle(() => resolve(tooLarge(req)));
      else if (isAll(length)) settle(() => resolve(putBack(req, chunks, length)));
    };
    const wait = () => {
      if (req.destroyed) reject(aborted());
      // Nothing further will be told of a body that has arrived already.
      else if (isAll(req.readableLength)) onReadable();
      else {
        listening = true;
        req.on("readable", onReadable).once("error", onGone).once("close", onGone);
      }
    };
    if (hasArrived(req)) onReadable();
    // What came in one piece with its head is there after this tick. To listen for it is dearer than to read it.
    else process.nextTick(wait);
  });
}

/**
 * Whether its last byte has arrived. Its stream knows. Requests that came over no wire may be `complete` from the start and bring
 * their bodies only to those who read, as adapters of Lambda make them.
 */
function hasArrived(req: IncomingMessage): boolean {
  const { complete, _readableState: state }: { complete?: unknown; _readableState?: unknown } = req;
  if (typeof state === "object" && state !== null && "ended" in state) return state.ended === true;
  return complete === true;
}

/** In the same tick as the last read: the end has not been told yet, and is not while there are bytes again. */
function putBack(req: IncomingMessage, chunks: readonly Uint8Array[], length: number): RequestBody {
  const [first] = chunks;
  const bytes = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, length);
  if (bytes.byteLength > 0) req.unshift(bytes);
  return bytes;
}

function tooLarge(req: IncomingMessage): "too-large" {
  // What is still coming is thrown away, so that the connection can be used again.
  req.resume();
  return "too-large";
}

function aborted(cause?: Error): Error {
  return Object.assign(new Error("the client hung up before its request was complete", { cause }), {
    code: "ECONNABORTED",
    status: abortedStatus,
    expose: false,
  });
}
