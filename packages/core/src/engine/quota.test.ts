import { describe, expect, it } from "vitest";
import { settled } from "../../test/manual-clock.js";
import { latch, op, otherPayload, types, World } from "../../test/world.js";
import { type OncekeyOptions, type Quota, type QuotaAnswer, type QuotaRequest, recordId } from "../index.js";

const id = recordId("default", op.scope, op.key);
const full: Quota = () => ({ admit: false, retryAfterMs: 30_000 });

const never = async () => {
  throw new Error("this handler must not run");
};

/** A world in which a first process without a quota has done what the test needs, and the node of a second one. */
function overQuota(options: Partial<OncekeyOptions> = {}) {
  const world = new World();
  return { world, first: world.node(), node: world.node({ quota: full, ...options }) };
}

const calls = ({ store }: { readonly store: { readonly calls: readonly { readonly op: string }[] } }) =>
  store.calls.map(({ op }) => op);

describe("a quota", () => {
  it("refuses a new key, and nothing is written or run", async () => {
    const { world, node } = overQuota();
    expect(await node.oncekey.execute(op, never)).toEqual({ outcome: "quota-exceeded", retryAfterMs: 30_000 });
    await expect(node.oncekey.run(op, never)).rejects.toMatchObject({ code: "QUOTA_EXCEEDED", retryAfterMs: 30_000 });
    expect(node.events).toEqual([
      { type: "refused", id, because: "quota-exceeded" },
      { type: "refused", id, because: "quota-exceeded" },
    ]);
    expect(calls(node)).toEqual(["get", "get"]);
    expect(await world.store.get(id)).toBeUndefined();
  });

  it("costs no call of the store where it admits, and is told whose key it is", async () => {
    const asked: QuotaRequest[] = [];
    const node = new World().node({
      namespace: "billing",
      retentionMs: 3_600_000,
      quota: async (request) => {
        asked.push(request);
        return { admit: true };
      },
    });
    await node.oncekey.execute(op, async () => "A");
    expect(await node.oncekey.execute(op, never)).toMatchObject({ outcome: "replayed", value: "A" });
    expect(calls(node)).toEqual(["create", "replace", "create"]);
    const request = {
      namespace: "billing",
      scope: op.scope,
      id: recordId("billing", op.scope, op.key),
      retentionMs: 3_600_000,
    };
    expect(asked).toEqual([request, request]);
    await node.oncekey.execute({ ...op, quotaScope: "everybody" }, never);
    expect(asked.at(-1)).toEqual({ ...request, scope: "everybody" });
    await expect(node.oncekey.execute({ ...op, quotaScope: "" }, never)).rejects.toThrow(/quotaScope: a text of 1 to/);
  });

  it("never refuses a key that is completed: its replay costs one call, as ever", async () => {
    const { first, node } = overQuota();
    await first.oncekey.execute(op, async () => "A");
    expect(await node.oncekey.execute(op, never)).toMatchObject({ outcome: "replayed", value: "A" });
    expect(calls(node)).toEqual(["get"]);
    expect(await node.oncekey.execute(otherPayload, never)).toEqual({ outcome: "mismatch" });
  });

  it("never refuses a key that is running, or one that was released", async () => {
    const { first, node } = overQuota();
    const running = latch<string>();
    const end = first.oncekey.execute(op, () => running.promise);
    await settled();
    expect(await node.oncekey.execute(op, never)).toMatchObject({ outcome: "in-progress" });
    running.fail(new Error("released"));
    await end;
    expect(await node.oncekey.execute(op, async () => "B")).toMatchObject({ outcome: "executed", attempt: 2 });
  });

  it("never refuses to take over an attempt that was lost", async () => {
    const { world, first, node } = overQuota();
    const paused = latch<string>();
    const end = first.oncekey.execute(op, () => paused.promise);
    await settled();
    first.store.always("refuse");
    await world.clock.advance(60_000);
    expect(await node.oncekey.execute(op, async () => "B")).toMatchObject({ outcome: "executed", attempt: 2 });
    first.store.always("pass");
    paused.open("A");
    expect(await end).toMatchObject({ outcome: "replayed", value: "B" });
  });

  it("refuses a key again whose retention is over", async () => {
    const { world, first, node } = overQuota({ retentionMs: 60_000, leaseMs: 10_000 });
    await first.oncekey.with({ retentionMs: 60_000, leaseMs: 10_000 }).execute(op, async () => "A");
    await world.clock.advance(60_000);
    expect(await node.oncekey.execute(op, never)).toMatchObject({ outcome: "quota-exceeded" });
  });

  it("says that the store is unavailable where a retry cannot be told from a new key", async () => {
    const { node } = overQuota();
    node.store.always("refuse");
    expect(await node.oncekey.execute(op, never)).toMatchObject({ outcome: "store-unavailable" });
    expect(types(node)).toEqual(["store-unavailable"]);
  });

  const faults: [string, Quota, RegExp][] = [
    [
      "throws",
      () => {
        throw new Error("no counter");
      },
      /no counter/,
    ],
    ["rejects", () => Promise.reject(new Error("no counter")), /no counter/],
    [
      "answers nonsense",
      () => false as unknown as QuotaAnswer,
      /quota: it answered false; expected \{ admit: true \} or/,
    ],
    [
      "answers no time",
      () => ({ admit: false, retryAfterMs: Number.NaN }),
      /answered \{"admit":false,"retryAfterMs":null\}/,
    ],
    ["does not answer in time", () => new Promise<never>(() => {}), /quota did not answer within 1000 ms/],
  ];
  for (const [what, quota, message] of faults) {
    it(`that ${what} fails new keys with its own error, and no retry`, async () => {
      const { world, first, node } = overQuota({ quota });
      const fresh = expect(node.oncekey.execute(op, never)).rejects.toThrow(message);
      await settled();
      await world.clock.advance(1_000);
      await fresh;
      await first.oncekey.execute(op, async () => "A");
      const retry = node.oncekey.execute(op, never);
      await settled();
      await world.clock.advance(1_000);
      expect(await retry).toMatchObject({ outcome: "replayed", value: "A" });
    });
  }

  it("belongs to some operations where it is set by with()", async () => {
    const { oncekey } = new World().node();
    expect(await oncekey.with({ quota: full }).execute(op, never)).toMatchObject({ outcome: "quota-exceeded" });
    expect(await oncekey.execute(op, async () => "A")).toMatchObject({ outcome: "executed" });
  });
});
