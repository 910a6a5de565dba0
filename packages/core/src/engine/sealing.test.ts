import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { settled } from "../../test/manual-clock.js";
import { TransactionalMemory } from "../../test/transactional-memory.js";
import { latch, op, types, World } from "../../test/world.js";
import {
  aesGcm,
  type Completed,
  encodeRecord,
  isOmitted,
  type OncekeyOptions,
  type ResultCodec,
  recordId,
  type Sealer,
} from "../index.js";

const id = recordId("default", op.scope, op.key);
const seal = aesGcm({ keys: [{ id: "k1", key: new Uint8Array(32).fill(1) }] });
const secret = "4242 4242 4242 4242";
const notOpened = { code: "RECORD_NOT_OPENED" };

const never = async () => {
  throw new Error("this handler must not run");
};

/** A sealer without promises, that can be told from the real one: every byte is flipped, and the id comes first. */
const flipping: Sealer = {
  seal: (plain, place) => Buffer.concat([Buffer.from(place), plain.map((byte) => byte ^ 0xff)]),
  open: (sealed, place) => Uint8Array.from(sealed.subarray(place.length), (byte) => byte ^ 0xff),
};

async function completedOf(world: World, of = id): Promise<Completed> {
  const record = (await world.store.get(of))?.record;
  if (record?.state !== "completed") throw new Error(`not completed: ${record?.state}`);
  return record;
}

async function resultOf(world: World, of = id): Promise<Uint8Array> {
  const { result } = await completedOf(world, of);
  if (isOmitted(result)) throw new Error("omitted");
  return result;
}

async function rewrite(world: World, result: Completed["result"], of = id): Promise<void> {
  const stored = await world.store.get(of);
  const record = { ...(await completedOf(world, of)), result };
  await world.store.replace(of, stored?.version ?? "", crypto.randomUUID(), record);
}

/** A process that must not be able to answer: what it is told. */
async function refusal(world: World, options: Partial<OncekeyOptions>): Promise<unknown> {
  const node = world.node(options);
  const answer = await node.oncekey.execute(op, never).then(
    (outcome) => outcome,
    (error: unknown) => error,
  );
  expect(types(node)).not.toContain("started");
  return answer;
}

describe("a sealed result", () => {
  it("is replayed, and stands nowhere in the record's bytes", async () => {
    const world = new World();
    const { oncekey, events } = world.node({ seal });
    const first = await oncekey.execute(op, async () => ({ card: secret }));
    expect(first).toEqual({ outcome: "executed", value: { card: secret }, stored: true, attempt: 1 });
    expect(await oncekey.execute(op, never)).toEqual({ outcome: "replayed", value: { card: secret }, attempt: 1 });
    expect(await oncekey.run(op, never)).toEqual({ card: secret });
    expect(events.map(({ type }) => type)).toEqual(["started", "completed", "replayed", "replayed"]);
    const raw = Buffer.from(encodeRecord(await completedOf(world)));
    expect(raw.includes("k1")).toBe(true);
    expect(raw.includes(secret)).toBe(false);
    expect(raw.includes("card")).toBe(false);
  });

  it("costs no round trip", async () => {
    const { oncekey, store } = new World().node({ seal });
    await oncekey.execute(op, async () => secret);
    await oncekey.execute(op, never);
    expect(store.calls.map(({ op }) => op)).toEqual(["create", "replace", "create"]);
  });

  it("may be a failure, and come from a sealer without promises", async () => {
    const world = new World();
    const { oncekey } = world.node({ seal: flipping, policy: "at-most-once" });
    await oncekey.execute(op, () => Promise.reject(new Error(secret)));
    expect(Buffer.from(await resultOf(world)).includes(secret)).toBe(false);
    expect(await oncekey.execute(op, never)).toMatchObject({
      outcome: "replayed-failure",
      error: { code: "REPLAYED_FAILURE", message: expect.stringContaining(secret) },
    });
  });

  it("may be a summary of what was not kept", async () => {
    const world = new World();
    const codec: ResultCodec<string> = {
      classify: () => "success",
      encode: () => ({ omitted: true, summary: Buffer.from(secret) }),
      decode: () => ({ ok: true, value: "never" }),
    };
    const { oncekey } = world.node({ seal });
    await oncekey.execute(op, async () => "first", codec);
    const { result } = await completedOf(world);
    if (!isOmitted(result) || result.summary === undefined) throw new Error("there is no summary");
    expect(Buffer.from(result.summary).includes(secret)).toBe(false);
    expect(await oncekey.execute(op, never, codec)).toEqual({
      outcome: "result-unavailable",
      omitted: { omitted: true, summary: new Uint8Array(Buffer.from(secret)) },
    });
    // Neither of them opens in the place of the other.
    await rewrite(world, result.summary);
    expect(await refusal(world, { seal })).toMatchObject(notOpened);
  });

  it("is committed in a transaction, and given to the handler that lost its reply", async () => {
    const world = new World();
    const { oncekey } = world.node({ seal });
    const end = await oncekey.execute(op, async (attempt) => {
      const tx = new TransactionalMemory(world.store);
      await attempt.commitWith(tx, secret);
      await tx.commit();
      await attempt.commitWith(new TransactionalMemory(world.store), "a second time");
      return "unreachable";
    });
    expect(end).toMatchObject({ outcome: "replayed", value: secret });
    expect(Buffer.from(await resultOf(world)).includes(secret)).toBe(false);
    expect(await oncekey.execute(op, never)).toMatchObject({ outcome: "replayed", value: secret });
  });

  it("is opened for an attempt that was superseded", async () => {
    const world = new World();
    const slow = world.node({ seal });
    const paused = latch<string>();
    const answer = slow.oncekey.execute(op, () => paused.promise);
    await settled();
    slow.store.always("refuse");
    await world.clock.advance(60_000);
    await world.node({ seal }).oncekey.execute(op, async () => secret);
    slow.store.always("pass");
    paused.open("late");
    expect(await answer).toMatchObject({ outcome: "replayed", value: secret });
  });

  it("is told from plain bytes that begin like it, with a sealer and without", async () => {
    const codec: ResultCodec<Uint8Array> = {
      classify: () => "success",
      encode: (end) => (end.ok ? end.value : new Uint8Array(0)),
      decode: (value) => ({ ok: true, value }),
    };
    for (const [options, key] of [
      [{}, "plain"],
      [{ seal }, "sealed"],
    ] as const) {
      const { oncekey } = new World().node(options);
      for (const value of [[0xf5, 1, 2], [0xf5, 0], [0xf5], []].map((bytes) => Uint8Array.from(bytes))) {
        const operation = { ...op, key: `${key}-${value.join()}` };
        await oncekey.execute(operation, async () => value, codec);
        expect(await oncekey.execute(operation, never, codec)).toMatchObject({ outcome: "replayed", value });
      }
    }
  });
});

describe("a result that does not open", () => {
  async function sealedWorld(): Promise<World> {
    const world = new World();
    await world.node({ seal }).oncekey.execute(op, async () => secret);
    return world;
  }

  it("is an error and an event, and nothing runs, where the sealer is missing or lacks the key", async () => {
    const world = await sealedWorld();
    const otherKey = aesGcm({ keys: [{ id: "k2", key: new Uint8Array(32).fill(2) }] });
    for (const [options, why] of [
      [{}, /the option seal is not set here/],
      [{ seal: otherKey }, /no key with the id "k1"/],
    ] as const) {
      const node = world.node(options);
      await expect(node.oncekey.execute(op, never)).rejects.toMatchObject({ ...notOpened, message: why });
      await expect(node.oncekey.run(op, never)).rejects.toMatchObject(notOpened);
      const event = { type: "result-not-opened", id, cause: expect.objectContaining(notOpened) };
      expect(node.events).toEqual([event, event]);
    }
    expect(await world.node({ seal }).oncekey.execute(op, never)).toMatchObject({ value: secret });
  });

  it("is one of which any byte was changed", async () => {
    const world = await sealedWorld();
    const sealed = await resultOf(world);
    for (let index = 0; index < sealed.byteLength; index++) {
      await rewrite(
        world,
        sealed.map((byte, at) => (at === index ? byte ^ 0x01 : byte)),
      );
      // Its first two bytes say that it is sealed. Without them it is taken for a plain one, which the codec cannot read.
      const told = await refusal(world, { seal });
      expect(told, `byte ${index}`).toMatchObject({ code: index < 2 ? "RECORD_UNREADABLE" : "RECORD_NOT_OPENED" });
      expect(inspect(told, { depth: null, showHidden: true })).not.toContain(secret);
      expect(await refusal(world, { seal, sealing: "require" }), `byte ${index}`).toMatchObject(notOpened);
    }
    await rewrite(world, sealed);
    expect(await world.node({ seal }).oncekey.execute(op, never)).toMatchObject({ value: secret });
  });

  it("is one that was copied from another key", async () => {
    const world = await sealedWorld();
    const other = { ...op, key: "key-2" };
    await world.node({ seal }).oncekey.execute(other, async () => "another answer");
    await rewrite(world, await resultOf(world, recordId("default", other.scope, other.key)));
    expect(await refusal(world, { seal })).toMatchObject(notOpened);
  });

  it("is not opened for another request: that is told first", async () => {
    const world = await sealedWorld();
    const { oncekey } = world.node();
    expect(await oncekey.execute({ ...op, fingerprint: "s1:bbbb" }, never)).toEqual({ outcome: "mismatch" });
  });

  it("is one whose sealer does not answer in time, or answers no bytes", async () => {
    const world = await sealedWorld();
    const slow = world.node({ seal: { ...seal, open: () => new Promise<never>(() => {}) } });
    const answer = slow.oncekey.execute(op, never);
    const told = expect(answer).rejects.toMatchObject({
      ...notOpened,
      cause: { message: expect.stringContaining("open() did not answer within 1000 ms") },
    });
    await settled();
    await world.clock.advance(1_000);
    await told;
    const wrong = { ...seal, open: () => "text" as unknown as Uint8Array };
    expect(await refusal(world, { seal: wrong })).toMatchObject({
      ...notOpened,
      cause: { message: "seal: open() answered string, and not bytes" },
    });
  });
});

describe("rolling a sealer out", () => {
  it("prepares every process to open, while nothing is sealed yet", async () => {
    const world = new World();
    const prepared = world.node({ seal, sealing: "prepare" });
    await prepared.oncekey.execute(op, async () => "plain");
    expect(await world.node().oncekey.execute(op, never)).toMatchObject({ value: "plain" });
    const other = { ...op, key: "key-2" };
    await world.node({ seal }).oncekey.execute(other, async () => secret);
    expect(await prepared.oncekey.execute(other, never)).toMatchObject({ outcome: "replayed", value: secret });
  });

  it("replays what was kept before, and refuses it once it is told to", async () => {
    const world = new World();
    await world.node().oncekey.execute(op, async () => "from before");
    expect(await world.node({ seal }).oncekey.execute(op, never)).toMatchObject({ value: "from before" });
    const strict = world.node({ seal, sealing: "require" });
    await expect(strict.oncekey.execute(op, never)).rejects.toMatchObject({
      ...notOpened,
      message: expect.stringContaining("it is not sealed"),
    });
    expect(types(strict)).toEqual(["result-not-opened"]);
    const other = { ...op, key: "key-2" };
    await strict.oncekey.execute(other, async () => secret);
    expect(await strict.oncekey.execute(other, never)).toMatchObject({ outcome: "replayed", value: secret });
  });

  it("turns keys: the old one opens behind the new one", async () => {
    const world = new World();
    await world.node({ seal }).oncekey.execute(op, async () => secret);
    const keys = [
      { id: "k2", key: new Uint8Array(32).fill(2) },
      { id: "k1", key: new Uint8Array(32).fill(1) },
    ];
    const turned = world.node({ seal: aesGcm({ keys }) });
    expect(await turned.oncekey.execute(op, never)).toMatchObject({ value: secret });
    const other = { ...op, key: "key-2" };
    await turned.oncekey.execute(other, async () => secret);
    const raw = Buffer.from(await resultOf(world, recordId("default", other.scope, other.key)));
    expect(raw.includes("k2")).toBe(true);
  });
});

describe("a result that cannot be sealed", () => {
  const limited = (maxRecordBytes: number) => {
    const world = new World();
    const capabilities = { ...world.store.capabilities, maxRecordBytes };
    Object.defineProperty(world.store, "capabilities", { value: capabilities });
    return world;
  };

  it("is omitted where it is too large with its envelope, and kept where it just fits", async () => {
    const value = "x".repeat(1_000);
    const plainBytes = JSON.stringify({ value }).length;
    const envelopeBytes = 2 + (2 + "k1".length + 12 + 16);
    for (const [spare, outcome] of [
      [-1, "result-unavailable"],
      [0, "replayed"],
    ] as const) {
      const world = limited(1_024 + plainBytes + envelopeBytes + spare);
      const { oncekey, events } = world.node({ seal });
      expect(await oncekey.execute(op, async () => value)).toMatchObject({ outcome: "executed", value, stored: true });
      expect(await oncekey.execute(op, never)).toMatchObject({ outcome });
      const omitted = events.filter(({ type }) => type === "result-omitted");
      expect(omitted).toMatchObject(spare < 0 ? [{ cause: { code: "RECORD_TOO_LARGE" } }] : []);
    }
  });

  const failures: [string, Sealer["seal"], RegExp][] = [
    [
      "throws",
      () => {
        throw new Error("no key service");
      },
      /no key service/,
    ],
    ["rejects", () => Promise.reject(new Error("no key service")), /no key service/],
    ["answers no bytes", () => undefined as unknown as Uint8Array, /seal\(\) answered undefined, and not bytes/],
    ["does not answer in time", () => new Promise<never>(() => {}), /seal\(\) did not answer within 2000 ms/],
  ];
  for (const [what, failing, message] of failures) {
    it(`is omitted where the sealer ${what}, and never kept in the clear`, async () => {
      const world = new World();
      const node = world.node({ seal: { ...seal, seal: failing } });
      const first = node.oncekey.execute(op, async () => secret);
      await settled();
      await world.clock.advance(2_000);
      expect(await first).toEqual({ outcome: "executed", value: secret, stored: true, attempt: 1 });
      expect(node.events).toContainEqual(
        expect.objectContaining({
          type: "result-omitted",
          cause: expect.objectContaining({ message: expect.stringMatching(message) }),
        }),
      );
      expect((await completedOf(world)).result).toEqual({ omitted: true });
      expect(await node.oncekey.execute(op, never)).toMatchObject({ outcome: "result-unavailable" });
    });
  }
});
