// A worker in a process of its own, which kills it where CRASH says, once:
//   in-the-receipt   the charge is done and kept, the receipt is not sent yet
//   before-the-ack   all is done and kept, and the queue has not heard of it
import { subscribe } from "node:diagnostics_channel";
import { RedisStore } from "@oncekey/redis";
import { Redis } from "ioredis";
import { startWorker } from "../bullmq/worker.js";
import { settingsFor } from "./bullmq-settings.js";

const [redisUrl = "", queue = "", crash] = process.argv.slice(2);
const redis = new Redis(redisUrl);
const { effects, ...settings } = settingsFor({ redis, redisUrl, queue, store: new RedisStore(redis) });

const die = () => process.kill(process.pid, "SIGKILL");

if (crash === "before-the-ack") {
  subscribe("oncekey", (event) => {
    if (Object(event).type === "completed") die();
  });
}
startWorker(crash === "in-the-receipt" ? { ...effects, sendReceipt: async () => void die() } : effects, settings);
