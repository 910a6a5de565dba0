import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { protect } from "@oncekey/http/node";
import type { Framework, Services } from "../contender.js";
import { type App, byHand, oncekey, unprotected } from "../contenders.js";
import type { Once } from "../once.js";
import { ACCOUNT_HEADER, JSON_TYPE, KEY_HEADER } from "../request.js";
import { listening } from "./listen.js";

type Charge = Services["charge"];

export const nodeHttp: Framework = {
  name: "node",
  title: `node:http, Node ${process.versions.node}`,
  atOnce: 32,
  notes: ["Ours is `protect` of `@oncekey/http/node`."],
  contenders: [
    unprotected((charge) => start((req, res) => handle(req, res, charge))),
    ...byHand((once, charge) => start((req, res) => answerOnce(req, res, once, charge))),
    ...oncekey((options, charge) => {
      const scope = (req: IncomingMessage) => req.headers[ACCOUNT_HEADER]?.toString();
      return start(protect((req, res) => handle(req, res, charge), { ...options, scope }));
    }),
  ],
};

function start(listener: (req: IncomingMessage, res: ServerResponse) => Promise<void>): Promise<App> {
  const server = createServer((req, res) => {
    listener(req, res).catch((error: unknown) =>
      res.destroy(error instanceof Error ? error : new Error(String(error))),
    );
  });
  return listening(server);
}

async function handle(req: IncomingMessage, res: ServerResponse, charge: Charge): Promise<void> {
  send(res, 201, JSON.stringify(charge(JSON.parse(await textOf(req)))));
}

async function answerOnce(req: IncomingMessage, res: ServerResponse, once: Once, charge: Charge): Promise<void> {
  const text = await textOf(req);
  const order: unknown = JSON.parse(text);
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

function textOf(req: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.on("end", () => resolve(Buffer.concat(chunks).toString()));
    req.on("error", reject);
  });
}

function send(res: ServerResponse, status: number, body: string): void {
  res.writeHead(status, { "content-type": JSON_TYPE, "content-length": Buffer.byteLength(body) }).end(body);
}
