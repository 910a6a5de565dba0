/* A server with Oncekey over Postgres or Redis:  fork("server-child.cjs", [orders]) */
import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import { appendFileSync } from "node:fs";
import { createOncekey, type IdempotencyStore } from "@oncekey/core";
import { idempotency } from "@oncekey/express";
import { PostgresStore } from "@oncekey/postgres";
import { RedisStore } from "@oncekey/redis";
import express, { type ErrorRequestHandler, type Request, type RequestHandler, type Response } from "express";
import { Redis } from "ioredis";
import { Pool } from "pg";
import { at, listen, orders, tell } from "./in-child.js";
import type { LedgerLine, Point, ServerOrders } from "./messages.js";

const { port, database, ledger, isProtected } = orders<ServerOrders>();
const running = new AsyncLocalStorage<string>();

/** What breaks a connection is told to whoever uses it. */
function deaf(): void {}

/** A pool whose connections may die. */
function pool(max: number): Pool {
  const made = new Pool({ connectionString: database, max });
  return made.on("error", deaf).on("connect", (client) => void client.on("error", deaf));
}

// Handlers that wait within their transactions must not keep the store, or other handlers, from a connection.
const [accounts, keys] = [pool(30), pool(16)];
const postgres = new PostgresStore(keys);
const inner = database.startsWith("redis:") ? new RedisStore(new Redis(database).on("error", deaf)) : postgres;

/** The store of the keys, with a point where an answer is stored. */
const store: IdempotencyStore = {
  capabilities: inner.capabilities,
  get: (id) => inner.get(id),
  create: (id, version, record, retentionMs) => inner.create(id, version, record, retentionMs),
  remove: (id, expected) => inner.remove(id, expected),
  async replace(id, expected, version, record, keepMs) {
    const write = await inner.replace(id, expected, version, record, keepMs);
    if (record.state === "completed") await here("stored");
    return write;
  },
};

const oncekey = createOncekey({ store, claimTimeoutMs: 20_000, completionTimeoutMs: 20_000 });
const guard = idempotency({ oncekey, scope: "global", onCompletionFailure: "unknown" });

/** Where the request at hand has come to. */
async function here(point: Point): Promise<void> {
  const operation = running.getStore();
  if (operation !== undefined) await at(operation, point);
}

const arrive: RequestHandler = (req, _res, next) => {
  const operation = req.path.slice(1);
  running.run(operation, () => void at(operation, "arrived").then(() => next()));
};

async function inTransaction(req: Request, res: Response): Promise<void> {
  await here("claimed");
  const client = await accounts.connect();
  let broken: Error | undefined;
  try {
    await client.query("BEGIN");
    const { rows } = await client.query<{ id: number }>("INSERT INTO effects (operation) VALUES ($1) RETURNING id", [
      running.getStore(),
    ]);
    const json = { receipt: String(rows[0]?.id) };
    await here("effected");
    await req.idempotency?.commitWith(postgres.within(client), { status: 201, json });
    await here("completed");
    await client.query("COMMIT");
    await here("stored");
    res.status(201).json(json);
  } catch (error) {
    broken = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    // A connection in doubt is closed, which rolls back what is not committed.
    client.release(broken);
  }
}

async function inLedger(req: Request, res: Response): Promise<void> {
  await here("claimed");
  const receipt = randomUUID();
  const line: LedgerLine = {
    operation: running.getStore() ?? "",
    receipt,
    downstreamKey: req.idempotency?.deriveKey("downstream") ?? receipt,
  };
  appendFileSync(ledger, `${JSON.stringify(line)}\n`);
  await here("effected");
  res.status(201).json({ receipt });
}

const fail: ErrorRequestHandler = (_error, _req, res, _next) => void res.sendStatus(500);
const bare: RequestHandler = (_req, _res, next) => next();
const under = (policy: "retryable" | "at-most-once") => (isProtected ? guard.with({ policy }) : bare);

const app = express();
app.use(arrive);
app.post("/transaction/:name", under("retryable"), inTransaction);
app.post("/at-most-once/:name", under("at-most-once"), inLedger);
app.post("/at-least-once/:name", under("retryable"), inLedger);
app.use(fail);
listen(() => {});
app.listen(port, "127.0.0.1", () => tell({ type: "ready" }));
