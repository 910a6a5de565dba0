import { MemoryStore } from "@oncekey/core";
import { createReceiver } from "./receiver.js";

const secret = process.env["WEBHOOK_SECRET"];
if (secret === undefined) throw new Error("Set WEBHOOK_SECRET to what the sender gave you: whsec_…");

const receiver = createReceiver({
  secret,
  store: new MemoryStore(), // one process; a database elsewhere
  handle: async ({ type, data }) => {
    console.log("once:", type, data);
  },
});

export const server = receiver.listen(process.env["PORT"] ?? 3000);
