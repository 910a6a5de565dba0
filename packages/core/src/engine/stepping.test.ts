import { describe, expect, it } from "vitest";
import { settled } from "../../test/manual-clock.js";
import { TransactionalMemory } from "../../test/transactional-memory.js";
import { latch, op, otherPayload, types, World } from "../../test/world.js";
import { type Attempt, aesGcm, type Checkpoints, encodeRecord, NotExecutedError, recordId } from "../index.js";

const id = recordId("default", op.scope, op.key);
const forever = () => new Promise<never>(() => {});

async function checkpointsOf(world: World): Promise<Checkpoints | undefined> {
  const record = (await world.store.get(id))?.record;
  return record?.state === "in-progress" ? record.checkpoints : undefined;
}

/** A process that dies once it has finished the step `charge`, and the world a lease later. */
async function crashedAfterCharge(options: Parameters<World["node"]>[0] = {}) {
  const world = new World();
  const lost = world.node(options);
  const charged = latch<unknown>();
  void lost.oncekey.execute(op, async (attempt) => {
    charged.open(await attempt.step("charge", () => ({ charge: "ch_1" })));
    return forever();
  });
  await charged.promise;
  lost.store.always("refuse");
  await world.clock.advance(60_000);
  return world;
}

/** Charges and sends; tells which of both it did. */
function chargeAndSend(done: string[]) {
  return async (attempt: Attempt) => {
    const charge = await attempt.step("charge", () => {
      done.push("charge");
      return { charge: "ch_2" };
    });
    await attempt.step("send", async () => void done.push("send"));
    return charge;
  };
}

describe("a step", () => {
  it("that was finished is not run again by the attempt that takes over after a crash", async () => {
    const world = await crashedAfterCharge();
    const done: string[] = [];
    const heir = world.node();
    expect(await heir.oncekey.execute(op, chargeAndSend(done))).toEqual({
      outcome: "executed",
      value: { charge: "ch_1" },
      stored: true,
      attempt: 2,
    });
    expect(done).toEqual(["send"]);
    expect(heir.events[0]).toMatchObject({ type: "started", takeOver: true });
  });

  it("costs one write, and renews the lease", async () => {
    const world = new World();
    const node = world.node();
    const goOn = latch<void>();
    const end = node.oncekey.execute(op, async (attempt) => {
      await goOn.promise;
      return attempt.step("one", () => 1);
    });
    await world.clock.advance(15_000);
    expect((await world.store.get(id))?.ageMs).toBe(15_000);
    goOn.open();
    expect(await end).toMatchObject({ outcome: "executed", value: 1 });
    expect(node.store.calls.map(({ op }) => op)).toEqual(["create", "replace", "replace"]);
  });

  it("is kept when it is over, with its age at 0, and by every renewal after it", async () => {
    const world = new World();
    const node = world.node();
    const [goOn, kept] = [latch<void>(), latch<void>()];
    void node.oncekey.execute(op, async (attempt) => {
      await goOn.promise;
      await attempt.step("one", () => 1);
      kept.open();
      return forever();
    });
    await world.clock.advance(15_000);
    goOn.open();
    await kept.promise;
    expect(await world.store.get(id)).toMatchObject({ ageMs: 0, record: { checkpoints: { one: expect.anything() } } });
    await world.clock.advance(20_000);
    expect(await world.store.get(id)).toMatchObject({ ageMs: 0, record: { checkpoints: { one: expect.anything() } } });
  });

  it("gives what JSON keeps of its value, in the first run too", async () => {
    const { oncekey } = new World().node();
    const end = await oncekey.execute(op, async (attempt) => [
      await attempt.step("date", () => ({ at: new Date(0), gone: undefined })),
      await attempt.step("nothing", () => undefined),
    ]);
    expect(end).toMatchObject({ value: [{ at: "1970-01-01T00:00:00.000Z" }, undefined] });
  });

  it("that throws keeps nothing, and may be tried again", async () => {
    const world = new World();
    const end = await world.node().oncekey.execute(op, async (attempt) => {
      await expect(attempt.step("one", () => Promise.reject(new Error("busy")))).rejects.toThrow("busy");
      expect(await checkpointsOf(world)).toBeUndefined();
      return attempt.step("one", () => "second try");
    });
    expect(end).toMatchObject({ value: "second try" });
  });

  it("has a name of its own, and runs alone", async () => {
    const { oncekey } = new World().node();
    await oncekey.execute(op, async ({ step }) => {
      await step("one", () => 1);
      await expect(step("one", () => 2)).rejects.toThrow(/there was one of this name already/);
      await expect(step("", () => 1)).rejects.toThrow(/a text of 1 to 256 characters/);
      await expect(step("no function", 1 as unknown as () => number)).rejects.toThrow(/expected a function/);
      const inner = step("outer", () => step("inner", () => 1));
      await expect(inner).rejects.toThrow(/step "outer" is still running; steps go one after the other/);
      await expect(step("bigint", () => 1n)).rejects.toThrow(TypeError);
      expect(await step("__proto__", () => "odd")).toBe("odd");
    });
  });

  it("runs where nothing is held, without being kept", async () => {
    const world = new World();
    const node = world.node({ onStoreUnavailable: "bypass" });
    node.store.always("refuse");
    const end = node.oncekey.execute(op, (attempt) => attempt.step("one", () => 1));
    await world.clock.advance(1_000);
    expect(await end).toMatchObject({ outcome: "executed", value: 1, stored: false });
  });
});

describe("the record of a step", () => {
  it("is not written beside a renewal", async () => {
    const world = new World();
    const node = world.node();
    const goOn = latch<void>();
    const end = node.oncekey.execute(op, async (attempt) => {
      await goOn.promise;
      return attempt.step("one", () => 1);
    });
    await settled();
    node.store.next("replace", "hold-reply");
    await world.clock.advance(20_000);
    goOn.open();
    await settled();
    expect(node.store.calls.map(({ op }) => op)).toEqual(["create", "replace"]);
    node.store.deliver();
    expect(await end).toMatchObject({ outcome: "executed", value: 1, stored: true });
    expect(node.store.calls.map(({ op }) => op)).toEqual(["create", "replace", "replace", "replace"]);
  });

  it("may lose its reply: it is written again, and the step is not run again", async () => {
    const world = new World();
    const node = world.node();
    let runs = 0;
    const end = node.oncekey.execute(op, async (attempt) => {
      node.store.next("replace", "lose-reply");
      return attempt.step("one", () => ++runs);
    });
    await settled();
    await world.clock.advance(100);
    expect(await end).toMatchObject({ outcome: "executed", value: 1, stored: true });
    expect(types(node)).toEqual(["started", "completed"]);
  });

  it("is refused where another attempt has taken over", async () => {
    const world = new World();
    const slow = world.node();
    const paused = latch<void>();
    const told: unknown[] = [];
    const answer = slow.oncekey.execute(op, async (attempt) => {
      await attempt.step("one", () => paused.promise).catch((error: unknown) => told.push(error));
      await attempt.step("two", () => told.push("run")).catch((error: unknown) => told.push(error));
      return "A";
    });
    await settled();
    slow.store.always("refuse");
    await world.clock.advance(60_000);
    await world.node().oncekey.execute(op, async () => "B");
    slow.store.always("pass");
    paused.open();
    await world.clock.advance(20_000);
    expect(await answer).toMatchObject({ outcome: "replayed", value: "B" });
    expect(told).toMatchObject([{ code: "LEASE_LOST" }, { code: "LEASE_LOST" }]);
  });

  it("is tried while the lease lasts; then the handler is told, and a store that is back gets it all the same", async () => {
    const world = new World();
    const node = world.node();
    let told: unknown;
    void node.oncekey.execute(op, async (attempt) => {
      node.store.always("refuse");
      told = await attempt.step("one", () => 1).catch((error: unknown) => error);
      return forever();
    });
    await world.clock.advance(59_999);
    expect(told).toBeUndefined();
    await world.clock.advance(1);
    expect(told).toMatchObject({ code: "STORE_UNAVAILABLE", message: expect.stringContaining('step "one" was done') });
    node.store.always("pass");
    await world.clock.advance(20_000);
    expect(await checkpointsOf(world)).toHaveProperty("one");
  });

  it("is refused over 64 KiB of all steps; a smaller one fits", async () => {
    const world = new World();
    const big = "x".repeat(40_000);
    const end = await world.node().oncekey.execute(op, async (attempt) => {
      await attempt.step("one", () => big);
      const second = attempt.step("two", () => big);
      await expect(second).rejects.toMatchObject({ code: "RECORD_TOO_LARGE", message: expect.stringMatching(/65536/) });
      return attempt.step("three", () => "small");
    });
    expect(end).toMatchObject({ value: "small", stored: true });
  });

  it("is not begun after commitWith, nor after the handler", async () => {
    const world = new World();
    let late: Promise<unknown> = Promise.resolve();
    const goOn = latch<void>();
    const end = await world.node().oncekey.execute(op, async (attempt) => {
      const tx = new TransactionalMemory(world.store);
      await attempt.step("one", () => 1);
      await attempt.commitWith(tx, "A");
      await expect(attempt.step("two", () => 2)).rejects.toThrow(/no step may follow commitWith/);
      await tx.commit();
      return "A";
    });
    expect(end).toMatchObject({ outcome: "executed", value: "A", stored: true });
    await world.node().oncekey.execute({ ...op, key: "key-2" }, async (attempt) => {
      late = expect(attempt.step("one", () => goOn.promise)).rejects.toMatchObject({ code: "LEASE_LOST" });
    });
    goOn.open();
    await late;
  });
});

describe("an operation that failed after a step", () => {
  it("goes on after it with the next request, and is no other request's", async () => {
    const { oncekey } = new World().node();
    const done: string[] = [];
    const failing = await oncekey.execute(op, async (attempt) => {
      await attempt.step("charge", () => ({ charge: "ch_1" }));
      throw new Error("the second API is away");
    });
    expect(failing).toMatchObject({ outcome: "threw", stored: false });
    expect(await oncekey.execute(otherPayload, chargeAndSend(done))).toEqual({ outcome: "mismatch" });
    expect(await oncekey.execute(op, chargeAndSend(done))).toMatchObject({ value: { charge: "ch_1" }, attempt: 2 });
    expect(done).toEqual(["send"]);
  });

  it("is free for everything where a policy forbids to take over, as it is without steps", async () => {
    const { oncekey } = new World().node({ policy: "at-most-once" });
    await oncekey.execute(op, async (attempt) => {
      await attempt.step("look", () => 1);
      throw new NotExecutedError();
    });
    expect(await oncekey.execute(otherPayload, async () => "B")).toMatchObject({ outcome: "executed", value: "B" });
  });
});

describe("a sealed step", () => {
  const seal = aesGcm({ keys: [{ id: "k1", key: new Uint8Array(32).fill(1) }] });
  const otherKey = aesGcm({ keys: [{ id: "k2", key: new Uint8Array(32).fill(2) }] });

  it("is resumed after, and stands nowhere in the record's bytes", async () => {
    const world = await crashedAfterCharge({ seal });
    const stored = await world.store.get(id);
    expect(Buffer.from(encodeRecord(stored?.record ?? { state: "released", attempt: 1 })).includes("ch_1")).toBe(false);
    const done: string[] = [];
    expect(await world.node({ seal }).oncekey.execute(op, chargeAndSend(done))).toMatchObject({
      value: { charge: "ch_1" },
    });
    expect(done).toEqual(["send"]);
  });

  it("that does not open lets nothing run, and the key goes at once to a process that can open it", async () => {
    const world = await crashedAfterCharge({ seal });
    const done: string[] = [];
    for (const options of [{}, { seal: otherKey }]) {
      const node = world.node(options);
      await expect(node.oncekey.execute(op, chargeAndSend(done))).rejects.toMatchObject({ code: "RECORD_NOT_OPENED" });
      expect(types(node)).toEqual(["result-not-opened"]);
      expect(await node.oncekey.close()).toEqual({ unfinished: 0 });
    }
    expect(done).toEqual([]);
    expect(await world.node({ seal }).oncekey.execute(op, chargeAndSend(done))).toMatchObject({ outcome: "executed" });
    expect(done).toEqual(["send"]);
  });

  it("does not open in the place of another step", async () => {
    const world = await crashedAfterCharge({ seal });
    const stored = await world.store.get(id);
    if (stored?.record.state !== "in-progress") throw new Error("not in progress");
    const { charge = new Uint8Array(0) } = stored.record.checkpoints ?? {};
    await world.store.replace(id, stored.version, "moved", {
      ...stored.record,
      leaseMs: 0,
      checkpoints: { send: charge },
    });
    const done: string[] = [];
    const told = world.node({ seal }).oncekey.execute(op, chargeAndSend(done));
    await expect(told).rejects.toMatchObject({ code: "RECORD_NOT_OPENED" });
    expect(done).toEqual([]);
  });
});
