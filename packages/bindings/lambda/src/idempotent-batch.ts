import { type Attempt, requireWholeNumber } from "@oncekey/core";
import type { EngineChoice } from "@oncekey/http";
import type { LambdaOptions } from "./idempotency.js";
import { type OperationChoice, operationsOf } from "./operation.js";
import type { InvocationContext } from "./types.js";

/** A message of SQS, as far as it is looked at. */
export interface QueueRecord {
  readonly messageId: string;
  readonly body: string;
  readonly eventSourceARN?: string;
}

/** An event of SQS. */
export interface QueueEvent<Item extends QueueRecord = QueueRecord> {
  readonly Records: readonly Item[];
}

/** Which messages SQS is to deliver again; the event source mapping needs `ReportBatchItemFailures`. */
export interface BatchResult {
  batchItemFailures: { itemIdentifier: string }[];
}

/** Options of {@link idempotentBatch}. */
export type BatchOptions<Item extends QueueRecord> = Omit<OperationChoice<Item>, "key"> &
  EngineChoice &
  LambdaOptions & {
    /** Names the operation of a message. Default: its `messageId`, which knows redeliveries, and not what was sent twice. */
    readonly key?: (record: Item) => string;
    /** How many messages of a standard queue run at once; those of a FIFO queue run one after the other. */
    readonly concurrency?: number;
    /** Told why a message is reported as failed. */
    readonly onError?: (error: unknown, record: Item) => void;
  };

/** A protected handler of batches. */
export interface BatchHandler<Item extends QueueRecord, Context> {
  (event: QueueEvent<Item>, context: Context): Promise<BatchResult>;
  /** Takes no new messages, and waits for running ones and for what is still to be stored. */
  close(options?: { readonly timeoutMs?: number }): Promise<{ readonly unfinished: number }>;
}

/**
 * Protects a function that SQS calls with batches: each message runs once per key. A message that fails, or is running
 * elsewhere, is reported as failed and comes again; one that was done before is a success and is not run.
 *
 * On a FIFO queue what follows a failure is not begun and reported too, so that the order is kept.
 */
export function idempotentBatch<Item extends QueueRecord, Context extends InvocationContext>(
  handler: (record: Item, context: Context, attempt: Attempt) => unknown,
  options: BatchOptions<Item>,
): BatchHandler<Item, Context> {
  if (typeof handler !== "function") throw new TypeError(`idempotentBatch: ${String(handler)} is not a handler`);
  const {
    concurrency = 10,
    onError,
    key = ({ messageId }) => messageId,
    payload = ({ body }) => body,
    ...rest
  } = options;
  requireWholeNumber("concurrency", concurrency, 1);
  const operations = operationsOf<Item, null>({ ...rest, key, payload });

  const run = async (event: QueueEvent<Item>, context: Context): Promise<BatchResult> => {
    const inOrder = event.Records.some(({ eventSourceARN }) => eventSourceARN?.endsWith(".fifo"));
    const failed = new Set<string>();
    const left = event.Records.values();
    const work = async () => {
      for (const record of left) {
        if (inOrder && failed.size > 0) failed.add(record.messageId);
        else if (!(await isDone(record, context))) failed.add(record.messageId);
      }
    };
    const workers = inOrder ? 1 : concurrency;
    await operations.invocations.run(context, () => Promise.all(Array.from({ length: workers }, work)));
    return { batchItemFailures: Array.from(failed, (itemIdentifier) => ({ itemIdentifier })) };
  };

  const isDone = async (record: Item, context: Context): Promise<boolean> => {
    try {
      await operations.run(record, context, async (attempt) => {
        await handler(record, context, attempt);
        // Nobody reads the result of a message, so none is kept.
        return null;
      });
      return true;
    } catch (error) {
      // Reported as failed, which SQS acts upon; why, is for the application.
      onError?.(error, record);
      return false;
    }
  };
  return Object.assign(run, { close: operations.close });
}
