import { randomBytes } from "node:crypto";
import {
  DynamoDBClient,
  type DynamoDBClientConfig,
  GetItemCommand,
  ScanCommand,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import type { Completed, IdempotencyStore, InProgress, KeyRecord } from "@oncekey/core";
import { testDynamoDBEndpoint } from "@oncekey/services";
import { afterAll, expect } from "vitest";
import { createTable, DynamoDBStore, type DynamoDBStoreOptions } from "../src/index.js";

export const HOUR_MS = 3_600_000;

/** A client of the server that the tests run on. Emulators take any region and any credentials. */
export function connect(endpoint = testDynamoDBEndpoint(), config: DynamoDBClientConfig = {}): DynamoDBClient {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  return new DynamoDBClient({ endpoint, region: "us-east-1", credentials, ...config });
}

/** A table of its own for a test file, with a client and a store on it; closed when the file ends. */
export async function openTable(options: DynamoDBStoreOptions = {}) {
  const table = `oncekey_${randomBytes(8).toString("hex")}`;
  const client = connect();
  afterAll(() => client.destroy());
  const creation = await createTable(client, { ...options, table });
  return {
    table,
    client,
    creation,
    store: new DynamoDBStore(client, { ...options, table }),
    withOptions: (more: DynamoDBStoreOptions) => new DynamoDBStore(client, { ...options, table, ...more }),
  };
}

/** Whether the server that the tests run on has transactions, and so the rest of what dynalite lacks. */
export async function isDynamoDBProper(client: DynamoDBClient): Promise<boolean> {
  const refusal = await client
    .send(new TransactWriteItemsCommand({ TransactItems: [] }))
    .catch((error: Error) => error);
  return !(refusal instanceof Error && refusal.name === "UnknownOperationException");
}

/** Notes each request that a client sends, retries included. */
export function requestsOf(client: DynamoDBClient): string[] {
  const requests: string[] = [];
  around(client, async (name, send) => {
    requests.push(name);
    return send();
  });
  return requests;
}

/** Puts something around each request of a client, within the SDK's own retries. */
export function around(client: DynamoDBClient, wrap: <T>(name: string, send: () => Promise<T>) => Promise<T>): void {
  client.middlewareStack.add(
    (next, { commandName = "" }) =>
      (args) =>
        wrap(commandName.replace("Command", ""), () => next(args)),
    { step: "deserialize", priority: "high" },
  );
}

/**
 * Loses the first replies of a client on their way, refusals too: the request is done, and the client is told of a broken
 * connection. Put `lost` back to nothing to lose as many again.
 */
export function loseReplies(client: DynamoDBClient, times: number): { readonly lost: string[] } {
  const lost: string[] = [];
  around(client, async (name, send) => {
    if (lost.length >= times) return send();
    lost.push(name);
    await Promise.allSettled([send()]);
    throw Object.assign(new Error("socket hang up"), { code: "ECONNRESET", name: "TimeoutError" });
  });
  return { lost };
}

/** An item as it is. */
export async function itemOf(client: DynamoDBClient, table: string, key: string) {
  const command = new GetItemCommand({ TableName: table, Key: { id: { S: key } }, ConsistentRead: true });
  return (await client.send(command)).Item;
}

/** The keys of all items that begin like that. */
export async function keysOf(client: DynamoDBClient, table: string, prefix: string): Promise<string[]> {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: table, ConsistentRead: true }));
  return Items.flatMap(({ id }) => (id?.S?.startsWith(prefix) ? [id.S] : [])).sort();
}

/** The length and the letters of a real id, and new every time. */
export function freshId(): string {
  return randomBytes(32).toString("base64url");
}

export function freshVersion(): string {
  return randomBytes(9).toString("base64url");
}

export function running(attempt = 1): InProgress {
  return { state: "in-progress", fingerprint: "s1:test", attempt, leaseMs: 30_000 };
}

export function completed(result: Uint8Array = Uint8Array.of(1, 2, 3)): Completed {
  return { state: "completed", fingerprint: "s1:test", attempt: 1, result };
}

/** A record that is in nobody's way: its id and version. */
export async function given(store: IdempotencyStore, record: KeyRecord = running(), retentionMs = HOUR_MS) {
  const id = freshId();
  const version = freshVersion();
  expect(await store.create(id, version, record, retentionMs)).toMatchObject({ written: true });
  return { id, version };
}
