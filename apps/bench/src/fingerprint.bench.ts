import { createHash, createHmac, hash } from "node:crypto";
import { fingerprint, type RequestDescription, recordId } from "@oncekey/core";
import canonicalize from "canonicalize";
import { canonicalize as jsonCanonicalize } from "json-canonicalize";
import { largeOrder, reorderings, smallCharge } from "./bodies.js";
import type { BenchGroup, BenchSuite } from "./suite.js";

const SECRET = "a secret of the server, 32 bytes";

function request(text: string): RequestDescription {
  return { method: "POST", path: "/v1/charges", contentType: "application/json", body: Buffer.from(text) };
}

function canonicalThenHash(text: string): string {
  return createHash("sha256")
    .update(canonicalize(JSON.parse(text)) ?? "")
    .digest("base64url");
}

function smallBody(): BenchGroup {
  const text = JSON.stringify(smallCharge());
  const body = Buffer.from(text);
  const unsorted = request(text);
  const sorted = request(canonicalize(smallCharge()) ?? "");
  const routes = reorderings(smallCharge(), 5).map((value) => request(JSON.stringify(value)));
  let next = 0;
  const raw = { ...unsorted, contentType: "application/octet-stream" };
  return {
    title: `A JSON body of ${body.length} bytes`,
    note: "Baseline: SHA-256 of the raw bytes. Wanted of a fingerprint without a secret: a time of 2 at most.",
    cases: [
      { name: "SHA-256 of the bytes, createHash", run: () => createHash("sha256").update(body).digest("base64url") },
      { name: "SHA-256 of the bytes, crypto.hash", run: () => hash("sha256", body, "base64url") },
      { name: "fingerprint, members as a client sends them", run: () => fingerprint(unsorted) },
      { name: "fingerprint, members in order", run: () => fingerprint(sorted) },
      {
        name: "fingerprint, five layouts in turns",
        run: () => fingerprint(routes[next++ % routes.length] ?? unsorted),
      },
      { name: "fingerprint of the same bytes as raw", run: () => fingerprint(raw) },
      { name: "fingerprint with a secret", run: () => fingerprint(unsorted, { hmacKey: SECRET }) },
      { name: "HMAC of the bytes", run: () => createHmac("sha256", SECRET).update(body).digest("base64url") },
      { name: "canonicalize(JSON.parse) + SHA-256", run: () => canonicalThenHash(text) },
    ],
  };
}

/** By itself, and after the others: so many layouts drive those of the other cases out of what is remembered. */
function manyLayouts(): BenchGroup {
  const body = Buffer.from(JSON.stringify(smallCharge()));
  const mixed = reorderings(smallCharge(), 100).map((value) => request(JSON.stringify(value)));
  let next = 0;
  return {
    title: `A JSON body of ${body.length} bytes, its members in another order each time`,
    note: "Baseline: SHA-256 of the raw bytes. No client does this; it shows what a body costs that is laid out like none of late.",
    cases: [
      { name: "SHA-256 of the bytes, createHash", run: () => createHash("sha256").update(body).digest("base64url") },
      {
        name: "fingerprint, a hundred layouts in turns",
        run: () => fingerprint(mixed[next++ % mixed.length] ?? request("")),
      },
    ],
  };
}

function largeBody(): BenchGroup {
  const text = JSON.stringify(largeOrder());
  const body = Buffer.from(text);
  const described = request(text);
  const indented = request(JSON.stringify(largeOrder(), null, 2));
  const parsed = { ...described, body: { parsed: largeOrder() } };
  return {
    title: `A JSON body of ${Math.round(body.length / 1000)} KB`,
    note: "Baseline: canonicalize(JSON.parse(text)) + SHA-256. Wanted of the fingerprint: a speed of 1.5 at least.",
    cases: [
      { name: "canonicalize(JSON.parse) + SHA-256", run: () => canonicalThenHash(text) },
      {
        name: "json-canonicalize(JSON.parse) + SHA-256",
        run: () => hash("sha256", jsonCanonicalize(JSON.parse(text)), "base64url"),
      },
      { name: "fingerprint of the bytes", run: () => fingerprint(described) },
      { name: "fingerprint of the text", run: () => fingerprint({ ...described, body: text }) },
      { name: "fingerprint of the same, indented", run: () => fingerprint(indented) },
      { name: "fingerprint of the parsed value", run: () => fingerprint(parsed) },
      { name: "JSON.parse alone", run: () => JSON.parse(text) },
      { name: "SHA-256 of the bytes", run: () => hash("sha256", body, "base64url") },
    ],
  };
}

function identity(): BenchGroup {
  const key = "8e03978e-40d5-43e8-bc93-6894a57f9324";
  return {
    title: "The record's id",
    note: "Baseline: SHA-256 of the same parts joined by colons, which is what hand-written code does.",
    cases: [
      {
        name: "SHA-256 of a template string",
        run: () => createHash("sha256").update(`default:acct_1:${key}`).digest("base64url"),
      },
      { name: "recordId", run: () => recordId("default", "acct_1", key) },
    ],
  };
}

export const fingerprintSuite: BenchSuite = {
  name: "fingerprint",
  open: async () => ({ groups: [smallBody(), largeBody(), identity(), manyLayouts()], close: async () => {} }),
};
