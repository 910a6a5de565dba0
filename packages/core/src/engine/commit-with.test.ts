import { describe, expect, it } from "vitest";
import { settled } from "../../test/manual-clock.js";
import { TransactionalMemory } from "../../test/transactional-memory.js";
import { latch, op, types, World } from "../../test/world.js";
import { recordId } from "../index.js";

const id = recordId("default", op.scope, op.key);

describe("commitWith", () => {
  it("makes the effect and the answer durable together, in one write of the store", async () => {
    const world = new World();
    const node = world.node();
    const end = await node.oncekey.execute(op, async (attempt) => {
      const tx = new TransactionalMemory(world.store);
      await attempt.commitWith(tx, "A");
      expect((await world.store.get(id))?.record.state).toBe("in-progress");
      await tx.commit();
      return "A";
    });
    expect(end).toEqual({ outcome: "executed", value: "A", stored: true, attempt: 1 });
    expect(node.store.calls.map(({ op }) => op)).toEqual(["create", "get"]);
    expect(await node.oncekey.execute(op, async () => "B")).toMatchObject({ outcome: "replayed", value: "A" });
  });

  it("releases the key when the transaction is rolled back and the handler throws", async () => {
    const world = new World();
    const node = world.node();
    const boom = new Error("constraint violated");
    const end = await node.oncekey.execute(op, async (attempt) => {
      await attempt.commitWith(new TransactionalMemory(world.store), "A");
      throw boom;
    });
    expect(end).toMatchObject({ outcome: "threw", error: boom, stored: false });
    expect(await node.oncekey.execute(op, async () => "B")).toMatchObject({ outcome: "executed", attempt: 2 });
  });

  it("finds out that a commit whose reply was lost did happen, and gives the committed answer", async () => {
    const world = new World();
    const node = world.node();
    const end = await node.oncekey.execute(op, async (attempt) => {
      const tx = new TransactionalMemory(world.store);
      await attempt.commitWith(tx, "A");
      await tx.commit();
      throw new Error("connection reset during COMMIT");
    });
    expect(end).toMatchObject({ outcome: "executed", value: "A", stored: true });
  });

  it("may be tried again in a second transaction after the first was rolled back", async () => {
    const world = new World();
    const node = world.node();
    const end = await node.oncekey.execute(op, async (attempt) => {
      await attempt.commitWith(new TransactionalMemory(world.store), "first");
      const second = new TransactionalMemory(world.store);
      await attempt.commitWith(second, "second");
      await second.commit();
      return "second";
    });
    expect(end).toMatchObject({ outcome: "executed", value: "second", stored: true });
  });

  it("refuses a second transaction after the first one committed, so that the effect is not made twice", async () => {
    const world = new World();
    const node = world.node();
    const end = await node.oncekey.execute(op, async (attempt) => {
      const first = new TransactionalMemory(world.store);
      await attempt.commitWith(first, "A");
      await first.commit();
      await expect(attempt.commitWith(new TransactionalMemory(world.store), "A")).rejects.toMatchObject({
        code: "LEASE_LOST",
        message: expect.stringMatching(/earlier transaction .* roll this one back/),
      });
      return "B";
    });
    expect(end).toMatchObject({ outcome: "replayed", value: "A" });
  });

  it("keeps the committed answer when the handler fails because its second transaction was refused", async () => {
    const world = new World();
    const node = world.node();
    const end = await node.oncekey.execute(op, async (attempt) => {
      const first = new TransactionalMemory(world.store);
      await attempt.commitWith(first, "A");
      await first.commit();
      await attempt.commitWith(new TransactionalMemory(world.store), "B");
      return "B";
    });
    expect(end).toMatchObject({ outcome: "replayed", value: "A" });
    expect((await world.store.get(id))?.record.state).toBe("completed");
    expect(types(node)).not.toContain("released");
  });

  it("throws when another attempt has taken over, so that the transaction rolls back", async () => {
    const world = new World();
    const slow = world.node();
    const paused = latch<void>();
    const answer = slow.oncekey.execute(op, async (attempt) => {
      await paused.promise;
      await attempt.commitWith(new TransactionalMemory(world.store), "A");
      return "A";
    });
    await settled();
    slow.store.always("refuse");
    await world.clock.advance(60_000);
    await world.node().oncekey.execute(op, async () => "B");
    slow.store.always("pass");
    paused.open();
    await world.clock.advance(5_000);
    expect(await answer).toMatchObject({ outcome: "replayed", value: "B" });
    expect(types(slow)).toContain("superseded");
  });

  it.each(["it commits", "it rolls back"])(
    "asks again while the store does not say what became of it: %s",
    async (end) => {
      const world = new World();
      const node = world.node({ onCompletionFailure: "unknown" });
      const boom = new Error("connection terminated");
      const outcome = node.oncekey.execute(op, async (attempt) => {
        const tx = new TransactionalMemory(world.store);
        await attempt.commitWith(tx, "A");
        if (end === "it commits") await tx.commit();
        node.store.next("get", "refuse", 3);
        throw boom;
      });
      await world.clock.advance(1_000);
      expect(await outcome).toMatchObject(
        end === "it commits" ? { outcome: "executed", value: "A" } : { outcome: "threw", error: boom },
      );
    },
  );

  it("says unknown when the store does not say what became of it as long as its caller waits", async () => {
    const world = new World();
    const node = world.node();
    const end = node.oncekey.execute(op, async (attempt) => {
      const tx = new TransactionalMemory(world.store);
      await attempt.commitWith(tx, "A");
      node.store.always("refuse");
      throw new Error("connection terminated");
    });
    await world.clock.advance(2_000);
    expect(await end).toEqual({ outcome: "outcome-unknown" });
    expect(types(node)).toContain("completion-failed");
  });

  it("says unknown, and never rolled back, when nothing stands there to tell", async () => {
    const world = new World();
    const node = world.node();
    const end = await node.oncekey.execute(op, async (attempt) => {
      const tx = new TransactionalMemory(world.store);
      await attempt.commitWith(tx, "A");
      await tx.commit();
      await world.store.remove(id, (await world.store.get(id))?.version ?? "");
      return "A";
    });
    expect(end).toEqual({ outcome: "outcome-unknown" });
  });

  it("tells a handler that goes on after a rollback when its lease is over", async () => {
    const world = new World();
    const node = world.node();
    const goingOn = latch<string>();
    let signal: AbortSignal | undefined;
    const end = node.oncekey.execute(op, async (attempt) => {
      signal = attempt.signal;
      await attempt.commitWith(new TransactionalMemory(world.store), "rolled back");
      return goingOn.promise;
    });
    await world.clock.advance(59_999);
    expect(signal?.aborted).toBe(false);
    await world.clock.advance(1);
    expect(signal?.aborted).toBe(true);
    expect(await world.node().oncekey.execute(op, async () => "B")).toMatchObject({ outcome: "executed", attempt: 2 });
    goingOn.open("late");
    expect(await end).toMatchObject({ outcome: "replayed", value: "B" });
  });

  it("is refused where nothing is held", async () => {
    const world = new World();
    const node = world.node({ onStoreUnavailable: "bypass" });
    node.store.always("refuse");
    const end = node.oncekey.execute(op, (attempt) => attempt.commitWith(world.store, undefined));
    await world.clock.advance(1_000);
    expect(await end).toMatchObject({ outcome: "threw", error: { code: "STORE_UNAVAILABLE" } });
  });
});
