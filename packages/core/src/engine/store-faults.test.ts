import { describe, expect, it } from "vitest";
import { settled } from "../../test/manual-clock.js";
import { latch, op, types, World } from "../../test/world.js";
import { createOncekey, type KeyRecord, MemoryStore, OncekeyError, recordId } from "../index.js";

const id = recordId("default", op.scope, op.key);

describe("a store that is away at the claim", () => {
  for (const fate of ["refuse", "hang"] as const) {
    it(`refuses within the time-out and runs nothing (${fate})`, async () => {
      const world = new World();
      const node = world.node();
      node.store.always(fate);
      let runs = 0;
      const answer = node.oncekey.execute(op, async () => ++runs);
      await world.clock.advance(1_000);
      expect(await answer).toMatchObject({ outcome: "store-unavailable" });
      expect(runs).toBe(0);
      expect(types(node)).toEqual(["store-unavailable"]);
    });
  }

  it("runs unprotected only where the route says so", async () => {
    const world = new World();
    const node = world.node({ onStoreUnavailable: "bypass" });
    node.store.always("refuse");
    const answer = node.oncekey.execute(op, async (attempt) => attempt.deriveKey("charge"));
    await world.clock.advance(1_000);
    const end = await answer;
    expect(end).toMatchObject({ outcome: "executed", stored: false });
    expect(types(node)).toEqual(["store-unavailable", "bypassed"]);
  });

  it("releases in the background a claim that was applied and never answered: nobody waits a lease for it", async () => {
    const world = new World();
    const node = world.node();
    node.store.next("create", "lose-reply").next("create", "hang", 9);
    const answer = node.oncekey.execute(op, async () => "never");
    await world.clock.advance(1_000);
    expect(await answer).toMatchObject({ outcome: "store-unavailable" });
    expect((await world.store.get(id))?.record).toEqual({ state: "released", attempt: 1 });
    expect(node.events.at(-1)).toEqual({ type: "claim-cleaned-up", id, done: true });
    expect(await world.node().oncekey.execute(op, async () => "B")).toMatchObject({ outcome: "executed", attempt: 2 });
  });

  it("occupies the key of a claim that is still under way, so that it cannot land as a phantom", async () => {
    const world = new World();
    const node = world.node({ policy: "at-most-once" });
    node.store.next("create", "land-later");
    const answer = node.oncekey.execute(op, async () => "never");
    await world.clock.advance(1_000);
    expect(await answer).toMatchObject({ outcome: "store-unavailable" });
    await node.store.land();
    expect((await world.store.get(id))?.record.state).toBe("released");
    expect(await node.oncekey.execute(op, async () => "B")).toMatchObject({ outcome: "executed", value: "B" });
  });

  it("ends the lease of a take-over that was applied and never answered, and leaves the slow owner its record", async () => {
    const world = new World();
    const slow = world.node();
    const running = latch<string>();
    const first = slow.oncekey.execute(op, () => running.promise);
    await settled();
    slow.store.always("refuse");
    await world.clock.advance(60_000);
    const other = world.node();
    other.store.next("replace", "lose-reply").next("replace", "hang");
    const second = other.oncekey.execute(op, async () => "B");
    await world.clock.advance(1_000);
    expect(await second).toMatchObject({ outcome: "store-unavailable" });
    expect((await world.store.get(id))?.record).toMatchObject({ state: "in-progress", attempt: 2, leaseMs: 0 });
    running.open("A");
    slow.store.always("pass");
    await world.clock.advance(5_000);
    expect(await first).toMatchObject({ outcome: "in-progress" });
    expect(await world.node().oncekey.execute(op, async () => "C")).toMatchObject({ outcome: "executed", attempt: 3 });
  });

  it("gives the clean-up of a claim over a released key back as released", async () => {
    const world = new World();
    await world.node().oncekey.execute(op, () => Promise.reject(new Error("released")));
    const node = world.node();
    node.store.next("replace", "land-later");
    const answer = node.oncekey.execute(op, async () => "never");
    await world.clock.advance(1_000);
    expect(await answer).toMatchObject({ outcome: "store-unavailable" });
    await node.store.land();
    expect((await world.store.get(id))?.record).toEqual({ state: "released", attempt: 2 });
  });

  it("goes on cleaning up until the store is back", async () => {
    const world = new World();
    const node = world.node({ policy: "at-most-once" });
    node.store.next("create", "lose-reply");
    node.store.always("refuse");
    const answer = node.oncekey.execute(op, async () => "never");
    await world.clock.advance(120_000);
    expect(await answer).toMatchObject({ outcome: "store-unavailable" });
    node.store.always("pass");
    await world.clock.advance(10_000);
    expect((await world.store.get(id))?.record.state).toBe("released");
  });
});

describe("a store that says why it will not write", () => {
  it("is not asked again, and its error is the cause", async () => {
    const world = new World();
    const store = new MemoryStore({ maxEntries: 1, nowMs: world.clock.nowMs });
    const oncekey = createOncekey({ store, clock: world.clock });
    await oncekey.execute({ ...op, key: "other" }, async () => 1);
    expect(await oncekey.execute(op, async () => 2)).toMatchObject({
      outcome: "store-unavailable",
      cause: { code: "STORE_FULL" },
    });
  });

  it("keeps a key guarded without its result where the result is too large, and the caller has its answer", async () => {
    class Small extends MemoryStore {
      override readonly capabilities = { ...new MemoryStore().capabilities, maxRecordBytes: 2_048 };
    }
    const oncekey = createOncekey({ store: new Small() });
    const large = "x".repeat(3_000);
    expect(await oncekey.execute(op, async () => large)).toMatchObject({
      outcome: "executed",
      value: large,
      stored: true,
    });
    expect(await oncekey.execute(op, async () => large)).toMatchObject({ outcome: "result-unavailable" });
  });

  it("does the same where only the store itself knows that it is too large", async () => {
    class Picky extends MemoryStore {
      override replace(id: string, expected: string, version: string, record: KeyRecord, keepMs?: number) {
        if (record.state === "completed" && record.result instanceof Uint8Array) {
          return Promise.reject(new OncekeyError("RECORD_TOO_LARGE", "no"));
        }
        return super.replace(id, expected, version, record, keepMs);
      }
    }
    const oncekey = createOncekey({ store: new Picky() });
    expect(await oncekey.execute(op, async () => "value")).toMatchObject({ outcome: "executed", stored: true });
    expect(await oncekey.execute(op, async () => "value")).toMatchObject({ outcome: "result-unavailable" });
  });

  it("completes without the result of a codec that gives no bytes", async () => {
    const { oncekey, events } = new World().node();
    const codec = {
      classify: () => "success" as const,
      // What a codec that is asynchronous would do, which the types forbid.
      encode: () => Object(Promise.resolve(new Uint8Array(1))),
      decode: () => ({ ok: true, value: "kept" }) as const,
    };
    expect(await oncekey.execute(op, async () => "own", codec)).toMatchObject({ outcome: "executed", value: "own" });
    expect(events).toContainEqual(expect.objectContaining({ type: "result-omitted", cause: expect.any(TypeError) }));
    expect(await oncekey.execute(op, async () => "again", codec)).toMatchObject({ outcome: "result-unavailable" });
  });

  for (const [name, misanswer] of [
    ["nothing", async () => undefined],
    ["null for what stands", async () => ({ written: false, current: null })],
    ["a write without what it wrote", async () => ({ written: true })],
    ["no promise", () => 1],
  ] as const) {
    it(`takes ${name} from a custom store for a fault, also in the middle of a renewal`, async () => {
      const world = new World();
      const store = new MemoryStore({ nowMs: world.clock.nowMs });
      let misanswers = true;
      const replace: MemoryStore["replace"] = (...call) => (misanswers ? Object(misanswer()) : store.replace(...call));
      const custom = Object.assign(Object.create(store), {
        capabilities: store.capabilities,
        get: store.get.bind(store),
        create: store.create.bind(store),
        replace,
        remove: store.remove.bind(store),
      });
      const running = latch<string>();
      const oncekey = createOncekey({ store: custom, clock: world.clock, leaseMs: 60_000 });
      const answer = oncekey.execute(op, () => running.promise);
      await world.clock.advance(25_000);
      misanswers = false;
      running.open("A");
      await world.clock.advance(2_000);
      expect(await answer).toMatchObject({ outcome: "executed", value: "A", stored: true });
    });
  }

  it("survives a custom store that throws before it returns a promise", async () => {
    const store = new MemoryStore();
    const rude = {
      capabilities: store.capabilities,
      get: () => store.get(id),
      create: (): never => {
        throw new Error("not connected");
      },
      replace: store.replace.bind(store),
      remove: store.remove.bind(store),
    };
    const world = new World();
    const answer = createOncekey({ store: rude, clock: world.clock }).execute(op, async () => 1);
    await world.clock.advance(1_000);
    expect(await answer).toMatchObject({ outcome: "store-unavailable" });
  });
});
