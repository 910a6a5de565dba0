import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Database } from "../src/storage/database.js";
import { openFolder } from "../src/storage/folder.js";
import { makeTables } from "../src/storage/schema.js";
import { Vendor, VendorKeyReused } from "../src/vendor/vendor.js";

describe("the vendor", () => {
  let folder: string;
  let database: Database;
  let vendor: Vendor;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "oncekey-vendor-"));
    database = await openFolder(folder);
    await makeTables(database);
    vendor = new Vendor(database);
  });

  afterAll(async () => {
    await database?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("bills a key once, however many ask at once", async () => {
    const request = { idempotencyKey: "one", customer: "crowd", reference: "ann", sessionId: "s" };
    const answers = await Promise.all(Array.from({ length: 10 }, () => vendor.check(request)));
    expect(answers.filter(({ billedNow }) => billedNow)).toHaveLength(1);
    expect(new Set(answers.map(({ check }) => check.checkId)).size).toBe(1);
    expect(await vendor.billedTo("crowd")).toHaveLength(1);
  });

  it("refuses a key that comes for another check, and bills nothing", async () => {
    const request = { idempotencyKey: "two", customer: "mixed", reference: "ann", sessionId: "s" };
    await vendor.check(request);
    await expect(vendor.check({ ...request, reference: "ben" })).rejects.toThrow(VendorKeyReused);
    expect((await vendor.billedTo("mixed")).map(({ reference }) => reference)).toEqual(["ann"]);
  });

  it("lists every check of a customer in the order of billing, thousands of them", async () => {
    await database.query(
      `INSERT INTO demo_vendor.checks (check_id, customer, idempotency_key, reference, session_id)
       SELECT 'chk_' || n, 'large', 'key-' || n, 'person-' || n, 's' FROM generate_series(1, 3000) AS n`,
    );
    const checks = await vendor.billedTo("large");
    expect(checks.map(({ reference }) => reference)).toEqual(Array.from({ length: 3000 }, (_, n) => `person-${n + 1}`));
  });
});
