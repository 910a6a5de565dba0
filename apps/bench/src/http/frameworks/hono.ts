import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { idempotency } from "@oncekey/hono";
import { Hono } from "hono";
import type { Framework } from "../contender.js";
import { type App, byHand, oncekey, unprotected } from "../contenders.js";
import { ACCOUNT_HEADER, JSON_TYPE, KEY_HEADER, PATH } from "../request.js";
import { versionOf } from "../versions.js";
import { listening } from "./listen.js";

export const hono: Framework = {
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
          const order: unknown = JSON.parse(text);
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
    ...oncekey((options, charge) => {
      const idem = idempotency({ ...options, scope: (c) => c.req.header(ACCOUNT_HEADER) });
      return start(new Hono().post(PATH, idem, async (c) => c.json(charge(await c.req.json()), 201)));
    }),
  ],
};

function start(app: Hono): Promise<App> {
  return listening(createServer(getRequestListener(app.fetch)));
}
