import { readUpTo, resume } from "./byte-stream.js";
import { hasNullBody, header, isEventStream } from "./protocol.js";
import type { CapturedResponse, CompleteResponse, HeaderLine } from "./response.js";

/** A handler's Response, held back until it is stored. */
export interface Captured {
  readonly response: CapturedResponse;
  /** The Response to send; called once, or not at all. */
  send(): Response;
  /** Tells the handler's stream that nobody wants the rest. */
  drop(): void;
}

const utf8 = new TextEncoder();
const NO_BYTES = new Uint8Array(0);
const contentType = /* @__PURE__ */ header.contentType.toLowerCase();
const nothing = () => {};

/**
 * Reads a Response to its end, or until it is larger than may be kept; rejects where its stream fails. A stream of events
 * is not read: it may have no end, and each event is for now.
 */
export async function captureResponse(response: Response, maxBytes: number): Promise<Captured> {
  const head = headOf(response);
  const hasEvents = isEventStream(response.headers.get(header.contentType));
  const light = hasEvents ? undefined : lightBody(response);
  if (light !== undefined) {
    const body = typeof light === "string" ? utf8.encode(light) : light;
    const kept = body.byteLength > maxBytes ? undefined : body;
    return { response: { ...head, body: kept }, send: () => response, drop: nothing };
  }
  if (response.body === null) {
    return { response: { ...head, body: NO_BYTES }, send: () => response, drop: nothing };
  }
  const { body: stream } = response;
  if (hasEvents) {
    const drop = () => void stream.cancel().catch(nothing);
    return { response: { ...head, body: undefined }, send: () => response, drop };
  }
  const beginning = await readUpTo(stream, maxBytes);
  // Made from the response itself: on Workers it also knows whether its bytes are coded already (`encodeBody`).
  const send = (body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>) => new Response(body, response);
  if (beginning.whole) {
    const body = plainBytes(beginning.bytes);
    return { response: { ...head, body }, send: () => send(body), drop: nothing };
  }
  return {
    response: { ...head, body: undefined },
    send: () => send(resume(beginning)),
    // The answer does not depend on how the handler's stream takes it.
    drop: () => void beginning.reader.cancel().catch(nothing),
  };
}

/**
 * The body of a light Response of `@hono/node-server`, which makes a real one, with a stream, where anybody asks it for its
 * body. It is what that server will write: it lies beside the very headers that the Response answers with.
 */
function lightBody(response: Response): Uint8Array | string | undefined {
  const key = Object.getOwnPropertySymbols(response).find(({ description }) => description === "cache");
  const cache: unknown = key && Reflect.get(response, key);
  if (!Array.isArray(cache) || cache[0] !== response.status || cache[2] !== response.headers) return undefined;
  const body: unknown = cache[1];
  if (body === null) return NO_BYTES;
  return typeof body === "string" || body instanceof Uint8Array ? body : undefined;
}

/** A stored or protocol answer as a Response. */
export function toResponse({ status, headers, body }: CompleteResponse): Response {
  // Some servers name a type for a body of no bytes, and an answer without a body had none.
  const none = hasNullBody(status) || body.byteLength === 0;
  return new Response(none ? null : plainBytes(body), { status, headers: headersInit(headers) });
}

/**
 * As an object, which costs least everywhere, unless a name repeats. Not where there is no type: some servers name one for
 * what they are given as Headers only, and the first answer was.
 */
function headersInit(lines: readonly HeaderLine[]): Record<string, string> | Headers {
  const byName = new Map(lines.map(([name, value]) => [name.toLowerCase(), value]));
  if (byName.size === lines.length && byName.has(contentType)) return Object.fromEntries(byName);
  const headers = new Headers();
  for (const [name, value] of lines) headers.append(name, value);
  return headers;
}

function headOf(response: Response): Omit<CapturedResponse, "body"> {
  const given: unknown = response;
  if (typeof given !== "object" || given === null || !("headers" in given) || !("status" in given)) {
    throw new TypeError(`the handler answered ${String(given)}, which is not a Response`);
  }
  return { status: response.status, headers: [...response.headers] };
}

/** Responses take bytes of an ordinary buffer only; others (shared memory) are copied. */
function plainBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = bytes;
  return buffer instanceof ArrayBuffer ? new Uint8Array(buffer, byteOffset, byteLength) : Uint8Array.from(bytes);
}
