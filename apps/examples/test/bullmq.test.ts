import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { RedisStore } from "@oncekey/redis";
import { testRedisUrl } from "@oncekey/services";
import { type Job, type JobsOptions, Queue, QueueEvents, type Worker } from "bullmq";
import { Redis } from "ioredis";
import { afterAll, describe, expect, it, vi } from "vitest";
import { type ChargeJob, type Effects, startWorker } from "../bullmq/worker.js";
import { effectsOf, settingsFor } from "./bullmq-settings.js";

const redisUrl = testRedisUrl();
const connection = { url: redisUrl };
const redis = new Redis(redisUrl);
afterAll(() => redis.quit());

/** A queue and an order of its own for each test, and what it takes to work on it. */
class Place implements AsyncDisposable {
  readonly order = randomUUID();
  readonly queue = `charges-${this.order}`;
  readonly result = { charge: `ch_${this.order}` };
  readonly charged = `charge ${this.order}`;
  readonly receipted = `receipt ${this.order}`;
  readonly #jobs = new Queue<ChargeJob>(this.queue, { connection });
  readonly #events = new QueueEvents(this.queue, { connection });
  readonly #workers: Worker[] = [];
  readonly #settings = settingsFor({ redis, redisUrl, queue: this.queue, store: new RedisStore(redis) });

  /** A worker in this process. */
  work(effects: Partial<Effects> = {}, options = {}): void {
    const settings = { ...this.#settings, options: { ...this.#settings.options, ...options } };
    const worker = startWorker({ ...this.#settings.effects, ...effects }, settings);
    worker.on("error", () => {}); // one that lost its job is told so
    this.#workers.push(worker);
  }

  get effects(): Effects {
    return this.#settings.effects;
  }

  /** A worker in a process of its own, which dies where it is told to. */
  async workAndDie(crash: "in-the-receipt" | "before-the-ack"): Promise<void> {
    const script = fileURLToPath(new URL("bullmq-worker.ts", import.meta.url));
    const conditions = ["--conditions=@oncekey/source", "--import", "tsx"];
    const child: ChildProcess = spawn(process.execPath, [...conditions, script, redisUrl, this.queue, crash], {
      stdio: "inherit",
    });
    const [, signal] = await once(child, "exit");
    expect(signal).toBe("SIGKILL");
  }

  add(options: JobsOptions = {}): Promise<Job<ChargeJob>> {
    return this.#jobs.add("charge", { order: this.order, account: "acct_1", amount: 1_000 }, options);
  }

  async resultOf(added: Job<ChargeJob>): Promise<unknown> {
    return added.waitUntilFinished(this.#events);
  }

  delayed(): Promise<number> {
    return this.#jobs.getDelayedCount();
  }

  /** What was done, in order, in all processes. */
  done(): Promise<string[]> {
    return redis.lrange(effectsOf(this.queue), 0, -1);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.close()));
    await this.#events.close();
    await this.#jobs.obliterate({ force: true });
    await this.#jobs.close();
    await redis.del(effectsOf(this.queue));
  }
}

describe.concurrent("apps/examples/bullmq, on a real Redis", () => {
  it("does a job's effects once when its worker dies in the middle: the next one goes on behind the charge", async () => {
    await using place = new Place();
    const added = await place.add();
    await place.workAndDie("in-the-receipt");
    expect(await place.done()).toEqual([place.charged]);
    place.work();
    expect(await place.resultOf(added)).toEqual(place.result);
    expect(await place.done()).toEqual([place.charged, place.receipted]);
  });

  it("does them once when its worker dies after them, before the queue has heard of it", async () => {
    await using place = new Place();
    const added = await place.add();
    await place.workAndDie("before-the-ack");
    expect(await place.done()).toEqual([place.charged, place.receipted]);
    place.work();
    expect(await place.resultOf(added)).toEqual(place.result);
    expect(await place.done()).toEqual([place.charged, place.receipted]);
  });

  it("does not repeat the charge when a later part fails and the job is retried", async () => {
    await using place = new Place();
    let failures = 0;
    place.work({
      sendReceipt: async (...receipt) => {
        failures += 1;
        if (failures === 1) throw new Error("the mail server is down");
        await place.effects.sendReceipt(...receipt);
      },
    });
    const added = await place.add({ attempts: 2, backoff: 50 });
    expect(await place.resultOf(added)).toEqual(place.result);
    expect(failures).toBe(2);
    expect(await place.done()).toEqual([place.charged, place.receipted]);
  });

  it("charges an order once whose job was added twice, and both have the result", async () => {
    await using place = new Place();
    place.work();
    place.work();
    const both = await Promise.all([place.add(), place.add()]);
    const results = await Promise.all(both.map((added) => place.resultOf(added)));
    expect(results).toEqual([place.result, place.result]);
    expect(await place.done()).toEqual([place.charged, place.receipted]);
  });

  it("does them once when the queue takes a slow job for stalled and gives it to a second worker", async () => {
    await using place = new Place();
    let charges = 0;
    const slowly: Effects["charge"] = async (...charge) => {
      charges += 1;
      // It ends when the second worker has been told that this one is at it.
      await vi.waitFor(async () => expect(await place.delayed()).toBe(1), { timeout: 20_000, interval: 20 });
      return place.effects.charge(...charge);
    };
    place.work({ charge: slowly }, { skipLockRenewal: true });
    const added = await place.add();
    await vi.waitFor(() => expect(charges).toBe(1), 20_000);
    place.work({ charge: slowly });
    expect(await place.resultOf(added)).toEqual(place.result);
    expect(charges).toBe(1);
    expect(await place.done()).toEqual([place.charged, place.receipted]);
  });
});
