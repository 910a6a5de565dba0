import { migrate } from "@oncekey/postgres";
import type { Database } from "./database.js";

/** Where the idempotency keys are. */
export const keysTable = { schema: "demo_keys" } as const;

/*
 * Three owners, three schemas: what the vendor billed is the vendor's, and nothing that befalls the API changes it.
 * One statement, so that it is one transaction; the lock lets two API processes start on one server at once.
 */
const tables = `DO $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('oncekey-demo schema', 0));

  CREATE SCHEMA IF NOT EXISTS demo_vendor;
  CREATE TABLE IF NOT EXISTS demo_vendor.checks (
    number          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    check_id        text NOT NULL UNIQUE,
    customer        text NOT NULL,
    idempotency_key text NOT NULL,
    reference       text NOT NULL,
    session_id      text NOT NULL,
    billed_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (customer, idempotency_key)
  );

  CREATE SCHEMA IF NOT EXISTS demo_api;
  CREATE TABLE IF NOT EXISTS demo_api.sessions (
    id          text PRIMARY KEY,
    account     text NOT NULL,
    check_id    text NOT NULL,
    workflow_id text NOT NULL,
    vendor_data text NOT NULL,
    callback    text,
    status      text NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT clock_timestamp()
  );
  CREATE TABLE IF NOT EXISTS demo_api.fired_faults (
    record_id text NOT NULL,
    fault     text NOT NULL,
    PRIMARY KEY (record_id, fault)
  );
END $$`;

/** Makes what is missing; harmless where nothing is. */
export async function makeTables(database: Database): Promise<void> {
  await database.query(tables);
  await migrate({ query: (text, values) => database.query(text, values) }, keysTable);
}
