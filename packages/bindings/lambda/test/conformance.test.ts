import { type BindingFixture, registerBindingConformance } from "@oncekey/conformance";
import { type IdempotencyStore, MemoryStore } from "@oncekey/core";
import { migrate, PostgresStore } from "@oncekey/postgres";
import { createDatabase } from "@oncekey/services";
import pg from "pg";
import { afterAll, beforeAll, describe, it } from "vitest";
import { gateways, serve } from "./gateway.js";
import { type Fields, scripted } from "./scripted.js";

let pool: pg.Pool;
beforeAll(async () => {
  pool = new pg.Pool({ connectionString: await createDatabase(), max: 16 });
  await migrate(pool);
});
afterAll(() => pool.end());

/** Lists of lines, for formats that have them. */
const multiple: Fields = (lines) => {
  const multiValueHeaders: Record<string, string[]> = {};
  for (const [name, value] of lines) multiValueHeaders[name] = [...(multiValueHeaders[name] ?? []), value];
  return { multiValueHeaders };
};

/** One line of a name: values of a list are joined, and cookies go where the format has room for them. */
const single: Fields = (lines) => {
  const { multiValueHeaders = {} } = multiple(lines);
  const { "set-cookie": cookies, ...others } = multiValueHeaders;
  const headers = Object.fromEntries(Object.entries(others).map(([name, values]) => [name, values.join(", ")]));
  return cookies === undefined ? { headers } : { headers, cookies: cookies.map(String) };
};

/** An ALB without lists has room for one cookie, among the headers. */
const oneCookie: Fields = (lines) => {
  const { headers, cookies } = single(lines);
  return { headers: { ...headers, ...(cookies === undefined ? {} : { "set-cookie": cookies.at(-1) ?? "" }) } };
};

const lacks = {
  streaming: "a function's result is one value; response streaming is not wrapped",
  events: "a function's result is one value; response streaming is not wrapped",
};

function fixture(
  gateway: keyof typeof gateways,
  fields: Fields,
  knownFailures: Readonly<Record<string, string>> = {},
  [suffix, store]: readonly [string, () => IdempotencyStore] = ["", () => new MemoryStore()],
): void {
  const start: BindingFixture["start"] = (script) => serve(gateways[gateway], scripted(script, store(), fields));
  registerBindingConformance({ name: `${gateway}${suffix}`, start, lacks, knownFailures }, { describe, it });
}

fixture("REST API, payload 1.0", multiple);
fixture("HTTP API or function URL, payload 2.0", single);
fixture("HTTP API or function URL, payload 2.0", single, {}, [" on Postgres", () => new PostgresStore(pool)]);
/** Without multi-value headers an ALB hands on the last of several lines, and takes one of a name. */
const lastLine = "an ALB without multi-value headers hands on the last of several header lines";
fixture("ALB", oneCookie, {
  "KEY-03": lastLine,
  "KEY-07": lastLine,
  "POL-12": lastLine,
  "RPL-04": "an ALB without multi-value headers has room for one cookie in an answer",
});
fixture("ALB, multi-value headers", multiple);
