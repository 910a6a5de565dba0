import { randomBytes } from "node:crypto";
import { type Bill, readBill } from "./ledger.js";
import { type Complaint, perform, type Target } from "./operation.js";
import { type PlannedOperation, plan } from "./plan.js";
import { newTally, type Tally } from "./tally.js";

export interface StormOptions extends Target {
  readonly operations: number;
  /** How many operations are under way at once. */
  readonly concurrency: number;
  readonly crash: boolean;
  /** Told after each operation. */
  readonly onProgress: (tally: Tally) => void;
}

/** What came of a storm. */
export interface StormResult {
  readonly operations: number;
  readonly tally: Tally;
  readonly bill: Bill;
  /** Operations whose clients did not all get one and the same 201. */
  readonly differing: readonly NonNullable<Complaint>[];
  readonly seconds: number;
}

/** Runs every operation, some at once, each by several clients at once; then reads what was billed. */
export async function storm(options: StormOptions): Promise<StormResult> {
  const { url, operations, concurrency, crash, onProgress } = options;
  const run = randomBytes(4).toString("hex");
  const planned = plan(run, operations, crash);
  const tally = newTally();
  const differing: string[] = [];
  const begun = performance.now();
  await inParallel(planned, concurrency, async (operation) => {
    const complaint = await perform(operation, options, tally);
    if (complaint !== undefined) differing.push(complaint);
    onProgress(tally);
  });
  const seconds = (performance.now() - begun) / 1_000;
  return { operations, tally, differing, seconds, bill: await readBill(url, run, planned) };
}

async function inParallel(
  all: readonly PlannedOperation[],
  width: number,
  work: (operation: PlannedOperation) => Promise<void>,
): Promise<void> {
  const queue = all.values();
  const worker = async () => {
    for (const operation of queue) await work(operation);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
