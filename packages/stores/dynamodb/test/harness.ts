import { randomBytes } from "node:crypto";
import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import type { Completed, InProgress } from "@oncekey/core";
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
export async function given(store: DynamoDBStore, record = running(), retentionMs = HOUR_MS) {
  const id = freshId();
  const version = freshVersion();
  expect(await store.create(id, version, record, retentionMs)).toMatchObject({ written: true });
  return { id, version };
}
