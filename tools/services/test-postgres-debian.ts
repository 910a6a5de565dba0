// Runs the tests of the Postgres store, or those that the arguments name, on Debian's PostgreSQL instead of npm's.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { startPostgres } from "./postgres.js";

const server = await startPostgres({ origin: "debian" });
const chosen = process.argv.slice(2);
const tests = chosen.length === 0 ? ["packages/stores/postgres"] : chosen;
try {
  // Not spawnSync: this process has to go on reading what the server logs, or the server stands still.
  const run = spawn("npx", ["vitest", "run", "--project", "services", ...tests], {
    env: { ...process.env, DATABASE_URL: server.url },
    stdio: "inherit",
  });
  const [status]: unknown[] = await once(run, "exit");
  process.exitCode = typeof status === "number" ? status : 1;
} finally {
  await server.stop();
}
