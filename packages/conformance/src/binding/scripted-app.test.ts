import { MemoryStore } from "@oncekey/core";
import { expect, it } from "vitest";
import { present } from "../expect.js";
import { ScriptedApp, type VisitRequest } from "./scripted-app.js";

const lease = { state: "in-progress", fingerprint: "f", attempt: 1, leaseMs: 1_000 } as const;
const done = { state: "completed", fingerprint: "f", attempt: 1, result: new Uint8Array(1) } as const;

function scenarioOf(app: ScriptedApp, name: string) {
  return present(
    app.scenarios.find((scenario) => scenario.name === name),
    name,
  );
}

function from(token: string, body = ""): VisitRequest {
  return {
    header: (name) => (name === "x-token" ? token : undefined),
    body: async () => new TextEncoder().encode(body),
  };
}

it("counts its runs by token, and numbers JSON answers with them", async () => {
  const app = new ScriptedApp();
  const created = scenarioOf(app, "created");
  await app.visit(created, from("a"));
  const second = await app.visit(created, from("a"));
  await app.visit(created, from("b"));
  expect(second).toMatchObject({ answer: { status: 201, body: { value: { id: "ses_1", execution: 2 } } } });
  expect(app.control("GET", "/control/state?token=a").json).toEqual({
    started: 2,
    finished: 2,
    openAnswers: 0,
    heldClaims: 0,
    heldCompletions: 0,
    shutdown: "none",
  });
  expect(app.control("GET", "/control/state?token=b").json).toMatchObject({ started: 1 });
});

it("holds the handlers of one token until they are released", async () => {
  const app = new ScriptedApp();
  app.control("POST", "/control/hold?token=a");
  const held = app.visit(scenarioOf(app, "created"), from("a"));
  await app.visit(scenarioOf(app, "created"), from("b"));
  expect(app.control("GET", "/control/state?token=a").json).toMatchObject({ started: 1, finished: 0 });
  app.control("POST", "/control/release?token=a");
  await held;
  expect(app.control("GET", "/control/state?token=a").json).toMatchObject({ started: 1, finished: 1 });
});

it("fails in the way the script says", async () => {
  const app = new ScriptedApp();
  expect(() => app.visit(scenarioOf(app, "throws"), from("a"))).toThrow("its script says so");
  await expect(app.visit(scenarioOf(app, "rejects"), from("a"))).rejects.toThrow("its script says so");
  await expect(app.visit(scenarioOf(app, "error-handler"), from("a"))).resolves.toMatchObject({ kind: "error" });
  expect(app.control("GET", "/control/state?token=a").json).toMatchObject({ started: 3 });
});

it("takes the store away and gives it back", async () => {
  const app = new ScriptedApp();
  const store = app.store(new MemoryStore());
  app.control("POST", "/control/store?fault=down");
  await expect(store.create("id", "v1", lease, 60_000)).rejects.toThrow("taken the store away");
  await expect(store.get("id")).rejects.toThrow("taken the store away");
  app.control("POST", "/control/store?fault=none");
  expect(await store.get("id")).toBeUndefined();
});

it("holds completions, and nothing else", async () => {
  const app = new ScriptedApp();
  const store = app.store(new MemoryStore());
  app.control("POST", "/control/store?fault=hold-completions");
  expect(await store.create("id", "v1", lease, 60_000)).toMatchObject({ written: true });
  const completion = store.replace("id", "v1", "v2", done);
  expect(app.control("GET", "/control/state").json).toMatchObject({ heldCompletions: 1 });
  expect(await store.get("id")).toMatchObject({ version: "v1" });
  app.control("POST", "/control/store?fault=none");
  expect(await completion).toMatchObject({ written: true });
  expect(app.control("GET", "/control/state").json).toMatchObject({ heldCompletions: 0 });
});

it("holds claims, and nothing else", async () => {
  const app = new ScriptedApp();
  const store = app.store(new MemoryStore());
  app.control("POST", "/control/store?fault=hold-claims");
  const claim = store.create("id", "v1", lease, 60_000);
  expect(app.control("GET", "/control/state").json).toMatchObject({ heldClaims: 1, heldCompletions: 0 });
  expect(await store.get("id")).toBeUndefined();
  app.control("POST", "/control/store?fault=none");
  expect(await claim).toMatchObject({ written: true });
  expect(app.control("GET", "/control/state").json).toMatchObject({ heldClaims: 0 });
});

it.each([
  ["ended", () => {}],
  ["failed", () => Promise.reject(new Error("the store is away"))],
])("shuts the server down once, in its own way, and tells that it has %s", async (state, ends) => {
  const app = new ScriptedApp();
  const shutdown = () => app.control("GET", "/control/state").json["shutdown"];
  expect(app.control("POST", "/control/shutdown").status).toBe(501);
  let end = () => {};
  let times = 0;
  app.onShutdown(async () => {
    times += 1;
    await new Promise<void>((resolve) => {
      end = resolve;
    });
    await ends();
  });
  expect(shutdown()).toBe("none");
  for (const _ of [1, 2]) expect(app.control("POST", "/control/shutdown").status).toBe(200);
  expect([shutdown(), times]).toEqual(["begun", 1]);
  end();
  await expect.poll(shutdown).toBe(state);
});

it("answers what it does not know with an error", () => {
  const app = new ScriptedApp();
  expect(app.control("POST", "/control/store?fault=fire").status).toBe(400);
  expect(app.control("GET", "/control/nothing").status).toBe(404);
});
