import { aesGcm, encodeRecord, MemoryStore, type OncekeyOptions } from "@oncekey/core";
import { expect, it } from "vitest";
import { protect } from "./protect.js";

const secret = "4242 4242 4242 4242";
const keys = [{ id: "k1", key: new Uint8Array(32).fill(1) }];

/** A protected handler over a store of its own, as a client sees it and as whoever reads the store does. */
function api(
  options: Partial<OncekeyOptions> & { readonly maxResponseBytes?: number } = {},
  store = new MemoryStore(),
) {
  let runs = 0;
  const handler = protect(
    () => Response.json({ card: secret, run: ++runs }, { status: 201, headers: { location: `/cards/${secret}` } }),
    { seal: aesGcm({ keys }), ...options, store, scope: "global" },
  );
  return {
    store,
    runs: () => runs,
    ask: () =>
      handler(new Request("http://api.example/cards", { method: "POST", headers: { "idempotency-key": "key-1" } })),
    raw: async () => {
      const { entries } = await store.list();
      return Buffer.concat(entries.map(({ stored }) => encodeRecord(stored.record))).toString("latin1");
    },
  };
}

it("replays a sealed response: status, headers and bytes; the store holds none of it in the clear", async () => {
  const { ask, raw, runs } = api();
  const first = await ask();
  const replay = await ask();
  expect(replay.status).toBe(201);
  expect(replay.headers.get("idempotent-replayed")).toBe("true");
  expect(replay.headers.get("location")).toBe(first.headers.get("location"));
  expect(await replay.text()).toBe(await first.text());
  expect(runs()).toBe(1);
  expect(await raw()).not.toMatch(/4242|card|location|json/);
  const open = api({ sealing: "prepare" });
  await open.ask();
  expect(await open.raw()).toMatch(/location:.*4242.*card/s);
});

it("tells the status of a sealed response that was not kept", async () => {
  const { ask, runs } = api({ maxResponseBytes: 8 });
  await ask();
  const retry = await ask();
  expect(await retry.json()).toMatchObject({
    originalStatus: 201,
    type: expect.stringMatching(/response-unavailable$/),
  });
  expect(runs()).toBe(1);
});

it("fails a request whose stored response does not open, and does not run it", async () => {
  const { ask, store } = api();
  await ask();
  const other = api({ seal: aesGcm({ keys: [{ id: "k2", key: new Uint8Array(32).fill(2) }] }) }, store);
  await expect(other.ask()).rejects.toMatchObject({ code: "RECORD_NOT_OPENED" });
  expect(other.runs()).toBe(0);
});
