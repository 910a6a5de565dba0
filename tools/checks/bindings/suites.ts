import { readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../lib/command.js";
import type { Installation } from "../../lib/install.js";
import type { Finding } from "../../lib/report.js";
import { repositoryRoot } from "../../lib/workspace.js";
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
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
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

/** One finding for each suite, with the number of its cases; and one for each file that did not even load. */
function findingsOf({ testResults }: VitestReport, store: StoreName): Finding[] {
  const suites = new Map<string, { passed: number; skipped: number; problems: string[] }>();
  const broken: Finding[] = [];
  for (const { name, message, assertionResults } of testResults) {
    if (assertionResults.length === 0) broken.push({ subject: name, problems: [message] });
    for (const { ancestorTitles, title, status, failureMessages } of assertionResults) {
      const subject = ancestorTitles[0]?.replace(/: binding conformance$/, "") ?? name;
      const suite = suites.get(subject) ?? { passed: 0, skipped: 0, problems: [] };
      suites.set(subject, suite);
      if (status === "passed") suite.passed += 1;
      else if (status === "failed") suite.problems.push(`${title}: ${failureMessages.join("\n")}`);
      else suite.skipped += 1;
    }
  }
  const ran = [...suites].filter(([, { passed, problems }]) => passed + problems.length > 0);
  const found = ran.map(([subject, { passed, skipped, problems }]) => {
    // The first test of a suite tries the fixture, and is no case.
    const counts = [`${passed - 1} cases`, ...(skipped > 0 ? [`${skipped} skipped`] : [])].join(", ");
    return { subject: `${subject}, ${store} (${counts})`, problems };
  });
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
