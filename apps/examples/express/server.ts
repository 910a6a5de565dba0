import { MemoryStore } from "@oncekey/core";
import { idempotency } from "@oncekey/express";
import express from "express";

const charges: { id: string; amount: number }[] = []; // stands for your database

const once = idempotency({
  store: new MemoryStore(), // one process; a database elsewhere
  scope: (req) => req.get("x-account"), // the caller, as your authentication knows it
});

const app = express();
app.use(express.json());

app.post("/charges", once, (req, res) => {
  const charge = { id: `ch_${charges.length + 1}`, amount: req.body.amount };
  charges.push(charge);
  res.status(201).json(charge);
});

export const server = app.listen(process.env["PORT"] ?? 3000);
