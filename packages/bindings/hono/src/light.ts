import type { RequestBody } from "@oncekey/http";
import type { Context, Env } from "hono";

/*
 * `@hono/node-server` gives Hono a light request. The Request, its signal and its stream, which cost more than all the rest
 * of an exchange, are made when somebody asks for more than headers, an address and a body as a whole. So the body is read
 * as a whole, and left where that server looks for one that was read before it came (`rawBody` of Node's request, as some
 * platforms leave it). Where anything is not as it is told here, the request is read the general way.
 */

/** Reads the body of a light request and leaves it whole for the handler; `undefined` where that cannot be done. */
export function readLight<E extends Env>(c: Context<E>, maxBytes: number): Promise<RequestBody> | undefined {
  const incoming = incomingBehind(c);
  const length = Number(c.req.header("content-length"));
  // Of a body of no known length, no more must be read than may be kept.
  if (incoming === undefined || !(length <= maxBytes)) return undefined;
  return length > 0 ? readAndLeave(c, incoming) : Promise.resolve(undefined);
}

/** Whether Node's server called the application: it puts its own request where other platforms have their bindings. */
export function isOnNode(c: Context): boolean {
  const incoming = incomingIn(c);
  return incoming !== undefined && "rawHeaders" in incoming && Array.isArray(incoming.rawHeaders);
}

function incomingIn<E extends Env>(c: Context<E>): object | undefined {
  const env: unknown = c.env;
  if (typeof env !== "object" || env === null || !("incoming" in env)) return undefined;
  const { incoming } = env;
  return typeof incoming === "object" && incoming !== null ? incoming : undefined;
}

/** Node's own request, where the light one holds it as one of its properties, and with it all that it knows. */
function incomingBehind<E extends Env>(c: Context<E>): object | undefined {
  const incoming = incomingIn(c);
  const { raw } = c.req;
  if (incoming === undefined) return undefined;
  return Reflect.ownKeys(raw).some((key) => Reflect.get(raw, key) === incoming) ? incoming : undefined;
}

async function readAndLeave<E extends Env>(c: Context<E>, incoming: object): Promise<Uint8Array> {
  const { raw } = c.req;
  const body = Buffer.from(await secondOf(raw).arrayBuffer());
  if (body.byteLength === 0) return body;
  // What is used now had been made into a Request already, which both of them read.
  if (!raw.bodyUsed) {
    Reflect.set(incoming, "rawBody", body);
    if (looksThere.has(Object.getPrototypeOf(raw)) || (await findsThere(raw, body))) return body;
  }
  const { url, method, headers, signal } = raw;
  c.req.raw = new Request(url, { method, headers, signal, body });
  return body;
}

/**
 * A request that knows what another one knows. That it was read is its own: the other one stays unread. (To inherit from
 * the other one would do too, and takes sixty times as long.)
 */
function secondOf(raw: Request): Request {
  const second: Request = Object.create(Object.getPrototypeOf(raw));
  return Object.assign(second, raw);
}

/** Kinds of requests that were seen to find a body that was left. */
const looksThere = new WeakSet<object>();

async function findsThere(raw: Request, body: Uint8Array): Promise<boolean> {
  const found = await secondOf(raw)
    .arrayBuffer()
    // What is told so is that it looks somewhere else, where nothing is left.
    .catch(() => undefined);
  if (found?.byteLength !== body.byteLength) return false;
  looksThere.add(Object.getPrototypeOf(raw));
  return true;
}
