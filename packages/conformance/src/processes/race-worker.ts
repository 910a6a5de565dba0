// One process of a race; started by race-processes.ts.
import { once } from "node:events";
import type { IdempotencyStore } from "@oncekey/core";
import { FINGERPRINT } from "../store/samples.js";
import { Attempts, type Behaviour, sleep } from "./attempts.js";
import { keyId, type RaceHistory } from "./history.js";
import { loadFixture, machineMs, type StartMessage, type WorkerMessage, type WorkerOrders } from "./messages.js";

const orders: WorkerOrders = JSON.parse(process.argv[2] ?? "");
const { run, worker, leaseMs, windowMs } = orders;

const behaviour: Omit<Behaviour, "over"> = {
  claim: {
    fingerprint: FINGERPRINT,
    leaseMs,
    retentionMs: 3_600_000,
    keepMs: 3_600_000,
    abandoned: "take-over",
  },
  loseReply: 0.2,
  crash: 0.35,
  dawdle: 0.15,
  release: 0.1,
};

async function main(): Promise<void> {
  const fixture = await loadFixture(orders.fixture, orders.argument);
  const handles = await Promise.all(Array.from({ length: orders.lanes }, () => fixture.open()));
  const start = once(process, "message");
  tell({ kind: "ready" });
  const [message]: StartMessage[] = await start;
  if (message === undefined) throw new Error("the race was called off");
  const histories = await Promise.all(handles.map(({ store }, lane) => race(store, lane, message)));
  for (const handle of handles) await handle.close();
  tell({ kind: "done", histories });
}

async function race(store: IdempotencyStore, lane: number, { startMs, endMs }: StartMessage): Promise<RaceHistory> {
  let minted = 0;
  const over = () => machineMs() > endMs + 1_000;
  const mint = () => `${run.slice(-8)}-${worker}-${lane}-${minted++}`;
  const attempts = new Attempts(store, { ...behaviour, over }, mint);
  await sleep(Math.max(0, startMs - machineMs()));
  for (let nowMs = machineMs(); nowMs < endMs; nowMs = machineMs()) {
    // Every process is at the same key at the same time, and then goes on to the next: keys chosen at random never meet.
    const key = Math.max(0, Math.floor((nowMs - startMs) / windowMs));
    await attempts.visit(key, keyId(run, key));
    await sleep(Math.random() * (leaseMs / 8));
  }
  return attempts.history;
}

function tell(message: WorkerMessage): void {
  process.send?.(message, () => {
    // All is said once the histories have left; an open client must not keep the process.
    if (message.kind === "done") process.exit(0);
  });
}

main().catch((error) => {
  process.stderr.write(`a racing process failed: ${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
