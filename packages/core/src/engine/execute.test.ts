import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { describe, expect, it } from "vitest";
import { settled } from "../../test/manual-clock.js";
import { latch, op, otherPayload, types, World } from "../../test/world.js";
import { createOncekey, MemoryStore, NotExecutedError, type OutcomeClass, type Policy, recordId } from "../index.js";

describe("execute", () => {
  it("runs once, and replays the value to every retry", async () => {
    const { oncekey, events, store } = new World().node();
    let runs = 0;
    const first = await oncekey.execute(op, async () => ({ charge: ++runs }));
    const retry = await oncekey.execute(op, async () => ({ charge: ++runs }));
    expect(first).toEqual({ outcome: "executed", value: { charge: 1 }, stored: true, attempt: 1 });
    expect(retry).toEqual({ outcome: "replayed", value: { charge: 1 }, attempt: 1 });
    expect(events.map(({ type }) => type)).toEqual(["started", "completed", "replayed"]);
    expect(store.calls.map(({ op }) => op)).toEqual(["create", "replace", "create"]);
  });

  it("keeps the keys of scopes and namespaces apart", async () => {
    const world = new World();
    const { oncekey } = world.node();
    const runs: string[] = [];
    const run = (scope: string) => oncekey.execute({ ...op, scope }, async () => void runs.push(scope));
    await run("acct_1");
    await run("acct_2");
    await world.node({ namespace: "other" }).oncekey.execute(op, async () => void runs.push("other"));
    expect(runs).toEqual(["acct_1", "acct_2", "other"]);
  });

  it("tells a duplicate that the first run is under way, and how long its lease is", async () => {
    const world = new World();
    const { oncekey } = world.node();
    const running = latch<string>();
    const first = oncekey.execute(op, () => running.promise);
    await world.clock.advance(15_000);
    expect(await oncekey.execute(op, async () => "second")).toEqual({ outcome: "in-progress", leaseLeftMs: 45_000 });
    running.open("first");
    expect(await first).toMatchObject({ outcome: "executed", value: "first" });
  });

  it("says mismatch before it says in progress", async () => {
    const { oncekey } = new World().node();
    const running = latch<string>();
    const first = oncekey.execute(op, () => running.promise);
    await settled();
    expect(await oncekey.execute(otherPayload, async () => "x")).toEqual({ outcome: "mismatch" });
    running.open("first");
    await first;
    expect(await oncekey.execute(otherPayload, async () => "x")).toEqual({ outcome: "mismatch" });
  });

  it("accepts a record under an older secret, and one of another scheme", async () => {
    const { oncekey } = new World().node();
    await oncekey.execute({ ...op, fingerprint: "h1:old" }, async () => 1);
    const rotated = { ...op, fingerprint: { value: "h1:new", alternates: ["h1:old"] } };
    expect(await oncekey.execute(rotated, async () => 2)).toMatchObject({ outcome: "replayed", value: 1 });
    expect(await oncekey.execute(op, async () => 2)).toMatchObject({ outcome: "replayed", value: 1 });
    expect(await oncekey.execute({ ...op, fingerprint: "h1:new" }, async () => 2)).toEqual({ outcome: "mismatch" });
  });

  it("runs again after retention is over", async () => {
    const world = new World();
    const { oncekey } = world.node({ retentionMs: 60_000, leaseMs: 10_000 });
    await oncekey.execute(op, async () => 1);
    await world.clock.advance(59_999);
    expect(await oncekey.execute(op, async () => 2)).toMatchObject({ outcome: "replayed", value: 1 });
    await world.clock.advance(1);
    expect(await oncekey.execute(op, async () => 2)).toMatchObject({ outcome: "executed", value: 2, attempt: 1 });
  });

  it("runs a released key again, with another payload too, and counts the attempt", async () => {
    const { oncekey } = new World().node();
    const boom = new Error("boom");
    expect(await oncekey.execute(op, () => Promise.reject(boom))).toEqual({
      outcome: "threw",
      error: boom,
      stored: false,
      attempt: 1,
    });
    expect(await oncekey.execute(otherPayload, async () => 2)).toMatchObject({ outcome: "executed", attempt: 2 });
    expect(await oncekey.execute(op, async () => 3)).toEqual({ outcome: "mismatch" });
  });

  it("gives the handler its number, its id, a signal and derived keys that stay the same over attempts", async () => {
    const { oncekey } = new World().node();
    const seen: unknown[] = [];
    for (const fail of [true, false]) {
      await oncekey.execute(op, async (attempt) => {
        seen.push([attempt.number, attempt.id, attempt.signal.aborted, attempt.deriveKey("charge")]);
        if (fail) throw new Error("again");
      });
    }
    const id = recordId("default", op.scope, op.key);
    const [first, second] = seen as [unknown[], unknown[]];
    expect(first.slice(0, 3)).toEqual([1, id, false]);
    expect(second.slice(0, 3)).toEqual([2, id, false]);
    expect(first[3]).toBe(second[3]);
  });

  it("waits for the running attempt where asked to, then replays", async () => {
    const world = new World();
    const { oncekey } = world.node();
    const waiting = oncekey.with({ waitMs: 5_000 });
    const running = latch<string>();
    const first = oncekey.execute(op, () => running.promise);
    await settled();
    const second = waiting.execute(op, async () => "second");
    await world.clock.advance(1_000);
    running.open("first");
    await first;
    await world.clock.advance(1_000);
    expect(await second).toMatchObject({ outcome: "replayed", value: "first" });
  });

  it("stops waiting after waitMs, and runs itself if the first run was released", async () => {
    const world = new World();
    const { oncekey } = world.node();
    const waiting = oncekey.with({ waitMs: 5_000 });
    const running = latch<string>();
    const first = oncekey.execute(op, () => running.promise);
    await settled();
    const late = waiting.execute(op, async () => "late");
    await world.clock.advance(5_000);
    expect(await late).toMatchObject({ outcome: "in-progress" });
    const heir = waiting.execute(op, async () => "heir");
    await world.clock.advance(100);
    running.fail(new Error("released"));
    await first;
    await world.clock.advance(1_000);
    expect(await heir).toMatchObject({ outcome: "executed", value: "heir", attempt: 2 });
  });

  it("completes without the bytes what JSON cannot hold, and still gives the caller its value", async () => {
    const { oncekey, events } = new World().node();
    expect(await oncekey.execute(op, async () => 1n)).toMatchObject({ outcome: "executed", value: 1n, stored: true });
    expect(events.map(({ type }) => type)).toEqual(["started", "result-omitted", "completed"]);
    expect(await oncekey.execute(op, async () => 2n)).toMatchObject({ outcome: "result-unavailable" });
  });

  it("derives engines with other settings that share the store", async () => {
    const { oncekey } = new World().node();
    await oncekey.execute(op, async () => "stored by one");
    expect(await oncekey.with({ policy: "at-most-once" }).execute(op, async () => "x")).toMatchObject({
      outcome: "replayed",
      value: "stored by one",
    });
  });

  it("closes: refuses new operations and waits for running ones", async () => {
    const world = new World();
    const { oncekey } = world.node();
    const running = latch<string>();
    const first = oncekey.execute(op, () => running.promise);
    await settled();
    const closed = oncekey.close();
    await expect(oncekey.execute(op, async () => 1)).rejects.toMatchObject({ code: "CLOSED" });
    running.open("done");
    expect(await first).toMatchObject({ outcome: "executed", stored: true });
    expect(await closed).toEqual({ unfinished: 0 });
  });

  it("tells when nothing runs any more, and takes new operations meanwhile", async () => {
    const world = new World();
    const { oncekey } = world.node();
    const running = latch<string>();
    const first = oncekey.execute(op, () => running.promise);
    await settled();
    const soon = oncekey.idle({ timeoutMs: 1_000 });
    await world.clock.advance(1_000);
    expect(await soon).toEqual({ unfinished: 1 });
    const idle = oncekey.idle();
    expect(await oncekey.execute({ ...op, key: "other" }, async () => 1)).toMatchObject({ outcome: "executed" });
    running.open("done");
    expect(await idle).toEqual({ unfinished: 0 });
    expect(await first).toMatchObject({ outcome: "executed", stored: true });
  });

  it("closes in time even if a handler never ends", async () => {
    const world = new World();
    const { oncekey } = world.node();
    void oncekey.execute(op, () => new Promise(() => {}));
    const closed = oncekey.close({ timeoutMs: 1_000 });
    await world.clock.advance(1_000);
    expect(await closed).toEqual({ unfinished: 1 });
  });

  it("is not disturbed by a listener that throws", async () => {
    const world = new World();
    const node = world.node();
    const noisy = createOncekey({
      store: node.store,
      clock: world.clock,
      on: () => {
        throw new Error("metrics are down");
      },
    });
    expect(await noisy.execute(op, async () => 1)).toMatchObject({ outcome: "executed", stored: true });
  });

  it("is not disturbed by a listener whose promise rejects, and says so on the channel", async () => {
    const error = new Error("metrics are down");
    const heard: unknown[] = [];
    const hear = (message: unknown) => heard.push(message);
    subscribe("oncekey", hear);
    const listening = createOncekey({ store: new MemoryStore(), on: () => Promise.reject(error) });
    expect(await listening.execute(op, async () => 1)).toMatchObject({ outcome: "executed", stored: true });
    await settled();
    unsubscribe("oncekey", hear);
    expect(heard).toContainEqual({ type: "listener-failed", error });
  });
});

describe("policies", () => {
  const classes: readonly OutcomeClass[] = ["success", "rejected", "transient", "failed", "thrown", "not-executed"];
  const stored: Record<string, readonly OutcomeClass[]> = {
    retryable: ["success", "rejected"],
    "at-most-once": ["success", "rejected", "failed", "thrown"],
    "success-only": ["success"],
  };

  for (const [name, kept] of Object.entries(stored)) {
    it(`${name} stores ${kept.join(", ")} and releases the rest`, async () => {
      for (const outcome of classes) {
        const { oncekey } = new World().node({ policy: name as Policy });
        const codec = {
          classify: () => outcome,
          encode: () => Uint8Array.of(1),
          decode: () => ({ ok: true, value: "kept" }) as const,
        };
        await oncekey.execute(op, async () => "own", codec);
        const retry = await oncekey.execute(op, async () => "again", codec);
        expect([outcome, retry.outcome]).toEqual([outcome, kept.includes(outcome) ? "replayed" : "executed"]);
      }
    });
  }

  it("takes a function, and stores what it fails to judge", async () => {
    const world = new World();
    const picky = world.node({ policy: (outcome) => (outcome === "thrown" ? "store" : "release") });
    await picky.oncekey.execute(op, async () => "released");
    expect(await picky.oncekey.execute(op, () => Promise.reject(new Error("kept")))).toMatchObject({
      outcome: "threw",
      stored: true,
    });
    expect(await picky.oncekey.execute(op, async () => 1)).toMatchObject({ outcome: "replayed-failure" });

    const broken = world.node({
      policy: () => {
        throw new Error("no idea");
      },
    });
    expect(await broken.oncekey.execute({ ...op, key: "key-2" }, async () => 1)).toMatchObject({ stored: true });
    expect(types(broken)).toEqual(["started", "policy-failed", "completed"]);
  });

  it("never stores what was not executed, whatever the policy says", async () => {
    const { oncekey } = new World().node({ policy: () => "store" });
    await oncekey.execute(op, () => Promise.reject(new NotExecutedError()));
    expect(await oncekey.execute(op, async () => 1)).toMatchObject({ outcome: "executed", attempt: 2 });
  });
});
