import { versionOf } from "./chunk-5FRH7Y7O.js";
import {
  byHand,
  captureResponse,
  createGuard,
  incomingRequest,
  oncekey,
  toResponse,
  unprotected,
} from "./chunk-BNMYRHDE.js";
import { listening } from "./chunk-NGQ4QNQS.js";
import "./chunk-CTAJ23BL.js";
import { getRequestListener } from "@hono/node-server";

// src/http/frameworks/hono.ts
import { createServer } from "http";
import { ACCOUNT_HEADER, JSON_TYPE, KEY_HEADER, PATH } from "./chunk-4RZPWTC5.js";

// ../../packages/bindings/hono/src/incoming.ts
function incomingOf(c) {
  const incoming = incomingRequest(c.req.raw, c);
  if (!c.req.raw.bodyUsed) return incoming;
  let contentType = null;
  return {
    ...incoming,
    lines: (name) => (name === "content-type" && contentType !== null ? contentType : incoming.lines(name)),
    bodyWasRead: true,
    readBody: async () => {
      const { form, body } = await bodyRead(c.req.bodyCache);
      contentType = form?.headers.get("content-type") ?? null;
      return form === void 0 ? body : { decoded: new Uint8Array(await form.arrayBuffer()) };
    },
  };
}
async function bodyRead(cache) {
  const { arrayBuffer, blob, text, json, formData } = cache;
  if (arrayBuffer !== void 0) return { body: new Uint8Array(await arrayBuffer) };
  if (blob !== void 0) return { body: new Uint8Array(await (await blob).arrayBuffer()) };
  if (text !== void 0) return { body: { decoded: await text } };
  if (json !== void 0) return { body: { parsed: await json } };
  if (formData !== void 0) return { form: new Response(await formData) };
  return { body: { lost } };
}
var lost =
  "the request's body was read past c.req and not kept, so a retry could not be recognised; put the idempotency check before whatever reads c.req.raw, or read through c.req, or say by fingerprint.select what counts";

// ../../packages/bindings/hono/src/idempotency.ts
function idempotency(options) {
  return middlewareOf(createGuard(options));
}
function middlewareOf(guard) {
  const middleware = async (c, next) => {
    if (!guard.covers(c.req.method)) return next();
    if (c.get("idempotency") !== void 0) {
      throw new TypeError("idempotency() ran twice for one request; protect a route once, and vary it by with()");
    }
    const work = exchange(guard, c, next);
    executionCtxOf(c)?.waitUntil(work.catch(nothing).then(() => guard.idle()));
    await work;
  };
  return Object.assign(middleware, {
    with: (options) => middlewareOf(guard.with(options)),
    close: guard.close.bind(guard),
  });
}
var nothing = () => {};
function executionCtxOf(c) {
  try {
    return c.executionCtx;
  } catch {
    return void 0;
  }
}
async function exchange(guard, c, next) {
  let captured;
  let earlier;
  try {
    const handled = await guard.handle(incomingOf(c), async (attempt) => {
      c.set("idempotency", attempt);
      earlier = c.body(null).headers;
      await next();
      if (!c.finalized) throw new Error("the handler answered nothing; did it forget to return a Response?");
      captured = await captureResponse(c.res, guard.maxResponseBytes);
      return c.error === void 0 ? captured.response : { ...captured.response, error: c.error };
    });
    if (handled.kind === "pass") return await next();
    if (handled.kind === "executed" && captured !== void 0) return answer(c, captured.send());
    captured?.drop();
    answer(c, merged(answerOf(handled, c), earlier ?? c.body(null).headers));
  } catch (error) {
    if (earlier !== void 0) c.res = void 0;
    throw error;
  }
}
function answerOf(handled, c) {
  if (handled.kind === "answer") return handled.response;
  if (handled.kind === "executed") throw new Error("unreachable: an executed handler has a captured response");
  if (handled.answer === void 0) throw handled.error;
  if (handled.error instanceof Error) c.error = handled.error;
  return handled.answer;
}
function answer(c, response) {
  c.res = void 0;
  c.res = response;
}
function merged(response, earlier) {
  const own = new Set(response.headers.map(([name]) => name.toLowerCase()));
  const others = [...earlier].filter(([name]) => !own.has(name));
  return toResponse({ ...response, headers: [...others, ...response.headers] });
}

// src/http/frameworks/hono.ts
import { Hono } from "hono";

var hono = {
  name: "hono",
  title: `Hono ${versionOf("hono")} on Node`,
  atOnce: 32,
  notes: ["With `@hono/node-server`."],
  contenders: [
    unprotected((charge) => start(new Hono().post(PATH, async (c) => c.json(charge(await c.req.json()), 201)))),
    ...byHand((once, charge) =>
      start(
        new Hono().post(PATH, async (c) => {
          const text = await c.req.text();
          const order = JSON.parse(text);
          const asked = {
            account: c.req.header(ACCOUNT_HEADER) ?? "",
            key: c.req.header(KEY_HEADER) ?? "",
            method: c.req.method,
            path: c.req.path,
            order,
            text: () => text,
          };
          const { status, body } = await once(asked, () => charge(order));
          return new Response(body, { status, headers: { "Content-Type": JSON_TYPE } });
        }),
      ),
    ),
    oncekey("Oncekey", (options, charge) => {
      const idem = idempotency({ ...options, scope: (c) => c.req.header(ACCOUNT_HEADER) });
      return start(new Hono().post(PATH, idem, async (c) => c.json(charge(await c.req.json()), 201)));
    }),
  ],
};
function start(app) {
  return listening(createServer(getRequestListener(app.fetch)));
}

export { hono };
