import { idempotency } from "@oncekey/express";
import express5, { type Request, type RequestHandler, type Response } from "express";
import { idempotency as expressIdempotency, getSharedIdempotencyService } from "express-idempotency";
import express4 from "express4";
import { connectAdapter } from "../../stores/peers/express-idempotency.js";
import type { Contender, Framework } from "../contender.js";
import { type App, byHand, oncekey, serving, unprotected } from "../contenders.js";
import { ACCOUNT_HEADER, JSON_TYPE, KEY_HEADER, PATH } from "../request.js";
import { versionOf } from "../versions.js";
import { listening } from "./listen.js";

type Express = typeof express5;

export const onExpress4: Framework = frameworkOf("express4", express4);
export const onExpress5: Framework = frameworkOf("express5", express5);

function frameworkOf(name: string, express: Express): Framework {
  return {
    name,
    title: `Express ${versionOf(name === "express4" ? name : "express")}`,
    atOnce: 32,
    notes: [
      "`express.json()` stands before all of them, as in our README. express-idempotency with its Redis adapter; it answers before its completion is stored.",
    ],
    contenders: [
      unprotected((charge) =>
        start(express, [], (req, res) => {
          res.status(201).json(charge(req.body));
        }),
      ),
      ...byHand((once, charge) =>
        start(express, [], (req, res, next) => {
          once(askedOf(req), () => charge(req.body)).then(
            ({ status, body }) => res.status(status).set("Content-Type", JSON_TYPE).send(body),
            next,
          );
        }),
      ),
      ...oncekey((options, charge) =>
        start(express, [idempotency({ ...options, scope: (req) => req.get(ACCOUNT_HEADER) })], (req, res) => {
          res.status(201).json(charge(req.body));
        }),
      ),
      peer(express),
    ],
  };
}

/** As its manual has it: the handler asks whether it is to run. */
function peer(express: Express): Contender {
  return {
    name: "express-idempotency",
    role: "peer",
    serve: async ({ redisUrl, charge }) => {
      const adapter = await connectAdapter(redisUrl);
      const middleware = expressIdempotency({ dataAdapter: adapter.dataAdapter });
      const service = getSharedIdempotencyService();
      const app = start(express, [middleware], (req: Request, res: Response) => {
        if (!service.isHit(req)) res.status(201).json(charge(req.body));
      });
      return serving(app, adapter.close);
    },
  };
}

function start(express: Express, before: readonly RequestHandler[], handler: RequestHandler): Promise<App> {
  const app = express();
  app.use(express.json());
  app.post(PATH, ...before, handler);
  return listening(app.listen(0, "127.0.0.1"));
}

function askedOf(req: Request) {
  return {
    account: req.get(ACCOUNT_HEADER) ?? "",
    key: req.get(KEY_HEADER) ?? "",
    method: req.method,
    path: req.originalUrl,
    order: req.body,
    text: () => JSON.stringify(req.body),
  };
}
