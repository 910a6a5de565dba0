/* A client with a journal in a folder:  fork("client-child.cjs", [orders]) */
import { type ClientEvent, type Clock, createIdempotentFetch, isIdempotencyError, type Journal } from "@oncekey/client";
import { fileJournal } from "@oncekey/client/file-journal";
import { at, listen, orders, tell } from "./in-child.js";
import type { CallEnding, ClientOrders } from "./messages.js";

const { journal: folder, url } = orders<ClientOrders>();
const ATTEMPT_TIMEOUT_MS = 50_000;
const LONGEST_PAUSE_MS = 100;
/** Operations of which the server has said that nobody knows. */
const unknown = new Set<string>();
/** Operations that a call is under way for. */
const atHand = new Set<string>();
let isNew = true;

/** Does not wait as long as the server says: what it waits for happens when the test wants it. */
const hasty: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs === ATTEMPT_TIMEOUT_MS ? delayMs : Math.min(delayMs, LONGEST_PAUSE_MS));
    return () => clearTimeout(timer);
  },
};

const inner = fileJournal(folder);
const journal: Journal = {
  async claim(record) {
    await at(record.operationId, "unwritten");
    return inner.claim(record);
  },
  async update(operationId, patch) {
    await at(operationId, "answered");
    await inner.update(operationId, patch);
    await at(operationId, "settled");
  },
  get: (operationId) => inner.get(operationId),
  list: () => inner.list(),
  delete: (operationId) => inner.delete(operationId),
  close: () => inner.close(),
};

const client = createIdempotentFetch({
  journal,
  fetch: telling,
  clock: hasty,
  budget: false,
  retry: { maxAttempts: 2, attemptTimeoutMs: ATTEMPT_TIMEOUT_MS, deadlineMs: 1_000_000 },
  on: note,
});

/** The runtime's fetch; of what comes back the receipt is told, whatever becomes of it here. */
async function telling(...[input, init]: Parameters<typeof fetch>): Promise<Response> {
  const operation = new URL(String(input)).pathname.slice(1);
  await at(operation, "written");
  const response = await fetch(input, init);
  if (response.ok) {
    const copy = response.clone();
    try {
      const { receipt }: { receipt: string } = JSON.parse(await copy.text());
      tell({ type: "receipt", operation, receipt });
    } catch {
      // Cut off by a crash of the server: the client finds that out by itself.
    }
  }
  return response;
}

function note(event: ClientEvent): void {
  const { operationId: operation } = event;
  if (operation === undefined) return;
  if (event.type === "answered" && event.class === "outcome-unknown") unknown.add(operation);
  if (event.type === "settled") end(operation, event.outcome === "succeeded" ? "succeeded" : "open");
  else if (event.type === "unknown") end(operation, unknown.has(operation) ? "outcome-unknown" : "open");
}

function end(operation: string, ending: CallEnding): void {
  atHand.delete(operation);
  tell({ type: "ended", operation, ending });
  // Somebody would look now what became of it, and say so.
  if (ending === "outcome-unknown") void client.reconcile(operation, "abandon");
}

/** At the start of the process: what is pending is sent again. What has never been written down is submitted. */
async function go(operations: readonly string[]): Promise<void> {
  const pending = new Set<string>();
  if (isNew) for await (const { operationId } of client.pending()) pending.add(operationId);
  const others = operations.filter((operation) => !pending.has(operation) && !atHand.has(operation));
  for (const operation of [...pending, ...others]) {
    atHand.add(operation);
    tell({ type: "began", operation });
  }
  const resumed = isNew && pending.size > 0 ? [client.resume({ concurrency: pending.size })] : [];
  isNew = false;
  await Promise.all([...resumed, ...others.map(submit)]);
}

async function submit(operation: string): Promise<void> {
  try {
    await client.submit(operation, `${url}/${operation}`, { method: "POST", body: JSON.stringify({ operation }) });
  } catch (error) {
    // What else goes wrong is a fault of this test, and ends it.
    if (!isIdempotencyError(error) || error.name === "KeyReuseError") throw error;
  }
}

listen((operations) => void go(operations));
tell({ type: "ready" });
