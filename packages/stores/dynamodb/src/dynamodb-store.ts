import type { IdempotencyStore, TransactionalStore } from "@oncekey/core";
import type { DynamoDBStoreClient } from "./client.js";
import { checkClient, type DynamoDBStoreOptions, settingsOf } from "./options.js";
import { MAX_RECORD_BYTES } from "./parts.js";
import { DynamoDBSteps } from "./steps.js";
import { type DynamoDBTransaction, pendingWrites } from "./transaction.js";
import { TransactionSteps } from "./transaction-steps.js";

/**
 * Keys in a table of Amazon DynamoDB, through a client of yours: a `DynamoDBClient` of `@aws-sdk/client-dynamodb` 3.
 *
 * The table is made by `createTable()` or by your own tools, never by this class. Each operation is one conditional
 * write. DynamoDB has no clock that a condition could read, so the callers' clocks count, with a margin for their errors.
 * The client is used as it is: never opened, closed or configured.
 */
export class DynamoDBStore extends DynamoDBSteps implements TransactionalStore<DynamoDBTransaction> {
  readonly #inside: (transaction: DynamoDBTransaction) => IdempotencyStore;

  /** Throws a `TypeError` for options that make no sense, and for what is no client of DynamoDB. */
  constructor(client: DynamoDBStoreClient, options: DynamoDBStoreOptions = {}) {
    const settings = settingsOf(options);
    checkClient("DynamoDBStore", client);
    super(client, settings, {
      clock: "caller",
      resolutionMs: 1,
      skewMarginMs: settings.skewMarginMs,
      maxRecordBytes: MAX_RECORD_BYTES,
      durability: settings.durability,
      concurrent: true,
      transactional: true,
      list: false,
      sweep: false,
    });
    const capabilities = { ...this.capabilities, transactional: false };
    this.#inside = (transaction) => new TransactionSteps(client, settings, capabilities, pendingWrites(transaction));
  }

  /**
   * The same store in a transaction of yours: what it writes stands when that is committed, and not before.
   *
   * It reads at once, and its writes are conditions of the commit: if what it read has changed by then, nothing of the
   * transaction is done. Emulators may have no transactions, dynalite for one; `commit()` says so then.
   */
  within(transaction: DynamoDBTransaction): IdempotencyStore {
    return this.#inside(transaction);
  }
}
