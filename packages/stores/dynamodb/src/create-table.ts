import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import { OncekeyError } from "@oncekey/core";
import { type DynamoDBStoreClient, propertyOf } from "./client.js";
import { faultOf, nameOf } from "./faults.js";
import type { TableOptions } from "./names.js";
import { checkClient } from "./options.js";
import { type TableDefinition, tableDefinition } from "./table.js";

/** What {@link createTable} found and did. */
export interface TableCreation {
  /** False: the table was there. */
  readonly created: boolean;
  /** `unsupported`: the endpoint, an emulator, deletes nothing. Expired records count as absent all the same. */
  readonly timeToLive: "enabled" | "unsupported";
}

const ACTIVE_WITHIN_MS = 180_000;

/**
 * Makes the table, waits until it is active, and has DynamoDB delete what has expired. Does nothing where that is done,
 * and refuses a table that is there with another key. Two at once do no harm.
 *
 * For development and tests, and for those without a tool for it: `tableDefinition()` is the same as data. Takes the
 * store's own options, and looks at the names only.
 */
export async function createTable(client: DynamoDBStoreClient, options: TableOptions = {}): Promise<TableCreation> {
  const definition = tableDefinition(options);
  checkClient("createTable", client);
  try {
    const created = await create(client, definition);
    await untilActive(client, definition);
    return { created, timeToLive: await enableTimeToLive(client, definition) };
  } catch (cause) {
    throw faultOf("createTable", String(definition.table.TableName), cause);
  }
}

async function create(client: DynamoDBStoreClient, { table }: TableDefinition): Promise<boolean> {
  try {
    await client.send(new CreateTableCommand(table));
    return true;
  } catch (error) {
    if (nameOf(error) === "ResourceInUseException") return false;
    throw error;
  }
}

async function untilActive(client: DynamoDBStoreClient, { table }: TableDefinition): Promise<void> {
  const deadline = Date.now() + ACTIVE_WITHIN_MS;
  for (let pauseMs = 20; ; pauseMs = Math.min(2 * pauseMs, 2_000)) {
    const status = await describe(client, table);
    if (status === "ACTIVE") return;
    if (Date.now() > deadline) throw new Error(`the table is ${status} after ${ACTIVE_WITHIN_MS / 1000} seconds`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** The table's status; one that has just been made may not be known everywhere. */
async function describe(
  client: DynamoDBStoreClient,
  { TableName, KeySchema }: TableDefinition["table"],
): Promise<string> {
  try {
    const found = propertyOf(await client.send(new DescribeTableCommand({ TableName })), "Table");
    const key = JSON.stringify(propertyOf(found, "KeySchema"));
    if (key === JSON.stringify(KeySchema)) return String(propertyOf(found, "TableStatus"));
    throw new OncekeyError(
      "STORE_MISCONFIGURED",
      `createTable: the table ${TableName} is there, with the key ${key} in the place of ${JSON.stringify(KeySchema)}; ` +
        "give another name for the table, or for its attributes",
    );
  } catch (error) {
    if (nameOf(error) === "ResourceNotFoundException") return "not known yet";
    throw error;
  }
}

async function enableTimeToLive(
  client: DynamoDBStoreClient,
  { table: { TableName }, timeToLive }: TableDefinition,
): Promise<TableCreation["timeToLive"]> {
  const isOn = async () => {
    const answer = await client.send(new DescribeTimeToLiveCommand({ TableName }));
    const { TimeToLiveStatus: status, AttributeName } = Object(propertyOf(answer, "TimeToLiveDescription"));
    return (status === "ENABLED" || status === "ENABLING") && AttributeName === timeToLive.AttributeName;
  };
  try {
    if (await isOn()) return "enabled";
    await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: timeToLive }));
    return "enabled";
  } catch (error) {
    if (nameOf(error) === "UnknownOperationException") return "unsupported";
    // Somebody else may have been faster.
    if (nameOf(error) === "ValidationException" && (await isOn())) return "enabled";
    throw error;
  }
}
