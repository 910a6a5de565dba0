import { readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../lib/command.js";
import type { Installation } from "../../lib/install.js";
import type { Finding } from "../../lib/report.js";
import { repositoryRoot } from "../../lib/workspace.js";
import { type Outcome, problemsOf, summaryOf } from "./cases.js";
import type { Place } from "./places.js";

/** What a server keeps its keys in. */
export type StoreName = "memory" | "Redis";

/** Suites that are run in the workspace and left out here: with a store of their own, or with parsers in other places. */
const LEFT_OUT = "on Postgres|parsers first|read before|its own parsers|parsers none|^ALB";

/** Where the servers are. The tests open their Postgres whether a suite on it is chosen or not. */
interface Servers {
  readonly redisUrl: string;
  readonly databaseUrl: string;
}

interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly (Outcome & { readonly ancestorTitles: readonly string[] })[];
  }[];
}

/** Runs the bindings' own suites in an installation, with every store in memory as it is or replaced by a real one. */
export async function runSuites(
  { folder, write }: Installation,
  { env }: Place,
  store: StoreName,
  { redisUrl, databaseUrl }: Servers,
): Promise<Finding[]> {
  const core = join(folder, "node_modules/@oncekey/core/dist/index.js");
  write("real-store.ts", realStore(core, redisUrl));
  write(`vitest.${store}.config.mjs`, configuration(folder, store));
  const result = `${store}.json`;
  const args = ["run", "--config", `vitest.${store}.config.mjs`, "--reporter=json", `--outputFile=${result}`];
  const names = `^(?!.*(${LEFT_OUT}))`;
  const { output } = await run(join(folder, "node_modules/.bin/vitest"), [...args, "--testNamePattern", names], {
    cwd: folder,
    env: { ...env, ONCEKEY_TEST_DATABASE_URL: databaseUrl, ONCEKEY_REPORT: undefined, NO_COLOR: "1" },
  });
  const report = readReport(join(folder, result));
  if (report === undefined) return [{ subject: `suites over ${store}`, problems: [output] }];
  return findingsOf(report, store);
}

function readReport(path: string): VitestReport | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    // vitest has not come so far; its output says why.
    return undefined;
  }
}

/** One finding for each suite, with what it left out and why; and one for each file that did not even load. */
function findingsOf({ testResults }: VitestReport, store: StoreName): Finding[] {
  const suites = new Map<string, Outcome[]>();
  const broken: Finding[] = [];
  for (const { name, message, assertionResults } of testResults) {
    if (assertionResults.length === 0) broken.push({ subject: name, problems: [message] });
    for (const outcome of assertionResults) {
      const subject = outcome.ancestorTitles[0]?.replace(/: binding conformance$/, "") ?? name;
      suites.set(subject, [...(suites.get(subject) ?? []), outcome]);
    }
  }
  // A suite that was not chosen has nothing but tests that were skipped.
  const ran = [...suites].filter(([, outcomes]) => outcomes.some(({ status }) => /passed|failed/.test(status)));
  const found = ran.map(([subject, outcomes]) => ({
    subject: `${subject}, ${store} (${summaryOf(outcomes)})`,
    problems: problemsOf(outcomes),
  }));
  return [...broken, ...found];
}

function configuration(folder: string, store: StoreName): string {
  const services = join(repositoryRoot, "tools/services/database.ts");
  const alias = {
    "@oncekey/services": services,
    ...(store === "Redis" && { "@oncekey/core": join(folder, "real-store.ts") }),
  };
  const test = {
    include: ["packages/bindings/*/test/conformance.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Most of a run is waiting.
    maxWorkers: 4,
  };
  return `export default ${JSON.stringify({ resolve: { alias }, test })};\n`;
}

/** All of core, but that a store in memory is one in Redis, whose keys nobody else has. */
function realStore(core: string, redisUrl: string): string {
  return `import { RedisStore } from "@oncekey/redis";
import { Redis } from "ioredis";

export * from ${JSON.stringify(core)};
const client = new Redis(${JSON.stringify(redisUrl)});
export class MemoryStore extends RedisStore {
  constructor() {
    super(client, { prefix: \`\${crypto.randomUUID()}:\` });
  }
}
`;
}
