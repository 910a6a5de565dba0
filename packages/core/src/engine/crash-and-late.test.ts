import { describe, expect, it } from "vitest";
import { settled } from "../../test/manual-clock.js";
import { latch, op, otherPayload, types, World } from "../../test/world.js";
import { isOncekeyError, recordId } from "../index.js";

const LEASE_MS = 60_000;
const id = recordId("default", op.scope, op.key);

/** A node whose handler is running and whose renewals no longer arrive: a paused or cut-off owner. */
async function pausedOwner(world: World, operation: typeof op = op) {
  const node = world.node();
  const running = latch<string>();
  const answer = node.oncekey.execute(operation, () => running.promise);
  await settled();
  node.store.always("refuse");
  return { ...node, running, answer, reconnect: () => node.store.always("pass") };
}

describe("crashes and late owners", () => {
  it("L-1: a crash before the claim is applied leaves nothing, and the retry is the first", async () => {
    const world = new World();
    const dead = world.node();
    dead.store.always("refuse");
    void dead.oncekey.execute(op, async () => "never");
    await settled();
    expect(await world.store.get(id)).toBeUndefined();
    expect(await world.node().oncekey.execute(op, async () => "first")).toMatchObject({
      outcome: "executed",
      attempt: 1,
    });
  });

  it("L-2: a crash after the claim: in progress until the lease lapses, then taken over", async () => {
    const world = new World();
    await pausedOwner(world);
    const other = world.node();
    await world.clock.advance(LEASE_MS - 1);
    expect(await other.oncekey.execute(op, async () => "B")).toEqual({ outcome: "in-progress", leaseLeftMs: 1 });
    await world.clock.advance(1);
    expect(await other.oncekey.execute(op, async () => "B")).toMatchObject({
      outcome: "executed",
      value: "B",
      attempt: 2,
    });
    expect(other.events).toContainEqual({ type: "started", id, attempt: 2, takeOver: true });
  });

  it("L-3: a crash after the effects: at-most-once never runs it again, and says that the outcome is unknown", async () => {
    const world = new World();
    await pausedOwner(world);
    await world.clock.advance(LEASE_MS);
    const strict = world.node({ policy: "at-most-once" });
    expect(await strict.oncekey.execute(op, async () => "twice")).toEqual({ outcome: "outcome-unknown" });
    expect(await strict.oncekey.execute(otherPayload, async () => "twice")).toEqual({ outcome: "mismatch" });
  });

  it("L-4: a crash after the completion: the retry is a replay", async () => {
    const world = new World();
    await world.node().oncekey.execute(op, async () => "A");
    expect(await world.node().oncekey.execute(op, async () => "B")).toMatchObject({ outcome: "replayed", value: "A" });
  });

  it("L-5: a slow owner whose lease lapsed, and nobody took over, completes", async () => {
    const world = new World();
    const owner = await pausedOwner(world);
    await world.clock.advance(2 * LEASE_MS);
    owner.reconnect();
    owner.running.open("A");
    await world.clock.advance(5_000);
    expect(await owner.answer).toMatchObject({ outcome: "executed", value: "A", stored: true });
    expect(await world.node().oncekey.execute(op, async () => "B")).toMatchObject({ outcome: "replayed", value: "A" });
  });

  it("L-6: a slow owner that was taken over is told that another runs, and the handler ran twice", async () => {
    const world = new World();
    const owner = await pausedOwner(world);
    await world.clock.advance(LEASE_MS);
    const heir = latch<string>();
    const other = world.node();
    const second = other.oncekey.execute(op, () => heir.promise);
    await settled();
    owner.reconnect();
    owner.running.open("A");
    await world.clock.advance(5_000);
    expect(await owner.answer).toMatchObject({ outcome: "in-progress" });
    expect(owner.events).toContainEqual({ type: "superseded", id, attempt: 1, by: 2 });
    heir.open("B");
    expect(await second).toMatchObject({ outcome: "executed", value: "B", stored: true });
  });

  it("L-7: a stale owner that throws does not release its successor's run", async () => {
    const world = new World();
    const owner = await pausedOwner(world);
    await world.clock.advance(LEASE_MS);
    const heir = latch<string>();
    const second = world.node().oncekey.execute(op, () => heir.promise);
    await settled();
    owner.reconnect();
    owner.running.fail(new Error("late"));
    await world.clock.advance(5_000);
    expect(await owner.answer).toMatchObject({ outcome: "in-progress" });
    expect(await world.node().oncekey.execute(op, async () => "third")).toMatchObject({ outcome: "in-progress" });
    heir.open("B");
    expect(await second).toMatchObject({ outcome: "executed", stored: true });
  });

  it("L-8: a stale owner's renewal fails, and its signal aborts", async () => {
    const world = new World();
    const owner = world.node();
    const running = latch<string>();
    let signal: AbortSignal | undefined;
    const answer = owner.oncekey.execute(op, (attempt) => {
      signal = attempt.signal;
      return running.promise;
    });
    await settled();
    // The whole process stops for longer than its lease; meanwhile another one takes over and completes.
    owner.store.always("refuse");
    await world.clock.advance(LEASE_MS + 1);
    expect(signal?.aborted).toBe(true);
    expect(isOncekeyError(signal?.reason, "LEASE_LOST")).toBe(true);
    await world.node().oncekey.execute(op, async () => "B");
    owner.store.always("pass");
    await world.clock.advance(LEASE_MS);
    running.open("A");
    await world.clock.advance(5_000);
    expect(await answer).toMatchObject({ outcome: "replayed", value: "B" });
    expect(types(owner)).toContain("lease-lost");
  });

  it("L-9: a slow owner that completes after its successor did is given the stored answer, which does not change", async () => {
    const world = new World();
    const owner = await pausedOwner(world);
    await world.clock.advance(LEASE_MS);
    await world.node().oncekey.execute(op, async () => "B");
    owner.reconnect();
    owner.running.open("A");
    await world.clock.advance(5_000);
    expect(await owner.answer).toMatchObject({ outcome: "replayed", value: "B" });
    expect(await world.node().oncekey.execute(op, async () => "C")).toMatchObject({ outcome: "replayed", value: "B" });
  });

  it("L-10: the store fails at completion: the caller gets the true answer, and the result is stored when the store is back", async () => {
    const world = new World();
    const owner = await pausedOwner(world);
    owner.running.open("A");
    await world.clock.advance(2_000);
    expect(await owner.answer).toMatchObject({ outcome: "executed", value: "A", stored: false });
    expect(types(owner)).toEqual(["started", "completion-failed"]);
    owner.reconnect();
    await world.clock.advance(10_000);
    expect(owner.events.at(-1)).toEqual({ type: "completed", id, attempt: 1, late: true });
    expect(await world.node().oncekey.execute(op, async () => "B")).toMatchObject({ outcome: "replayed", value: "A" });
  });

  it("L-10, strict: the caller is told that the outcome is unknown, and no two answers can differ", async () => {
    const world = new World();
    const owner = world.node({ onCompletionFailure: "unknown" });
    owner.store.next("replace", "hang", 100);
    const answer = owner.oncekey.execute(op, async () => "A");
    await world.clock.advance(2_000);
    expect(await answer).toEqual({ outcome: "outcome-unknown" });
    await world.clock.advance(LEASE_MS);
    expect(await world.node().oncekey.execute(op, async () => "B")).toMatchObject({ outcome: "executed", value: "B" });
  });

  it("L-11: the record is gone when the handler ends: the result is stored afresh", async () => {
    const world = new World();
    const owner = world.node();
    const running = latch<string>();
    const answer = owner.oncekey.execute(op, () => running.promise);
    await settled();
    const standing = await world.store.get(id);
    await world.store.remove(id, standing?.version ?? "");
    running.open("A");
    expect(await answer).toMatchObject({ outcome: "executed", value: "A", stored: true });
    expect(await world.node().oncekey.execute(op, async () => "B")).toMatchObject({ outcome: "replayed", value: "A" });
  });

  it("L-11: gone, and another attempt began meanwhile: the late one is not sent", async () => {
    const world = new World();
    const owner = world.node();
    const running = latch<string>();
    const answer = owner.oncekey.execute(op, () => running.promise);
    await settled();
    const standing = await world.store.get(id);
    await world.store.remove(id, standing?.version ?? "");
    await world.node().oncekey.execute(op, async () => "B");
    running.open("A");
    expect(await answer).toMatchObject({ outcome: "replayed", value: "B" });
  });

  it("L-12: nobody waits for the answer any more: the handler runs on, and its result is stored", async () => {
    const world = new World();
    const running = latch<string>();
    // What a binding does when its client hangs up: nothing. There is no way to release a run from outside.
    void world.node().oncekey.execute(op, () => running.promise);
    await settled();
    running.open("A");
    await settled();
    expect(await world.node().oncekey.execute(op, async () => "B")).toMatchObject({ outcome: "replayed", value: "A" });
  });

  it("L-13: a frozen process finds its lease over when it wakes, and does not overwrite its successor", async () => {
    const world = new World();
    const owner = world.node();
    const running = latch<string>();
    const answer = owner.oncekey.execute(op, () => running.promise);
    await settled();
    await world.clock.freeze(0);
    await world.clock.advance(10_000);
    const other = world.node();
    owner.store.always("refuse");
    await world.clock.advance(LEASE_MS);
    await other.oncekey.execute(op, async () => "B");
    owner.store.always("pass");
    running.open("A");
    await world.clock.advance(5_000);
    expect(await answer).toMatchObject({ outcome: "replayed", value: "B" });
  });

  it("L-14: of many claims for one key exactly one runs", async () => {
    const world = new World();
    const nodes = Array.from({ length: 8 }, () => world.node());
    let runs = 0;
    const answers = await Promise.all(
      nodes.flatMap(({ oncekey }) => [1, 2, 3].map(() => oncekey.execute(op, async () => ++runs))),
    );
    expect(runs).toBe(1);
    expect(answers.filter(({ outcome }) => outcome === "executed")).toHaveLength(1);
  });

  it("L-14: of many claims for an abandoned key exactly one takes over", async () => {
    const world = new World();
    await pausedOwner(world);
    await world.clock.advance(LEASE_MS);
    let runs = 0;
    await Promise.all(Array.from({ length: 8 }, () => world.node().oncekey.execute(op, async () => ++runs)));
    expect(runs).toBe(1);
  });

  it("L-15: a claim whose reply is lost finds its own version, and runs", async () => {
    const world = new World();
    const node = world.node();
    node.store.next("create", "lose-reply");
    const answer = node.oncekey.execute(op, async () => "A");
    await world.clock.advance(500);
    expect(await answer).toMatchObject({ outcome: "executed", value: "A", attempt: 1, stored: true });
    expect(node.store.calls.map(({ op }) => op)).toEqual(["create", "create", "replace"]);
  });

  it("L-16: a completion whose reply is lost is repeated, and is a success", async () => {
    const world = new World();
    const node = world.node();
    node.store.next("replace", "lose-reply", 2);
    const answer = node.oncekey.execute(op, async () => "A");
    await world.clock.advance(1_900);
    expect(await answer).toMatchObject({ outcome: "executed", value: "A", stored: true });
    expect(types(node)).toEqual(["started", "completed"]);
  });

  it("L-17: a deploy changes the scheme of fingerprints: retries of what began before it are not refused", async () => {
    const world = new World();
    const before = world.node();
    const running = latch<string>();
    const first = before.oncekey.execute(op, () => running.promise);
    await settled();
    const after = { ...op, fingerprint: "s2:cccc" };
    expect(await world.node().oncekey.execute(after, async () => "B")).toMatchObject({ outcome: "in-progress" });
    running.open("A");
    await first;
    expect(await world.node().oncekey.execute(after, async () => "B")).toMatchObject({
      outcome: "replayed",
      value: "A",
    });
  });

  it("a release whose reply is lost, and a claim over it since, is a release", async () => {
    const world = new World();
    const node = world.node();
    const boom = new Error("boom");
    node.store.next("replace", "lose-reply");
    const answer = node.oncekey.execute(op, () => Promise.reject(boom));
    await settled();
    await world.node().oncekey.execute(otherPayload, async () => "B");
    await world.clock.advance(1_900);
    expect(await answer).toMatchObject({ outcome: "threw", error: boom });
    expect(types(node)).not.toContain("superseded");
  });

  it("a superseded caller never gets the answer of another request", async () => {
    const world = new World();
    const owner = await pausedOwner(world);
    await world.clock.advance(LEASE_MS);
    await world.node().oncekey.execute(op, () => Promise.reject(new Error("released")));
    await world.node().oncekey.execute(otherPayload, async () => "C");
    owner.reconnect();
    owner.running.open("A");
    await world.clock.advance(5_000);
    expect(await owner.answer).toEqual({ outcome: "mismatch" });
  });
});

describe("renewal", () => {
  it("keeps a long-running attempt's key, until the longest execution is over", async () => {
    const world = new World();
    const owner = world.node({ maxExecutionMs: 300_000 });
    let signal: AbortSignal | undefined;
    void owner.oncekey.execute(op, (attempt) => {
      signal = attempt.signal;
      return new Promise(() => {});
    });
    const other = world.node();
    await world.clock.advance(299_000);
    expect(await other.oncekey.execute(op, async () => "B")).toMatchObject({ outcome: "in-progress" });
    expect(signal?.aborted).toBe(false);
    await world.clock.advance(LEASE_MS + 20_000);
    expect(signal?.aborted).toBe(true);
    expect(await other.oncekey.execute(op, async () => "B")).toMatchObject({ outcome: "executed", attempt: 2 });
  });

  it("survives lost replies: its own renewal never defeats its own completion", async () => {
    const world = new World();
    const owner = world.node();
    const running = latch<string>();
    owner.store.next("replace", "lose-reply");
    const answer = owner.oncekey.execute(op, () => running.promise);
    await world.clock.advance(LEASE_MS / 3);
    running.open("A");
    await world.clock.advance(3_000);
    expect(await answer).toMatchObject({ outcome: "executed", value: "A", stored: true });
  });

  it("survives a renewal that lands after it was given up", async () => {
    const world = new World();
    const owner = world.node();
    const running = latch<string>();
    owner.store.next("replace", "land-later");
    const answer = owner.oncekey.execute(op, () => running.promise);
    await world.clock.advance(LEASE_MS / 3 + 2_500);
    await owner.store.land();
    running.open("A");
    await world.clock.advance(3_000);
    expect(await answer).toMatchObject({ outcome: "executed", value: "A", stored: true });
  });

  it("keeps the record as long as the attempt runs, beyond its retention", async () => {
    const world = new World();
    const owner = world.node({ retentionMs: 120_000, leaseMs: 30_000, maxExecutionMs: 60_000 });
    const running = latch<string>();
    await owner.oncekey.execute(op, () => Promise.reject(new Error("released")));
    await world.clock.advance(119_000);
    const answer = owner.oncekey.execute(op, () => running.promise);
    await world.clock.advance(50_000);
    expect(await world.node().oncekey.execute(op, async () => "B")).toMatchObject({ outcome: "in-progress" });
    running.open("A");
    expect(await answer).toMatchObject({ outcome: "executed", stored: true, attempt: 2 });
  });

  it("renews a grant that arrived after its lease before the handler begins", async () => {
    const world = new World();
    const slow = world.node({ leaseMs: 1_000, claimTimeoutMs: 10_000, maxExecutionMs: 5_000 });
    slow.store.next("create", "hold-reply");
    const answer = slow.oncekey.execute(op, async () => (await world.store.get(id))?.ageMs);
    await world.clock.advance(1_500);
    slow.store.deliver();
    expect(await answer).toMatchObject({ outcome: "executed", value: 0 });
    expect(slow.store.calls.map(({ state }) => state)).toEqual(["in-progress", "in-progress", "completed"]);
  });

  it("renews a grant that arrived late in its lease before that ends", async () => {
    const world = new World();
    const slow = world.node({ leaseMs: 1_000, claimTimeoutMs: 10_000, maxExecutionMs: 5_000 });
    slow.store.next("create", "hold-reply");
    const running = latch<string>();
    const answer = slow.oncekey.execute(op, () => running.promise);
    await world.clock.advance(900);
    slow.store.deliver();
    await world.clock.advance(150);
    expect(await world.node().oncekey.execute(op, async () => "B")).toMatchObject({ outcome: "in-progress" });
    running.open("A");
    expect(await answer).toMatchObject({ outcome: "executed", value: "A", stored: true });
  });

  it("frees the key of such a grant under every policy, however long the store is away, if it cannot be renewed", async () => {
    for (const policy of ["retryable", "at-most-once"] as const) {
      const world = new World();
      const slow = world.node({ leaseMs: 1_000, claimTimeoutMs: 10_000, maxExecutionMs: 5_000, policy });
      slow.store.next("create", "hold-reply");
      let runs = 0;
      const answer = slow.oncekey.execute(op, async () => ++runs);
      await world.clock.advance(1_500);
      slow.store.always("refuse");
      slow.store.deliver();
      await world.clock.advance(60_000);
      expect(await answer).toMatchObject({ outcome: "store-unavailable" });
      slow.store.always("pass");
      await world.clock.advance(5_000);
      const next = await world.node({ policy }).oncekey.execute(op, async () => "B");
      expect([policy, next.outcome, runs]).toEqual([policy, "executed", 0]);
    }
  });

  it("does not run under a grant that arrived too late, if another has taken over", async () => {
    const world = new World();
    const slow = world.node({ leaseMs: 1_000, claimTimeoutMs: 10_000, maxExecutionMs: 5_000 });
    slow.store.next("create", "hold-reply");
    let runs = 0;
    const answer = slow.oncekey.execute(op, async () => ++runs);
    await world.clock.advance(1_500);
    await world.node().oncekey.execute(op, async () => "B");
    slow.store.deliver();
    expect(await answer).toMatchObject({ outcome: "replayed", value: "B" });
    expect(runs).toBe(0);
  });
});
