import { randomUUID } from "node:crypto";
import { RedisStore } from "@oncekey/redis";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { type ChargeJob, startWorker } from "./worker.js";

const redisUrl = process.env["REDIS_URL"] ?? "redis://127.0.0.1:6379";
const connection = { url: redisUrl };
const queue = new Queue<ChargeJob>("charges", { connection });
const worker = startWorker(
  {
    charge: async ({ order, amount }, key) => {
      console.log(`charges ${amount} for ${order}, with key ${key}`);
      return { charge: `ch_${randomUUID().slice(0, 8)}` };
    },
    sendReceipt: async ({ order }, charge) => console.log(`sends the receipt of ${charge} for ${order}`),
  },
  { queue: "charges", store: new RedisStore(new Redis(redisUrl)), options: { connection } },
);
worker.on("completed", (job, result) => console.log(`job ${job.id} is done:`, result));

// Added twice, as by a producer that heard no answer the first time.
const job: ChargeJob = { order: `order-${randomUUID().slice(0, 8)}`, account: "acct_1", amount: 1_000 };
for (let times = 0; times < 2; times += 1) {
  await queue.add("charge", job, { attempts: 5, backoff: { type: "exponential", delay: 1_000 } });
}
