// One process of a race; started by racer.ts.
import type { IdempotencyStore } from "@oncekey/core";
import { recording } from "../history/recording.js";
import { FINGERPRINT } from "../store/samples.js";
import { Attempts, type Behaviour, type Caller, sleep } from "./attempts.js";
import { keyId } from "./history.js";
import { logTo } from "./log.js";
import {
  loadFixture,
  machineMs,
  strangersKey,
  type WorkerCommand,
  type WorkerMessage,
  type WorkerOrders,
} from "./messages.js";
import { Stranger } from "./stranger.js";

const orders: WorkerOrders = JSON.parse(process.argv[2] ?? "");
const { run, worker, leaseMs, windowMs } = orders;

const behaviour: Behaviour = {
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

/** When to stop, once the parent has said so. */
let stopMs = Number.POSITIVE_INFINITY;

async function main(): Promise<void> {
  const fixture = await loadFixture(orders.fixture, orders.argument);
  const keep = counted(logTo(orders.log));
  const handles = await Promise.all(Array.from({ length: orders.lanes }, () => fixture.open()));
  const startMs = new Promise<number>((resolve) => {
    process.on("message", (command: WorkerCommand) => {
      if (command.kind === "start") resolve(command.startMs);
      else stopMs = machineMs();
    });
  });
  tell({ kind: "ready" });
  const fromMs = await startMs;
  await Promise.all(handles.map(({ store }, lane) => race(store, lane, keep, fromMs)));
  for (const handle of handles) await handle.close();
  tell({ kind: "done" });
}

async function race(store: IdempotencyStore, lane: number, keep: Caller["keep"], startMs: number): Promise<void> {
  let minted = 0;
  const by = `${worker}.${lane}`;
  const caller: Caller = {
    by,
    nowMs: machineMs,
    keep,
    mint: () => `${run.slice(-8)}-${by}-${minted++}`,
    over: () => machineMs() > stopMs + 1_000,
  };
  const recorded = recording(store, caller);
  const attempts = new Attempts(recorded, behaviour, caller);
  const stranger = new Stranger(recorded, leaseMs, caller);
  await sleep(Math.max(0, startMs - machineMs()));
  for (let nowMs = machineMs(); nowMs < stopMs; nowMs = machineMs()) {
    // Every process is at the same keys at the same time, and then goes on to the next: keys chosen at random never meet.
    const key = Math.max(0, Math.floor((nowMs - startMs) / windowMs));
    const strangers = keyId(run, strangersKey(key));
    await attempts.visit(keyId(run, key));
    for (let calls = 0; calls < 4; calls++) await stranger.visit(strangers);
    await sleep(Math.random() * (leaseMs / 8));
  }
}

/** The same, and tells the parent now and then how many operations were answered. */
function counted(keep: Caller["keep"]): Caller["keep"] {
  let operations = 0;
  return (entry) => {
    keep(entry);
    if (entry.at !== "answer" || ++operations < 50) return;
    tell({ kind: "progress", operations });
    operations = 0;
  };
}

function tell(message: WorkerMessage): void {
  process.send?.(message, () => {
    // All is written down by now; an open client must not keep the process.
    if (message.kind === "done") process.exit(0);
  });
}

main().catch((error) => {
  process.stderr.write(`a racing process failed: ${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
