import { createOncekey, MemoryStore } from "@oncekey/core";
import { describe, expect, it } from "vitest";
import { type HttpEvent, idempotency, idempotentBatch, idempotentHandler, type QueueRecord } from "../src/index.js";

const scope = "global";
const context = (leftMs = 30_000) => ({ getRemainingTimeInMillis: () => leftMs });

function latch(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

/** A store whose first completion is not taken in time, and how many it has taken. */
function slowStore() {
  const store = new MemoryStore();
  const gate = latch();
  let taken = 0;
  store.replace = async (...write) => {
    if (write[3].state === "completed") await gate.opened;
    const written = await MemoryStore.prototype.replace.apply(store, write);
    if (write[3].state === "completed") taken += 1;
    return written;
  };
  return { store, gate, taken: () => taken };
}

const v2 = (key: string, body = "{}"): HttpEvent => ({
  version: "2.0",
  rawPath: "/things",
  rawQueryString: "",
  headers: { "idempotency-key": key, "content-type": "application/json" },
  requestContext: { http: { method: "POST" } },
  body,
  isBase64Encoded: false,
});

const alb = (query: Record<string, string>): HttpEvent => ({
  httpMethod: "POST",
  path: "/things",
  headers: { "idempotency-key": "a" },
  queryStringParameters: query,
  requestContext: { elb: {} },
  body: "",
});

describe("HTTP events", () => {
  it("hand the handler its event, context and attempt, and its result on as it is", async () => {
    const result = { statusCode: 201, body: "done", headers: { "X-Any": 1 } };
    const handler = idempotency({ store: new MemoryStore(), scope })((event: HttpEvent, given, attempt) => {
      expect([event.rawPath, given.getRemainingTimeInMillis?.(), attempt?.number]).toEqual(["/things", 30_000, 1]);
      return result;
    });
    const given = { ...context(), functionName: "pay" };
    expect(await handler(v2("a"), given)).toBe(result);
    expect(await handler(v2("a"), given)).toEqual({
      statusCode: 201,
      headers: { "idempotent-replayed": "true" },
      body: "done",
      isBase64Encoded: false,
    });
  });

  it("of payload 2.0 may be answered with the body alone", async () => {
    const idem = idempotency({ store: new MemoryStore(), scope });
    const json = idem((_event: HttpEvent, _context) => ({ id: 1 }));
    expect(await json(v2("a"), context())).toEqual({ id: 1 });
    expect(await json(v2("a"), context())).toMatchObject({
      statusCode: 200,
      body: '{"id":1}',
      headers: { "content-type": "application/json" },
    });
    const text = idem((_event: HttpEvent, _context) => "done");
    expect([await text(v2("b"), context()), await text(v2("b"), context())]).toMatchObject(["done", { body: "done" }]);
  });

  it("of other formats need a result with a status", async () => {
    const handler = idempotency({ store: new MemoryStore(), scope })((_event: HttpEvent, _context) => ({ id: 1 }));
    await expect(handler(alb({}), context())).rejects.toThrow("an object with a statusCode");
  });

  it("tell parameters apart, in whatever order an event has them", async () => {
    const handler = idempotency({ store: new MemoryStore(), scope })(() => ({ statusCode: 200 }));
    const status = async (query: Record<string, string>) =>
      Reflect.get(await handler(alb(query), context()), "statusCode");
    expect(await status({ a: "1", b: "2" })).toBe(200);
    expect(await status({ b: "2", a: "1" })).toBe(200);
    expect(await status({ a: "1", b: "3" })).toBe(422);
    expect(await status({ a: "1&b=2" })).toBe(200);
  });

  it("that are no requests are refused in words", async () => {
    const handler = idempotency({ store: new MemoryStore(), scope })(() => ({ statusCode: 200 }));
    await expect(handler({}, context())).rejects.toThrow("use idempotentHandler or idempotentBatch");
  });

  it("that are not protected pass, without an attempt", async () => {
    const idem = idempotency({ store: new MemoryStore(), scope, required: false });
    const handler = idem((_event: HttpEvent, _context, attempt) => ({
      statusCode: 200,
      body: String(attempt?.number),
    }));
    const { headers: _, ...without } = v2("a");
    const get = { ...v2("a"), requestContext: { http: { method: "GET" } } };
    for (const event of [without, get]) expect(await handler(event, context())).toMatchObject({ body: "undefined" });
  });

  it("whose handler fails fail, and the key is free", async () => {
    let failed = false;
    const handler = idempotency({ store: new MemoryStore(), scope })(() => {
      if (failed) return { statusCode: 201 };
      failed = true;
      throw new Error("the vendor is away");
    });
    await expect(handler(v2("a"), context())).rejects.toThrow("the vendor is away");
    expect(await handler(v2("a"), context())).toEqual({ statusCode: 201 });
  });
});

describe("the time that is left", () => {
  it("bounds the lease: the retry of a function that was stopped runs soon after", async () => {
    let nowMs = 0;
    const store = new MemoryStore({ nowMs: () => nowMs });
    let runs = 0;
    const stopped = new Promise<never>(() => {});
    const handler = idempotency({ store, scope })(() => {
      runs += 1;
      return runs === 1 ? stopped : { statusCode: 201 };
    });
    void handler(v2("a"), context(5_000));
    await new Promise((resolve) => setImmediate(resolve));
    expect(await handler(v2("a"), context())).toMatchObject({ statusCode: 409 });
    nowMs = 5_500;
    expect(await handler(v2("a"), context())).toMatchObject({ statusCode: 409 });
    nowMs = 6_001;
    expect(await handler(v2("a"), context())).toEqual({ statusCode: 201 });
  });

  it("gives way to shorter options, and to a retention that is too short for it", async () => {
    const idem = idempotency({ store: new MemoryStore(), scope, leaseMs: 10_000, maxExecutionMs: 20_000 });
    const handler = idem.with({ retentionMs: 60_000 })(() => ({ statusCode: 201 }));
    expect(await handler(v2("a"), context(900_000))).toEqual({ statusCode: 201 });
    expect(await handler(v2("b"), context(0))).toEqual({ statusCode: 201 });
    expect(await handler(v2("c"), {})).toEqual({ statusCode: 201 });
    expect(await handler(v2("d"), context(Number.POSITIVE_INFINITY))).toEqual({ statusCode: 201 });
  });
});

describe("nothing goes on after the answer", () => {
  it("what the store did not take in time is stored before it", async () => {
    const { store, gate, taken } = slowStore();
    const options = { store, scope, completionTimeoutMs: 1 } as const;
    const handler = idempotency({ ...options, on: ({ type }) => type === "completion-failed" && gate.open() })(() => ({
      statusCode: 201,
    }));
    expect(await handler(v2("a"), context())).toEqual({ statusCode: 201 });
    expect(taken()).toBeGreaterThan(0);
  });

  it("but not for longer than the function has, or the option says", async () => {
    const { store, gate, taken } = slowStore();
    const options = { store, scope, completionTimeoutMs: 1 } as const;
    const short = idempotency(options)(() => ({ statusCode: 201 }));
    expect(await short(v2("a"), context(200))).toEqual({ statusCode: 201 });
    const never = idempotency({ ...options, settleWithinMs: 0 })(() => ({ statusCode: 201 }));
    expect(await never(v2("b"), context())).toEqual({ statusCode: 201 });
    expect(taken()).toBe(0);
    gate.open();
    expect(() => idempotency({ ...options, settleWithinMs: -1 })).toThrow("settleWithinMs: -1");
  });
});

describe("idempotentHandler", () => {
  const options = { key: ({ id }: { id: string; amount: number }) => id, scope };

  it("runs once for a key, and every repetition gets the first result", async () => {
    let runs = 0;
    const store = new MemoryStore();
    const handler = idempotentHandler(
      async ({ amount }: { id: string; amount: number }, _context: object, attempt) => {
        runs += 1;
        return { amount, attempt: attempt.number };
      },
      { ...options, store },
    );
    for (const _ of [1, 2]) expect(await handler({ id: "a", amount: 1 }, context())).toEqual({ amount: 1, attempt: 1 });
    expect(runs).toBe(1);
    await expect(handler({ id: "a", amount: 2 }, context())).rejects.toMatchObject({ code: "KEY_REUSED" });
    expect(await handler({ id: "b", amount: 2 }, context())).toMatchObject({ amount: 2 });
    expect(await handler.close()).toEqual({ unfinished: 0 });
    await expect(handler({ id: "c", amount: 1 }, context())).rejects.toMatchObject({ code: "CLOSED" });
  });

  it("takes what is the same request, whose it is, and an engine that is there", async () => {
    const oncekey = createOncekey({ store: new MemoryStore() });
    type Job = { id: string; amount: number; sentAt: number; tenant: string };
    const handler = idempotentHandler(({ tenant }: Job, _context: object) => tenant, {
      key: ({ id }) => id,
      scope: ({ tenant }) => tenant,
      payload: ({ amount }) => amount,
      oncekey,
    });
    const job = { id: "a", amount: 1, sentAt: 1, tenant: "one" };
    expect(await handler(job, context())).toBe("one");
    expect(await handler({ ...job, sentAt: 2 }, context())).toBe("one");
    expect(await handler({ ...job, tenant: "two" }, context())).toBe("two");
  });

  it("rejects while another invocation runs, and with what the handler threw, and the key is free", async () => {
    const gate = latch();
    const handler = idempotentHandler(
      async () => {
        await gate.opened;
        throw new Error("away");
      },
      { ...options, store: new MemoryStore() },
    );
    const first = handler({ id: "a", amount: 1 }, context());
    await expect(handler({ id: "a", amount: 1 }, context())).rejects.toMatchObject({ code: "IN_PROGRESS" });
    gate.open();
    await expect(first).rejects.toThrow("away");
    await expect(handler({ id: "a", amount: 1 }, context())).rejects.toThrow("away");
  });

  it("refuses wrong options at once", () => {
    const store = new MemoryStore();
    const make = (given: object) => () => idempotentHandler(() => 1, { ...options, store, ...given });
    expect(make({ scope: "" })).toThrow("scope: expected a text");
    expect(make({ key: "id" })).toThrow("key: expected a function");
    expect(make({ leaseMs: -1 })).toThrow("leaseMs");
    expect(make({ ttl: 1 })).toThrow('"ttl" is no option');
    expect(make({ store: undefined })).toThrow("neither a store nor an oncekey");
  });
});

describe("idempotentBatch", () => {
  const record = (messageId: string, body = messageId, fifo = false): QueueRecord => ({
    messageId,
    body,
    eventSourceARN: `arn:aws:sqs:eu-west-1:1:jobs${fifo ? ".fifo" : ""}`,
  });
  const failures = (...ids: string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });

  it("reports what failed, and what was done before is a success and not run", async () => {
    const ran: string[] = [];
    const errors: unknown[] = [];
    let away = true;
    const handler = idempotentBatch(
      ({ body }: QueueRecord) => {
        ran.push(body);
        if (body === "b" && away) throw new Error("away");
      },
      { store: new MemoryStore(), scope, onError: (error, { messageId }) => errors.push([messageId, String(error)]) },
    );
    const event = { Records: ["a", "b", "c"].map((id) => record(id)) };
    expect(await handler(event, context())).toEqual(failures("b"));
    expect(errors).toEqual([["b", "Error: away"]]);
    away = false;
    expect(await handler(event, context())).toEqual(failures());
    expect(ran).toEqual(["a", "b", "c", "b"]);
  });

  it("reports a message that is running elsewhere", async () => {
    const gate = latch();
    const handler = idempotentBatch(() => gate.opened, { store: new MemoryStore(), scope });
    const first = handler({ Records: [record("a")] }, context());
    expect(await handler({ Records: [record("a")] }, context())).toEqual(failures("a"));
    gate.open();
    expect(await first).toEqual(failures());
    expect(await handler({ Records: [record("a")] }, context())).toEqual(failures());
  });

  it("knows by a key of the sender what was sent twice, even in one batch", async () => {
    let runs = 0;
    const handler = idempotentBatch(
      () => {
        runs += 1;
      },
      {
        store: new MemoryStore(),
        scope,
        key: ({ body }) => body,
        concurrency: 1,
      },
    );
    expect(await handler({ Records: [record("1", "a"), record("2", "a")] }, context())).toEqual(failures());
    expect(runs).toBe(1);
  });

  it("keeps the order of a FIFO queue: what follows a failure is not begun, and comes again", async () => {
    const ran: string[] = [];
    const handler = idempotentBatch(
      ({ body }: QueueRecord) => {
        ran.push(body);
        if (body === "b") throw new Error("away");
      },
      { store: new MemoryStore(), scope },
    );
    const event = { Records: ["a", "b", "c", "d"].map((id) => record(id, id, true)) };
    expect(await handler(event, context())).toEqual(failures("b", "c", "d"));
    expect(ran).toEqual(["a", "b"]);
  });

  it("runs as many messages at once as it may", async () => {
    let [running, most] = [0, 0];
    const handler = idempotentBatch(
      async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
      },
      { store: new MemoryStore(), scope, concurrency: 3 },
    );
    expect(await handler({ Records: [..."abcdefgh"].map((id) => record(id)) }, context())).toEqual(failures());
    expect(most).toBe(3);
    expect(() => idempotentBatch(() => 1, { store: new MemoryStore(), scope, concurrency: 0 })).toThrow(
      "concurrency: 0",
    );
  });
});
