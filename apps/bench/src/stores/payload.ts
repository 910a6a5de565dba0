import { type Completed, encodeRecord, fingerprint, type InProgress } from "@oncekey/core";

/** The request and the answer that all contenders are given. */
export const body = { amount: 1000, currency: "usd", customer: "cus_4QFJOjw2pOmAGJ", capture: true };
export const answer = { id: "ch_3MmlLrLkdIwHu7ix0snN0B15", status: "succeeded", receipt: "r".repeat(290) };

export const request = {
  method: "POST",
  path: "/v1/charges",
  contentType: "application/json",
  body: Buffer.from(JSON.stringify(body)),
};

/** What a claim and a completion keep: the floor writes the same bytes. */
const requestFingerprint = fingerprint(request).value;
export const running: InProgress = {
  state: "in-progress",
  fingerprint: requestFingerprint,
  attempt: 1,
  leaseMs: 600_000,
};
export const lost: InProgress = { ...running, leaseMs: 1 };
export const retaken: InProgress = { ...running, attempt: 2 };
export const completed: Completed = {
  state: "completed",
  fingerprint: requestFingerprint,
  attempt: 1,
  result: Buffer.from(JSON.stringify(answer)),
};
export const runningBytes = Buffer.from(encodeRecord(running));
export const completedBytes = Buffer.from(encodeRecord(completed));

export const RETENTION_MS = 86_400_000;
/** After this long a lease of {@link lost} is over. */
export const LOST_AFTER_MS = 20;
