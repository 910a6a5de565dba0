import { describe, expect, it } from "vitest";
import { settled } from "../../test/manual-clock.js";
import { latch, op, otherPayload, World } from "../../test/world.js";
import { createOncekey, isOncekeyError, MemoryStore, OncekeyError } from "../index.js";

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "no error",
    (error: unknown) => (isOncekeyError(error) ? error.code : error),
  );

describe("run", () => {
  it("gives the value, first and replayed", async () => {
    const { oncekey } = new World().node();
    expect(await oncekey.run(op, async () => ({ id: 1 }))).toEqual({ id: 1 });
    expect(await oncekey.run(op, async () => ({ id: 2 }))).toEqual({ id: 1 });
  });

  it("gives undefined back as undefined", async () => {
    const { oncekey } = new World().node();
    await oncekey.run(op, async () => undefined);
    let runs = 0;
    expect(await oncekey.run(op, async () => void runs++)).toBeUndefined();
    expect(runs).toBe(0);
  });

  it("throws the handler's own error, and runs again", async () => {
    const { oncekey } = new World().node();
    const boom = new Error("boom");
    await expect(oncekey.run(op, () => Promise.reject(boom))).rejects.toBe(boom);
    expect(await oncekey.run(op, async () => 1)).toBe(1);
  });

  it("throws what an at-most-once run threw, as a replayed failure that names it", async () => {
    const { oncekey } = new World().node({ policy: "at-most-once" });
    const declined = Object.assign(new RangeError("card declined"), { code: "E_DECLINED" });
    await expect(oncekey.run(op, () => Promise.reject(declined))).rejects.toBe(declined);
    const replayed = await oncekey.run(op, async () => 1).catch((error: unknown) => error);
    expect(isOncekeyError(replayed, "REPLAYED_FAILURE")).toBe(true);
    expect(replayed).toMatchObject({
      message: "the first run threw RangeError: card declined",
      cause: { name: "RangeError", code: "E_DECLINED" },
    });
  });

  it("has a code for everything that is not a value", async () => {
    const world = new World();
    const { oncekey } = world.node();
    const running = latch<number>();
    const first = oncekey.run(op, () => running.promise);
    await settled();
    expect(await codeOf(oncekey.run(op, async () => 1))).toBe("IN_PROGRESS");
    expect(await codeOf(oncekey.run(otherPayload, async () => 1))).toBe("KEY_REUSED");
    running.open(1);
    await first;

    const lost = world.node();
    void lost.oncekey.run({ ...op, key: "lost" }, () => new Promise(() => {}));
    await settled();
    lost.store.always("refuse");
    await world.clock.advance(60_000);
    const strict = world.node({ policy: "at-most-once" }).oncekey;
    expect(await codeOf(strict.run({ ...op, key: "lost" }, async () => 1))).toBe("OUTCOME_UNKNOWN");

    const dead = world.node();
    dead.store.always("hang");
    const unavailable = codeOf(dead.oncekey.run(op, async () => 1));
    await world.clock.advance(1_000);
    expect(await unavailable).toBe("STORE_UNAVAILABLE");

    const misconfigured = createOncekey({
      store: Object.assign(new MemoryStore(), {
        create: () => Promise.reject(new OncekeyError("STORE_MISCONFIGURED", "run migrate()")),
      }),
    });
    expect(await codeOf(misconfigured.run(op, async () => 1))).toBe("STORE_MISCONFIGURED");

    await oncekey.run({ ...op, key: "big" }, async () => 1n);
    expect(await codeOf(oncekey.run({ ...op, key: "big" }, async () => 1n))).toBe("RESULT_UNAVAILABLE");
  });
});
