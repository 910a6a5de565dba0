import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lambda, listening, next, type Running, reactRouter, svelteKit } from "./open.js";

const examples: readonly { readonly name: string; readonly path?: string; readonly open: () => Promise<Running> }[] = [
  { name: "express", open: () => listening(() => import("../express/server.js")) },
  { name: "fastify", open: () => listening(() => import("../fastify/server.js")) },
  { name: "koa", open: () => listening(() => import("../koa/server.js")) },
  { name: "hono", open: () => listening(() => import("../hono/server.js")) },
  { name: "nestjs", open: () => listening(() => import("../nestjs/server.js")) },
  { name: "node-http", open: () => listening(() => import("../node-http/server.js")) },
  { name: "next", path: "/api/charges", open: next },
  { name: "react-router", path: "/api/charges", open: reactRouter },
  { name: "sveltekit", open: svelteKit },
  { name: "lambda", open: lambda },
];

/** Some compile first. A limit for what hangs. */
const OPENING_MS = 180_000;

interface Seen {
  readonly status: number;
  readonly body: string;
  readonly replayed: boolean;
}

describe.each(examples.map((example) => [example.name, example] as const))(
  "the example %s",
  (_, { path = "/charges", open }) => {
    let example: Running;
    beforeAll(async () => {
      example = await open();
    }, OPENING_MS);
    afterAll(() => example?.close());

    async function charge(key: string | undefined, { amount = 1_000, account = "acct_1" } = {}): Promise<Seen> {
      const response = await example.ask(path, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "x-account": account,
          ...(key !== undefined && { "idempotency-key": key }),
        },
        body: JSON.stringify({ amount }),
      });
      const replayed = response.headers.get("idempotent-replayed") === "true";
      return { status: response.status, body: await response.text(), replayed };
    }

    /** Each run of a handler takes the next number, so this one tells how many there were. */
    async function runsSoFar(): Promise<number> {
      const { status, body } = await charge(randomUUID());
      expect(status).toBe(201);
      return Number(/"ch_(\d+)"/.exec(body)?.[1]);
    }

    it("charges once, and gives the retry the same bytes, marked", async () => {
      const [key, before] = [randomUUID(), await runsSoFar()];
      const [first, retry] = [await charge(key), await charge(key)];
      expect(first).toEqual({ status: 201, body: `{"id":"ch_${before + 1}","amount":1000}`, replayed: false });
      expect(retry).toEqual({ ...first, replayed: true });
      expect(await runsSoFar()).toBe(before + 2);
    });

    it("charges once for ten at once; the others get that answer, or are told to come back", async () => {
      const [key, before] = [randomUUID(), await runsSoFar()];
      const all = await Promise.all(Array.from({ length: 10 }, () => charge(key)));
      const charged = all.filter(({ status, replayed }) => status === 201 && !replayed);
      expect(charged).toHaveLength(1);
      for (const { status, body, replayed } of all) {
        if (status === 201) expect(body).toBe(charged[0]?.body);
        else expect({ status, replayed }).toEqual({ status: 409, replayed: false });
      }
      expect(await runsSoFar()).toBe(before + 2);
    });

    it("refuses another body under a used key, and runs nothing", async () => {
      const [key, before] = [randomUUID(), await runsSoFar()];
      await charge(key);
      const other = await charge(key, { amount: 9_999 });
      expect(other.status).toBe(422);
      expect(JSON.parse(other.body)).toMatchObject({ status: 422, type: expect.stringContaining("#") });
      expect(await runsSoFar()).toBe(before + 2);
    });

    it("refuses a request without a key, and runs nothing", async () => {
      const before = await runsSoFar();
      expect(await charge(undefined)).toMatchObject({ status: 400, replayed: false });
      expect(await runsSoFar()).toBe(before + 1);
    });

    it("keeps two callers with one key apart", async () => {
      const key = randomUUID();
      const [one, other] = [await charge(key, { account: "acct_1" }), await charge(key, { account: "acct_2" })];
      expect([one, other]).toMatchObject([
        { status: 201, replayed: false },
        { status: 201, replayed: false },
      ]);
      expect(other.body).not.toBe(one.body);
    });
  },
);
