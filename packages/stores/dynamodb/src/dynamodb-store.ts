import type { DynamoDBStoreClient } from "./client.js";
import { checkClient, type DynamoDBStoreOptions, settingsOf } from "./options.js";
import { MAX_RECORD_BYTES } from "./parts.js";
import { DynamoDBSteps } from "./steps.js";

/**
 * Keys in a table of Amazon DynamoDB, through a client of yours: a `DynamoDBClient` of `@aws-sdk/client-dynamodb` 3.
 *
 * The table is made by `createTable()` or by your own tools, never by this class. Each operation is one conditional
 * write. DynamoDB has no clock that a condition could read, so the callers' clocks count, with a margin for their errors.
 * The client is used as it is: never opened, closed or configured.
 */
export class DynamoDBStore extends DynamoDBSteps {
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
      transactional: false,
      list: false,
      sweep: false,
    });
  }
}
