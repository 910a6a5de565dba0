import { abortedStatus, header, isEventStream, multipartPrefix } from "./chunk-CTAJ23BL.js";

// ../../packages/http/src/node/write-response.ts
function writeResponse(res, { status, headers, body }, end = (bytes) => res.end(bytes)) {
  res.statusCode = status;
  const seen = /* @__PURE__ */ new Set();
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (!seen.has(lower)) res.removeHeader(name);
    seen.add(lower);
    res.appendHeader(name, value);
  }
  if (body.byteLength > 0) end(body);
  else end();
}

// ../../packages/http/src/node/held-response.ts
import { Buffer as Buffer2 } from "buffer";

// ../../packages/http/src/node/response-head.ts
function readHead(res) {
  return { statusCode: res.statusCode, statusMessage: res.statusMessage, headers: res.getHeaders() };
}
function restoreHead(res, { statusCode, statusMessage, headers }) {
  res.statusCode = statusCode;
  res.statusMessage = statusMessage;
  for (const name of res.getHeaderNames()) res.removeHeader(name);
  for (const [name, value] of Object.entries(headers)) if (value !== void 0) res.setHeader(name, value);
}
function headerLinesOf(headers) {
  const lines = [];
  for (const [name, value] of Object.entries(headers)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== void 0) lines.push([name, String(each)]);
    }
  }
  return lines;
}
function withEarlier(earlier, answer) {
  const named = new Set(answer.headers.map(([name]) => name.toLowerCase()));
  return { ...answer, headers: [...earlier.filter(([name]) => !named.has(name)), ...answer.headers] };
}
function valuesByName(lines) {
  const values = /* @__PURE__ */ new Map();
  for (const [name, value] of lines) values.set(name, [...(values.get(name) ?? []), value]);
  return values;
}
function applyHead(res, status, message, headers) {
  if (!Number.isInteger(status) || status < 100 || status > 999) {
    throw Object.assign(new RangeError(`Invalid status code: ${status}`), { code: "ERR_HTTP_INVALID_STATUS_CODE" });
  }
  res.statusCode = status;
  if (message !== void 0) res.statusMessage = message;
  if (headers === void 0) return;
  if (!isList(headers)) {
    for (const [name, value] of Object.entries(headers)) if (value !== void 0) res.setHeader(name, value);
    return;
  }
  const flat = headers.flat();
  for (let index = 0; index + 1 < flat.length; index += 2) res.removeHeader(String(flat[index]));
  for (let index = 0; index + 1 < flat.length; index += 2) {
    res.appendHeader(String(flat[index]), String(flat[index + 1]));
  }
}
function isList(headers) {
  return Array.isArray(headers);
}

// ../../packages/http/src/node/write-arguments.ts
import { Buffer } from "buffer";

function bytesOf(chunk, encoding) {
  if (chunk instanceof Uint8Array) return Buffer.from(chunk);
  if (typeof chunk === "string") return Buffer.from(chunk, encodingOf(encoding));
  throw Object.assign(
    new TypeError(
      `The "chunk" argument must be of type string or an instance of Buffer or Uint8Array. Received ${chunk === null ? "null" : typeof chunk}`,
    ),
    { code: "ERR_INVALID_ARG_TYPE" },
  );
}
function encodingOf(encoding) {
  return typeof encoding === "string" && Buffer.isEncoding(encoding) ? encoding : "utf8";
}
function callbackOf(...args) {
  const found = args.find((argument) => typeof argument === "function");
  return found === void 0 ? void 0 : (error) => void Reflect.apply(found, void 0, [error]);
}
function answered(callback) {
  if (callback !== void 0) process.nextTick(callback);
  return true;
}
function headersOf(value) {
  return typeof value === "object" && value !== null ? value : void 0;
}

// ../../packages/http/src/node/held-response.ts
var HELD_HEAD = "held";
var HeldResponse = class {
  /**
   * Resolves when the response is complete, when it is larger than `maxBytes`, or when a stream of events begins to be
   * sent; rejects where it will never be complete. Either way with the error that was noted, if any.
   */
  captured;
  #res;
  #maxBytes;
  #before;
  #original;
  #phase = "holding";
  #held = [];
  /** Of what is held, to be called when that has been sent. */
  #callbacks = [];
  #chunks = [];
  #length = 0;
  #begun = false;
  #ended = false;
  /** The connection has ended and the handler does not know it yet; its socket, to be given back. */
  #lost;
  /** It has closed before its end. */
  #sourceLost = false;
  #noted;
  /** The stream that is piped into the response at the moment. */
  #source;
  #resolve = () => {};
  #reject = () => {};
  constructor(res, maxBytes) {
    this.#res = res;
    this.#maxBytes = maxBytes;
    this.#before = readHead(res);
    const { write, end, writeHead, flushHeaders, emit, destroy } = res;
    this.#original = { write, end, writeHead, flushHeaders, emit, destroy };
    this.captured = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#takeOver(res);
  }
  /** What the handler failed with, and of what its framework is about to make a response. */
  note(error) {
    this.#noted = { error };
  }
  /** Lets go what was held, and everything after it. */
  release() {
    const wasFull = this.#phase === "full";
    this.#phase = "passing";
    this.#uncover();
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
  reset() {
    for (const callback of this.#callbacks) this.#res.once("finish", callback);
    this.#phase = "passing";
    this.#uncover();
    this.#forget();
    restoreHead(this.#res, this.#before);
    this.#tellClosed();
  }
  /** Sends another response; what the handler made, or still makes, goes nowhere. */
  replaceWith(answer) {
    this.reset();
    writeResponse(this.#res, answer, (...body) => Reflect.apply(this.#original.end, this.#res, body));
    this.#phase = "dropping";
  }
  #takeOver(res) {
    const original = this.#original;
    res.write = (chunk, encoding, callback) => {
      if (this.#phase === "passing") return Reflect.apply(original.write, res, [chunk, encoding, callback]);
      return this.#write(chunk, encoding, callbackOf(encoding, callback));
    };
    res.end = (chunk, encoding, callback) => {
      if (this.#phase === "passing") return Reflect.apply(original.end, res, [chunk, encoding, callback]);
      const body = typeof chunk === "function" ? void 0 : chunk;
      this.#end(body ?? void 0, encoding, callbackOf(chunk, encoding, callback));
      return res;
    };
    res.writeHead = (status, message, headers) => {
      if (this.#phase === "passing") return Reflect.apply(original.writeHead, res, [status, message, headers]);
      if (this.#phase !== "dropping") this.#writeHead(status, message, headers);
      return res;
    };
    res.flushHeaders = () => {
      if (this.#phase === "passing") original.flushHeaders.call(res);
      else if (this.#phase !== "dropping") this.#send();
    };
    res.destroy = (error) => {
      this.#fail(error ?? new Error("the handler destroyed its response"));
      return original.destroy.call(res, error);
    };
    res.emit = (event, ...args) => this.#isOurs(event, args[0]) || Reflect.apply(original.emit, res, [event, ...args]);
  }
  /** Events while nothing has been decided. That the client has gone is kept back: it must not stop the handler. */
  #isOurs(event, subject) {
    if (this.#phase !== "holding" && this.#phase !== "full") return false;
    if (event === "pipe") this.#watch(subject);
    if (event === "unpipe" && this.#source === subject) this.#source = void 0;
    if (event !== "close") return false;
    this.#hideClose();
    this.#checkCut();
    return true;
  }
  /**
   * Makes the response look as if its connection were there: pipelines, and Express's `sendFile`, would not even begin
   * on one that is not. What they write is for the retry.
   */
  #hideClose() {
    this.#lost = { socket: this.#res.socket };
    this.#setConnection(false, null);
  }
  #setConnection(closed, socket) {
    Reflect.set(this.#res, "destroyed", closed);
    Reflect.set(this.#res, "_closed", closed);
    Reflect.set(this.#res, "socket", socket);
  }
  #watch(source) {
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
  #checkCut() {
    if (this.#lost === void 0 || this.#ended) return;
    const { socket } = this.#res.req;
    const byClient = socket.readableEnded || (socket.errored ?? null) !== null;
    if (this.#sourceLost || (this.#begun && !byClient))
      this.#fail(new Error("the response was cut off before its end"));
  }
  #write(chunk, encoding, callback) {
    if (this.#phase === "dropping") return answered(callback);
    const bytes = bytesOf(chunk, encoding);
    this.#send();
    const wasFull = this.#phase === "full";
    if (!wasFull) answered(callback);
    else if (callback !== void 0) this.#callbacks.push(callback);
    this.#held.push(() => Reflect.apply(this.#original.write, this.#res, [bytes, wasFull ? callback : void 0]));
    return this.#add(bytes);
  }
  #end(chunk, encoding, callback) {
    if (this.#phase === "dropping" || this.#ended) {
      if (callback !== void 0) this.#res.once("finish", callback);
      return;
    }
    const bytes = chunk === void 0 ? void 0 : bytesOf(chunk, encoding);
    if (bytes === void 0) this.#begin();
    else {
      this.#send();
      this.#add(bytes);
    }
    this.#ended = true;
    if (callback !== void 0) this.#callbacks.push(callback);
    Object.defineProperty(this.#res, "writableEnded", { configurable: true, value: true });
    this.#held.push(() =>
      Reflect.apply(this.#original.end, this.#res, bytes === void 0 ? [callback] : [bytes, callback]),
    );
    this.#settle(Buffer2.concat(this.#chunks, this.#length));
  }
  /** The head that is written by writing a body. By way of the response, so that whoever listens there has its say. */
  #begin() {
    if (!this.#begun) this.#res.writeHead(this.#res.statusCode);
  }
  /** What makes Node send a head. With that of a stream of events there is no end to wait for. */
  #send() {
    this.#begin();
    if (this.#phase === "holding" && isEventStream(this.#res.getHeader(header.contentType))) this.#fill();
  }
  /** Nothing more of this response is kept; only its head is of interest. */
  #fill() {
    this.#settle(void 0);
    this.#phase = "full";
  }
  #writeHead(status, message, headers) {
    if (this.#begun) {
      throw Object.assign(new Error("Cannot write headers after they are sent to the client"), {
        code: "ERR_HTTP_HEADERS_SENT",
      });
    }
    if (typeof message === "string") applyHead(this.#res, status, message, headers);
    else applyHead(this.#res, status, void 0, headers ?? headersOf(message));
    this.#begun = true;
    Reflect.set(this.#res, "_header", HELD_HEAD);
  }
  /** Counts bytes; answers whether more may come. */
  #add(bytes) {
    if (this.#phase === "full" || this.#ended) return false;
    this.#chunks.push(bytes);
    this.#length += bytes.byteLength;
    if (this.#length <= this.#maxBytes) return true;
    this.#fill();
    return false;
  }
  #settle(body) {
    this.#resolve({
      status: this.#res.statusCode,
      headers: headerLinesOf(this.#res.getHeaders()),
      body,
      ...this.#noted,
    });
  }
  #fail(error) {
    this.#reject(this.#noted === void 0 ? error : this.#noted.error);
  }
  #uncover() {
    if (this.#begun) Reflect.set(this.#res, "_header", null);
    Reflect.deleteProperty(this.#res, "writableEnded");
    if (this.#lost !== void 0) this.#setConnection(true, this.#lost.socket);
  }
  #forget() {
    this.#held = [];
    this.#callbacks = [];
    this.#chunks = [];
  }
  #tellClosed() {
    if (this.#lost === void 0) return;
    this.#lost = void 0;
    this.#original.emit.call(this.#res, "close");
  }
};
function isStream(source) {
  return typeof source === "object" && source !== null && "once" in source && "readableEnded" in source;
}

// ../../packages/http/src/node/request.ts
import { Buffer as Buffer3 } from "buffer";

var contentLength = header.contentLength.toLowerCase();
var contentType = header.contentType.toLowerCase();
var transferEncoding = header.transferEncoding.toLowerCase();
function headerLines(req, name) {
  if (req.headers[name] === void 0) return void 0;
  const { rawHeaders } = req;
  const lines = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const given = rawHeaders[index];
    if (given?.length === name.length && given.toLowerCase() === name) lines.push(rawHeaders[index + 1] ?? "");
  }
  return lines.length === 0 ? req.headers[name] : lines;
}
async function requestBody(req, maxBytes, left = req) {
  if (!hasBody(req)) return void 0;
  if (lengthOf(req) > maxBytes) return tooLarge(req);
  if (!req.readableDidRead) return readAndPutBack(req, maxBytes);
  const { body, rawBody } = left;
  if (typeof rawBody === "string" || rawBody instanceof Uint8Array) return { decoded: rawBody };
  if (!req.readableEnded || body === void 0) return notKept;
  if (typeof body === "string" || body instanceof Uint8Array) return { decoded: body };
  const type = String(req.headers[contentType]).toLowerCase();
  if (type.startsWith(multipartPrefix)) {
    return {
      lost: "the request's multipart body was parsed and its files are not in req.body, so two uploads could be taken for one; put the idempotency check before the parser, or say by fingerprint.select what counts",
    };
  }
  return isPlaceholder(body, type) ? notKept : { parsed: body };
}
var notKept = {
  lost: "the request's body was read and not kept, so a retry could not be recognised; put the idempotency check before whatever reads it, or let that leave req.rawBody or req.body, or say by fingerprint.select what counts",
};
function isPlaceholder(body, type) {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return false;
  return Object.keys(body).length === 0 && !/json|x-www-form-urlencoded/.test(type);
}
function hasBody(req) {
  return req.headers[transferEncoding] !== void 0 || lengthOf(req) > 0;
}
function lengthOf(req) {
  return Number(req.headers[contentLength] ?? 0);
}
function readAndPutBack(req, maxBytes) {
  if (req.readableEncoding !== null) {
    throw new TypeError(
      "req.setEncoding() was called before the idempotency check, which needs the bytes; call it later",
    );
  }
  if (req.destroyed) throw aborted();
  return new Promise((resolve, reject) => {
    const chunks = [];
    let length = 0;
    const settle = (then) => {
      req.off("readable", onReadable);
      req.off("error", onGone);
      req.off("close", onGone);
      then();
    };
    const onGone = (cause) => settle(() => reject(aborted(cause)));
    const onReadable = () => {
      while (req.readableLength > 0) {
        const chunk = req.read();
        if (chunk === null) break;
        chunks.push(chunk);
        length += chunk.byteLength;
      }
      if (length > maxBytes) settle(() => resolve(tooLarge(req)));
      else if (hasArrived(req)) settle(() => resolve(putBack(req, Buffer3.concat(chunks, length))));
    };
    if (hasArrived(req)) onReadable();
    else req.on("readable", onReadable).once("error", onGone).once("close", onGone);
  });
}
function hasArrived(req) {
  const { complete, _readableState: state } = req;
  if (typeof complete === "boolean") return complete;
  return typeof state === "object" && state !== null && "ended" in state && state.ended === true;
}
function putBack(req, bytes) {
  if (bytes.byteLength > 0) req.unshift(bytes);
  return bytes;
}
function tooLarge(req) {
  req.resume();
  return "too-large";
}
function aborted(cause) {
  return Object.assign(new Error("the client hung up before its request was complete", { cause }), {
    code: "ECONNABORTED",
    status: abortedStatus,
    expose: false,
  });
}

export { HeldResponse, headerLines, headerLinesOf, requestBody, valuesByName, withEarlier, writeResponse };
