import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { createTable, DynamoDBStore } from "@oncekey/dynamodb";
import { startDynamoDB } from "@oncekey/services";
import { type Arena, type Contender, forEachKey, type Team } from "./contender.js";
import { engineContender, storeContender } from "./ours.js";
import { completedBytes, runningBytes } from "./payload.js";
import { powertoolsOnDynamoDB } from "./peers/powertools.js";

const AT_ONCE = 64;
export const TABLE = "oncekey_records";
export const FLOOR = "floor";
const PEER = "powertools";

/** A conditional write and a second one, and one consistent read, which judge nothing and keep no time. */
export function dynamodbFloor(client: DynamoDBClient): Contender {
  const put = (key: string, bytes: Buffer) =>
    client.send(
      new PutItemCommand({
        TableName: FLOOR,
        Item: { id: { S: key }, version: { S: "v1" }, record: { B: bytes }, ttl: { N: "1900000000" } },
        ConditionExpression: "attribute_not_exists(id)",
      }),
    );
  const update = (key: string, bytes: Buffer) =>
    client.send(
      new UpdateItemCommand({
        TableName: FLOOR,
        Key: { id: { S: key } },
        UpdateExpression: "SET version = :v, #r = :r",
        ExpressionAttributeNames: { "#r": "record" },
        ExpressionAttributeValues: { ":v": { S: "v2" }, ":r": { B: bytes } },
      }),
    );
  const claim = async (key: string) => {
    try {
      await put(key, runningBytes);
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  };
  return {
    name: "bare SDK",
    driver: "SDK",
    role: "floor",
    prepare: (path, keys) =>
      forEachKey(keys, AT_ONCE, (key) => put(key, path === "replay" ? completedBytes : runningBytes)),
    run: async (key, path) => {
      if (path === "replay" || path === "duplicate") {
        const get = { TableName: FLOOR, Key: { id: { S: key } }, ConsistentRead: true };
        const { Item } = await client.send(new GetItemCommand(get));
        return Item?.["record"]?.B?.length === completedBytes.length ? "replayed" : "in-progress";
      }
      if ((await claim(key)) !== (path === "first")) throw new Error("A claim ended otherwise than it should.");
      if (path === "takeover") await update(key, runningBytes);
      await update(key, completedBytes);
      return "ran";
    },
  };
}

export function openClient(endpoint: string): DynamoDBClient {
  return new DynamoDBClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
    requestHandler: { httpAgent: { keepAlive: true, maxSockets: AT_ONCE } },
  });
}

/** What clients opened here have sent, where somebody counts. */
const sent = new Map<string, number>();

async function connect(url: string): Promise<Team> {
  const client = openClient(url);
  client.middlewareStack.add(
    (next, { commandName = "" }) =>
      (args) => {
        const name = commandName.replace("Command", "");
        sent.set(name, (sent.get(name) ?? 0) + 1);
        return next(args);
      },
    { step: "initialize" },
  );
  // One clock judges here, so that a lease may lapse at once.
  const options = { table: TABLE, skewMarginMs: 5 };
  const store = new DynamoDBStore(client, options);
  return {
    contenders: [
      dynamodbFloor(client),
      storeContender("DynamoDBStore", "SDK", store),
      storeContender("DynamoDBStore, readFirst", "SDK", new DynamoDBStore(client, { ...options, readFirst: true })),
      engineContender("Oncekey, SDK", "SDK", store),
      powertoolsOnDynamoDB(client, PEER),
    ],
    close: async () => client.destroy(),
  };
}

async function makeTables(endpoint: string): Promise<void> {
  const client = openClient(endpoint);
  for (const table of [TABLE, FLOOR, PEER]) await createTable(client, { table });
  client.destroy();
}

/** On dynalite, or on AWS's DynamoDB Local where `ONCEKEY_DYNAMODB_LOCAL=1`; only the latter answers as DynamoDB does. */
export async function openDynamoDB(): Promise<Arena> {
  const local = process.env["ONCEKEY_DYNAMODB_LOCAL"] === "1";
  const server = await startDynamoDB(local);
  await makeTables(server.endpoint);
  return {
    name: "DynamoDB",
    server: local ? "AWS DynamoDB Local, in memory" : "dynalite, in memory",
    url: server.endpoint,
    notes: [
      "Floor: a conditional `PutItem` and an `UpdateItem` for a first request, one `UpdateItem` more for a take-over, a consistent `GetItem` of as many bytes otherwise.",
      local
        ? "The emulator shares the processors with the client and is far slower than DynamoDB: compare requests and bytes before speeds."
        : "dynalite is far slower than DynamoDB, and does not answer a refused write with the item as DynamoDB does: replays and duplicates of both sides take a read more than they would (`ONCEKEY_DYNAMODB_LOCAL=1` takes AWS's emulator).",
      "All share one client with keep-alive. Powertools validates its payload here, as the engine does by its fingerprint.",
    ],
    connect,
    commandsOf: async (work) => {
      sent.clear();
      await work();
      return new Map(sent);
    },
    stop: () => server.stop(),
  };
}
