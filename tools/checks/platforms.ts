// The tarballs on Bun, Deno and Workers: the binding suite by URL, and the client's scenarios.   tsx tools/checks/platforms.ts
//
// tools/platforms/ holds what runs there.
import { join } from "node:path";
import { migrate } from "@oncekey/postgres";
import { type PostgresServer, startPostgres, startRedis } from "@oncekey/services";
import pg from "pg";
import { type Installation, installTarballs } from "../lib/install.js";
import { layAsJavaScript, layStandIn } from "../lib/laid-sources.js";
import { type Finding, report } from "../lib/report.js";
import { fetchRuntimes } from "../lib/runtimes.js";
import { tarballs } from "../lib/tarballs.js";
import { catalog, readManifest } from "../lib/workspace.js";
import { codedFindings } from "./platforms/coded.js";
import { clientFindings } from "./platforms/errands.js";
import { type Platform, startBun, startDeno } from "./platforms/started.js";
import { auditByUrl, type Exceptions } from "./platforms/suites.js";
import { startWorkers } from "./platforms/workers.js";

const NEEDED = ["core", "http", "hono", "redis", "postgres", "conformance", "client"].map((name) => `@oncekey/${name}`);

/** What the client keeps its journals in; the files of a Worker are gone with the request. */
const JOURNALS = { node: ["memory", "files"], workers: ["memory"] };

const onBun: Exceptions = {
  knownFailures: {
    "HTP-07": "Bun.serve closes a connection on which a request comes while the one before it is being answered",
  },
};
const onWorkers: Exceptions = {
  knownFailures: {
    "EVT-04": "a Worker is told that its client has gone when it writes the next time, and these events are no more",
  },
};
const honoOnWorkers: Exceptions = {
  ...onWorkers,
  lacks: { compression: "Workers code what is named as coded, and Hono's compress() is not for them" },
};

async function install(): Promise<Installation> {
  const drivers = Object.fromEntries(["ioredis", "pg"].map((name) => [name, catalog()[name] ?? "*"]));
  const installation = await installTarballs(
    tarballs().filter(({ name }) => NEEDED.includes(name)),
    drivers,
  );
  layAsJavaScript(installation, [
    "tools/platforms",
    "packages/bindings/hono/test/scripted.ts",
    "packages/client/test/fault-scenarios.ts",
  ]);
  layStandIn(installation, "packages/bindings/hono", "@oncekey/hono");
  layStandIn(installation, "packages/client", "@oncekey/client");
  const manifest = readManifest(join(installation.folder, "package.json"));
  installation.write("package.json", { ...manifest, type: "module" });
  return installation;
}

async function judge(
  installation: Installation,
  { name, urls }: Platform,
  journals: readonly string[],
  exceptions: (served: string) => Exceptions,
): Promise<Finding[]> {
  const { client = "", coded, ...apps } = urls;
  const suites = Object.entries(apps).map(([served, url]) =>
    auditByUrl(installation, `${name}, ${served}`, url, exceptions(served)),
  );
  const ofCoded = coded === undefined ? [] : [await codedFindings(name, coded)];
  return [...(await Promise.all(suites)), ...(await clientFindings(name, client, journals)), ...ofCoded];
}

/** A Postgres with the store's table. */
async function startMigrated(): Promise<PostgresServer> {
  const server = await startPostgres();
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await migrate(client);
  await client.end();
  return server;
}

async function checkPlatforms(): Promise<Finding[]> {
  const [program, installation, redis, postgres] = await Promise.all([
    fetchRuntimes(),
    install(),
    startRedis(),
    startMigrated(),
  ]);
  const running: Platform[] = [];
  const on = async (
    starting: Promise<Platform>,
    journals: readonly string[],
    exceptions: (served: string) => Exceptions,
  ) => {
    const platform = await starting;
    running.push(platform);
    return await judge(installation, platform, journals, exceptions);
  };
  try {
    // Side by side: most of a run is waiting.
    const findings = await Promise.all([
      on(startBun(installation, program, redis.url), JOURNALS.node, () => onBun),
      on(startDeno(installation, program, redis.url), JOURNALS.node, () => ({})),
      on(startWorkers(installation, program, postgres.url), JOURNALS.workers, (served) =>
        served === "hono" ? honoOnWorkers : onWorkers,
      ),
    ]);
    return findings.flat();
  } finally {
    await Promise.all(running.map((platform) => platform.stop()));
    await Promise.all([redis.stop(), postgres.stop()]);
    installation.remove();
  }
}

report(await checkPlatforms());
