import { type TransactWriteItem, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import type { KeyRecord } from "@oncekey/core";
import { type DynamoDBStoreClient, propertyOf } from "./client.js";
import { nameOf } from "./faults.js";
import { checkClient } from "./options.js";
import type { Row } from "./rows.js";

/** What is to stand under one key when a transaction is done. */
export interface Pending {
  /** The version that the table has there; `undefined`: nothing that lives. */
  readonly expected: string | undefined;
  readonly standing: { readonly row: Row; readonly record: KeyRecord } | undefined;
  /** Both as a write with a condition. */
  readonly item: TransactWriteItem;
}

/** The store's part of a transaction, by table and key: DynamoDB takes one write for each. */
type Writes = Map<string, Pending>;

/** Out of sight of those who use a transaction. Throws where it has been sent. */
const writesOf = new WeakMap<DynamoDBTransaction, () => Writes>();

/**
 * Writes that are done together or not at all: yours, which you `add`, and the store's, through `store.within(transaction)`.
 *
 * Nothing is sent before `commit()`, which sends one `TransactWriteItems`. Leave it out to roll back. DynamoDB takes up
 * to 100 items of 4 MB in all, each once, and bills twice the write units.
 */
export class DynamoDBTransaction {
  readonly #client: DynamoDBStoreClient;
  readonly #added: TransactWriteItem[] = [];
  readonly #writes: Writes = new Map();
  #command: TransactWriteItemsCommand | undefined;

  constructor(client: DynamoDBStoreClient) {
    checkClient("DynamoDBTransaction", client);
    this.#client = client;
    writesOf.set(this, () => {
      this.#checkOpen();
      return this.#writes;
    });
  }

  /** Adds writes and checks of your own. */
  add(...items: readonly TransactWriteItem[]): this {
    this.#checkOpen();
    this.#added.push(...items);
    return this;
  }

  /**
   * Does all of it, or throws. Where the outcome is unknown, because no reply came, it may be called again for ten
   * minutes: DynamoDB knows the transaction by its token, and does not do it twice.
   */
  async commit(): Promise<void> {
    this.#command ??= new TransactWriteItemsCommand({
      TransactItems: [...this.#added, ...[...this.#writes.values()].map(({ item }) => item)],
      ClientRequestToken: globalThis.crypto.randomUUID(),
    });
    if (this.#command.input.TransactItems?.length === 0) return;
    try {
      await this.#client.send(this.#command);
    } catch (cause) {
      throw this.#faultOf(cause);
    }
  }

  #checkOpen(): void {
    if (this.#command === undefined) return;
    throw new TypeError("DynamoDBTransaction: it has been sent; what is to be written after that needs another one");
  }

  #faultOf(cause: unknown): Error {
    const name = nameOf(cause) ?? "";
    const reason = cause instanceof Error ? cause.message : String(cause);
    const reasons = propertyOf(cause, "CancellationReasons");
    const codes = Array.isArray(reasons) ? reasons.map((each) => propertyOf(each, "Code")) : [];
    const isOurs = codes.slice(this.#added.length).includes("ConditionalCheckFailed");
    const hint = isOurs ? "; what stands under a key has changed since the store looked, and nothing was written" : "";
    const lack = name === "UnknownOperationException" ? "; this endpoint has no transactions" : "";
    return new Error(`DynamoDBTransaction commit: ${name}: ${reason}${hint}${lack}`, { cause });
  }
}

/** The store's writes in a transaction that has not been sent. */
export function pendingWrites(transaction: unknown): () => Writes {
  const writes = transaction instanceof DynamoDBTransaction ? writesOf.get(transaction) : undefined;
  if (writes !== undefined) return writes;
  throw new TypeError(
    "DynamoDBStore within: expected a DynamoDBTransaction of this package; new DynamoDBTransaction(client)",
  );
}
