import { byHand, createGuard, oncekey, unprotected } from "./chunk-BNMYRHDE.js";
import { HeldResponse, headerLines, requestBody, writeResponse } from "./chunk-DJ73ODDG.js";
import { listening } from "./chunk-NGQ4QNQS.js";
import "./chunk-CTAJ23BL.js";

// src/http/frameworks/node.ts
import { createServer } from "http";
import { ACCOUNT_HEADER, JSON_TYPE, KEY_HEADER } from "./chunk-4RZPWTC5.js";

var nodeHttp = {
  name: "node",
  title: `node:http, Node ${process.versions.node}`,
  atOnce: 32,
  notes: ["Ours is the guard of `@oncekey/http` with the parts of `@oncekey/http/node`, as its README shows."],
  contenders: [
    unprotected((charge) => start((req, res) => handle(req, res, charge))),
    ...byHand((once, charge) => start((req, res) => answerOnce(req, res, once, charge))),
    oncekey("Oncekey", (options, charge) => {
      const protect = protection({ ...options, scope: (req) => req.headers[ACCOUNT_HEADER]?.toString() });
      return start((req, res) => protect(req, res, () => handle(req, res, charge)));
    }),
  ],
};
function start(listener) {
  const server = createServer((req, res) => {
    listener(req, res).catch((error) => res.destroy(error instanceof Error ? error : new Error(String(error))));
  });
  return listening(server);
}
async function handle(req, res, charge) {
  send(res, 201, JSON.stringify(charge(JSON.parse(await textOf(req)))));
}
async function answerOnce(req, res, once, charge) {
  const text = await textOf(req);
  const order = JSON.parse(text);
  const asked = {
    account: req.headers[ACCOUNT_HEADER]?.toString() ?? "",
    key: req.headers[KEY_HEADER]?.toString() ?? "",
    method: req.method ?? "",
    path: req.url ?? "",
    order,
    text: () => text,
  };
  const { status, body } = await once(asked, () => charge(order));
  send(res, status, body);
}
function textOf(req) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    req.on("data", (chunk) => chunks.push(chunk));
    req.on("end", () => resolve(Buffer.concat(chunks).toString()));
    req.on("error", reject);
  });
}
function send(res, status, body) {
  res.writeHead(status, { "content-type": JSON_TYPE, "content-length": Buffer.byteLength(body) }).end(body);
}
function protection(options) {
  const guard = createGuard(options);
  return async (req, res, handler) => {
    let held;
    const incoming = {
      request: req,
      method: req.method ?? "GET",
      target: req.url ?? "/",
      lines: (name) => headerLines(req, name),
      bodyWasRead: req.readableDidRead,
      readBody: (maxBytes) => requestBody(req, maxBytes),
    };
    const handled = await guard.handle(incoming, (attempt) => {
      Reflect.set(req, "idempotency", attempt);
      held = new HeldResponse(res, guard.maxResponseBytes);
      handler().catch((error) => res.destroy(error instanceof Error ? error : new Error(String(error))));
      return held.captured;
    });
    if (handled.kind === "executed") held?.release();
    else if (handled.kind === "answer" && held === void 0) writeResponse(res, handled.response);
    else throw new Error(`The request ended as ${handled.kind}.`);
  };
}

export { nodeHttp };
