import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDatabase } from "@oncekey/services";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Demo, startDemo } from "../src/demo.js";
import { type Asked, billedFor, get, newKey, post, postUntilAnswered } from "./requests.js";

const databases = [
  { name: "PGlite in a folder", databaseUrl: async () => undefined },
  { name: "a Postgres server", databaseUrl: () => createDatabase() },
];

describe.each(databases)("the API on $name", ({ databaseUrl }) => {
  let folder: string;
  let demo: Demo;
  let url: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "oncekey-demo-"));
    demo = await startDemo({ port: 0, host: "127.0.0.1", dataFolder: folder, databaseUrl: await databaseUrl() });
    url = demo.url;
  });

  afterAll(async () => {
    await demo?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("answers 201 with the session, which can be read where Location says", async () => {
    const created = await post(url, { key: newKey(), person: "ann" });
    expect(created.status).toBe(201);
    expect(created.json).toMatchObject({ status: "not_started", workflow_id: "kyc", vendor_data: "ann" });
    expect(Object.keys(created.json)).toEqual(
      expect.arrayContaining(["id", "status", "url", "vendor_data", "workflow_id", "created_at"]),
    );
    const location = created.headers.get("location") ?? "";
    expect(location).toBe(`/v3/session/${created.json["id"]}`);
    expect((await get(url, location)).text).toBe(created.text);
  });

  it("shows a session to no other account", async () => {
    const { headers } = await post(url, { key: newKey() });
    const other = await get(url, headers.get("location") ?? "", "demo-globex");
    expect([other.status, other.headers.get("content-type")]).toEqual([404, "application/problem+json; charset=utf-8"]);
  });

  it("answers a retry with the first answer, byte for byte, and bills once", async () => {
    const asked = { key: newKey(), person: newKey() };
    const first = await post(url, asked);
    const second = await post(url, asked);
    expect([second.status, second.text]).toEqual([201, first.text]);
    expect(second.headers.get("location")).toBe(first.headers.get("location"));
    expect([first, second].map(({ headers }) => headers.get("idempotent-replayed"))).toEqual([null, "true"]);
    expect(await billedFor(url, asked.person)).toBe(1);
  });

  it("lists each billed check with its session", async () => {
    const person = newKey();
    const { json: session } = await post(url, { key: newKey(), person });
    const { json: ledger } = await get(url, `/v3/ledger?vendor_data=${person}`);
    const entry = { vendor_data: person, session_id: session["id"], check_id: expect.stringMatching(/^chk_/) };
    expect(ledger).toMatchObject({ account: "demo-acme", billed: 1, entries: [entry] });
  });

  it("keeps one key of two accounts apart", async () => {
    const asked = { key: newKey(), person: newKey() };
    const ours = await post(url, asked);
    const theirs = await post(url, { ...asked, account: "demo-globex" });
    expect([ours.status, theirs.status]).toEqual([201, 201]);
    expect(theirs.json["id"]).not.toBe(ours.json["id"]);
    expect(await billedFor(url, asked.person, "demo-acme")).toBe(1);
    expect(await billedFor(url, asked.person, "demo-globex")).toBe(1);
  });

  it("refuses a key that comes with another request", async () => {
    const key = newKey();
    await post(url, { key, person: "ann" });
    expect((await post(url, { key, person: "ben" })).status).toBe(422);
  });

  it("bills once for a crowd, and gives everyone the same answer", async () => {
    const asked = { key: newKey(), person: newKey() };
    const answers = await Promise.all(Array.from({ length: 20 }, () => postUntilAnswered(url, asked)));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(201);
    expect(await billedFor(url, asked.person)).toBe(1);
  });

  it("releases a key whose run failed before billing, and fails no second time", async () => {
    const asked = { key: newKey(), person: newKey(), headers: { "x-demo-fault": "error-500" } };
    expect((await post(url, asked)).status).toBe(500);
    expect(await billedFor(url, asked.person)).toBe(0);
    const retry = await post(url, asked);
    expect([retry.status, retry.headers.get("idempotent-replayed")]).toEqual([201, null]);
    expect(await billedFor(url, asked.person)).toBe(1);
  });

  it("loses an answer that is stored already, and replays it to the retry", async () => {
    const asked = { key: newKey(), person: newKey(), headers: { "x-demo-fault": "lose-response" } };
    await expect(post(url, asked)).rejects.toThrow("fetch failed");
    expect(await billedFor(url, asked.person)).toBe(1);
    const retry = await post(url, asked);
    expect([retry.status, retry.headers.get("idempotent-replayed")]).toEqual([201, "true"]);
    expect(await billedFor(url, asked.person)).toBe(1);
  });

  it("does not count fault headers as part of the request", async () => {
    const asked = { key: newKey(), person: newKey() };
    await post(url, { ...asked, headers: { "x-demo-latency-ms": "10" } });
    expect((await post(url, asked)).headers.get("idempotent-replayed")).toBe("true");
  });

  it("tells a second request to come back while the first one runs", async () => {
    const asked = { key: newKey(), headers: { "x-demo-latency-ms": "1500" } };
    const first = post(url, asked);
    await expect.poll(async () => (await get(url, `/demo/record?key=${asked.key}`)).json["state"]).toBe("in-progress");
    const second = await post(url, asked);
    expect([second.status, second.headers.get("retry-after")]).toEqual([409, "1"]);
    expect((await first).status).toBe(201);
  });

  const refused: readonly [string, Asked, number, RegExp][] = [
    ["no Idempotency-Key", { key: undefined }, 400, /Idempotency-Key/],
    ["an unknown account", { key: "k", account: "demo-nobody" }, 401, /x-api-key/],
    ["a body that is not JSON", { key: "k", body: '{"workflow_id":' }, 400, /not JSON/],
    ["a body that is no object", { key: "k", body: "[]" }, 400, /JSON object/],
    ["another kind of body", { key: "k", headers: { "content-type": "text/plain" } }, 400, /application\/json/],
    ["missing members", { key: "k", body: "{}" }, 400, /workflow_id is missing; vendor_data is missing/],
    [
      "a number for a text",
      { key: "k", body: '{"workflow_id":"a","vendor_data":1}' },
      400,
      /vendor_data must be a str/,
    ],
    ["a blank text", { key: "k", body: '{"workflow_id":" ","vendor_data":"a"}' }, 400, /workflow_id must not be blank/],
    ["a text too long", { key: "k", person: "x".repeat(256) }, 400, /at most 255/],
    ["half a character", { key: "k", person: "\ud800" }, 400, /surrogate/],
    [
      "a callback that is no URL",
      { key: "k", body: '{"workflow_id":"a","vendor_data":"b","callback":"x"}' },
      400,
      /callback/,
    ],
    ["a body too large", { key: "k", person: "x".repeat(200_000) }, 413, /too large/],
    ["an unknown fault", { key: "k", headers: { "x-demo-fault": "fire" } }, 400, /lose-response/],
    ["too long a wait", { key: "k", headers: { "x-demo-latency-ms": "15001" } }, 400, /15000/],
    ["a wait that is no number", { key: "k", headers: { "x-demo-latency-ms": "-1" } }, 400, /whole number/],
  ];
  it.each(refused)("refuses %s", async (_, asked, status, detail) => {
    const answer = await post(url, asked);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([
      status,
      expect.stringMatching(/^application\/problem\+json/),
    ]);
    expect(answer.json["status"]).toBe(status);
    expect(`${answer.json["title"]} ${answer.json["detail"]}`).toMatch(detail);
  });

  it("says that it is well, and where there is nothing", async () => {
    expect((await get(url, "/healthz")).json).toEqual({ status: "ok" });
    expect((await get(url, "/v4/session")).status).toBe(404);
  });

  it("serves the page under a policy that loads nothing from elsewhere", async () => {
    const page = await get(url, "/");
    expect(page.headers.get("content-security-policy")).toMatch(/default-src 'none'/);
    expect(page.text).not.toMatch(/(?:src|href)="https?:/);
  });
});
