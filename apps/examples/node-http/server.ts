import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { MemoryStore } from "@oncekey/core";
import { protect } from "@oncekey/http/node";

const charges: { id: string; amount: number }[] = []; // stands for your database

const createCharge = protect(
  async (req, res) => {
    const { amount } = Object(await json(req));
    const charge = { id: `ch_${charges.length + 1}`, amount };
    charges.push(charge);
    res.writeHead(201, { "content-type": "application/json" }).end(JSON.stringify(charge));
  },
  {
    store: new MemoryStore(), // one process; a database elsewhere
    scope: (req) => req.headers["x-account"]?.toString(), // the caller, as your authentication knows it
  },
);

export const server = createServer((req, res) => {
  if (req.url !== "/charges") return res.writeHead(404).end();
  return createCharge(req, res).catch((error: unknown) => {
    console.error(error);
    if (res.headersSent) res.destroy();
    else res.writeHead(500).end();
  });
}).listen(process.env["PORT"] ?? 3000);
