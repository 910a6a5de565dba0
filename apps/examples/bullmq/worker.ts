import { createOncekey, fingerprint, type IdempotencyStore, isOncekeyError } from "@oncekey/core";
import { DelayedError, Worker, type WorkerOptions } from "bullmq";

/** What a job asks for. `order` is what it is about; a job that was added twice has it twice. */
export interface ChargeJob {
  readonly order: string;
  readonly account: string;
  readonly amount: number;
}

/** What the job calls. Each gets a key that is the same in every attempt. */
export interface Effects {
  charge(job: ChargeJob, key: string): Promise<{ readonly charge: string }>;
  sendReceipt(job: ChargeJob, charge: string, key: string): Promise<void>;
}

export interface WorkerSettings {
  readonly queue: string;
  readonly store: IdempotencyStore;
  /** How long after a crash another worker takes over. */
  readonly leaseMs?: number;
  /** BullMQ's own. */
  readonly options: WorkerOptions;
}

const COME_BACK_MS = 1_000;

/** Works on charges: each order is charged once, however often its job is added, retried or picked up again. */
export function startWorker({ charge, sendReceipt }: Effects, settings: WorkerSettings): Worker<ChargeJob> {
  const { queue, store, leaseMs = 60_000, options } = settings;
  const oncekey = createOncekey({ store, namespace: "charges", leaseMs });

  return new Worker<ChargeJob>(
    queue,
    async (job, token) => {
      const { data } = job;
      try {
        return await oncekey.run(
          {
            key: data.order, // not `job.id`: it knows retries, and not a job that was added twice
            scope: data.account,
            fingerprint: fingerprint({ method: "JOB", path: job.name, body: { parsed: data } }),
          },
          async (attempt) => {
            // What a step gave is kept: a worker that takes over after a crash goes on behind it.
            const { charge: id } = await attempt.step("charge", () => charge(data, attempt.deriveKey("charge")));
            await attempt.step("receipt", () => sendReceipt(data, id, attempt.deriveKey("receipt")));
            return { charge: id };
          },
        );
      } catch (error) {
        if (!isOncekeyError(error, "IN_PROGRESS")) throw error;
        // Another worker is at it, or was until it crashed. Looking again later costs the job no attempt.
        await job.moveToDelayed(Date.now() + Math.min(leaseMs, COME_BACK_MS), token);
        throw new DelayedError();
      }
    },
    options,
  );
}
