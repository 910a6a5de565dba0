import { randomBytes } from "node:crypto";
import type { Completed, InProgress, KeyRecord } from "@oncekey/core";
import { expect } from "vitest";
import type { RedisStore } from "../src/index.js";

export const HOUR_MS = 3_600_000;

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
export async function given(store: RedisStore, record: KeyRecord = running(), retentionMs = HOUR_MS) {
  const id = freshId();
  const version = freshVersion();
  expect(await store.create(id, version, record, retentionMs)).toMatchObject({ written: true });
  return { id, version };
}
