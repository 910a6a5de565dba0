// The fault scenarios against the clients that people use:  pnpm --filter @oncekey/client compare
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { ScriptedServer } from "../test/scripted-server.js";
import { type Candidate, candidates } from "./candidates.js";
import { type Scenario, scenarios } from "./scenarios.js";

const WAITED_MS = 6_000;
/** What is retried late must not reach the next scenario's server; each has its own. This is for the count of effects. */
const AFTERMATH_MS = 300;

type Verdict = "paid once" | "paid twice" | "error, paid" | "error" | "still waiting";

interface Cell {
  readonly verdict: Verdict;
  readonly requests: number;
}

async function observe(candidate: Candidate, { script }: Scenario): Promise<Cell> {
  await using server = await ScriptedServer.start(...script);
  const paid = candidate.pay(server.url).then(
    () => "answer" as const,
    () => "error" as const,
  );
  let timer: NodeJS.Timeout | undefined;
  const waited = new Promise<"waiting">((resolve) => {
    timer = setTimeout(resolve, WAITED_MS, "waiting");
  });
  const told = await Promise.race([paid, waited]);
  clearTimeout(timer);
  await new Promise((resolve) => setTimeout(resolve, AFTERMATH_MS));
  return { verdict: judge(told, server.effects), requests: server.seen.length };
}

function judge(told: "answer" | "error" | "waiting", effects: number): Verdict {
  if (effects > 1) return "paid twice";
  if (told === "waiting") return "still waiting";
  if (told === "answer") return "paid once";
  return effects === 1 ? "error, paid" : "error";
}

const symbols: { readonly [verdict in Verdict]: string } = {
  "paid once": "✓",
  "paid twice": "**twice**",
  "error, paid": "error, paid",
  error: "error",
  "still waiting": "hangs",
};

function versionOf(name: string): string {
  if (name === "@oncekey/client") return "this repository";
  if (name === "fetch") return `undici ${process.versions["undici"]} in Node`;
  const require = createRequire(import.meta.url);
  const folder = require.resolve.paths(name)?.map((path) => join(path, name, "package.json")) ?? [];
  for (const path of folder) {
    try {
      return JSON.parse(readFileSync(path, "utf8")).version;
    } catch {
      // Not in this folder: the next one up may have it.
    }
  }
  throw new Error(`${name} is not installed`);
}

async function row(scenario: Scenario): Promise<string> {
  const cells = await Promise.all(candidates.map((candidate) => observe(candidate, scenario)));
  return `| ${[scenario.name, ...cells.map(({ verdict, requests }) => `${symbols[verdict]} (${requests})`)].join(" | ")} |`;
}

const rows: string[] = [];
for (const scenario of scenarios) {
  rows.push(await row(scenario));
  process.stdout.write(`${rows.at(-1)}\n`);
}

const settings = candidates.map(
  ({ name, package: from, settings: set }) => `| ${name} | ${versionOf(from)} | ${set} |`,
);
const document = `# Clients under faults

One POST each, against a server that makes one effect for each \`Idempotency-Key\` and repeats its first answer, behind a
network that fails as the row says and works again from then on. In brackets: how many requests the server saw whole.

- ✓: the caller has the answer, and it was paid once.
- **twice**: it was paid more than once.
- error, paid: it was paid, and the caller was told of an error.
- error: it was not paid, and the caller was told of an error. In the last two rows that is right, or an answer at once.
- hangs: no answer and no error within ${WAITED_MS / 1_000} s.

| | ${candidates.map(({ name }) => name).join(" | ")} |
| --- | ${candidates.map(() => "---").join(" | ")} |
${rows.join("\n")}

Made by \`pnpm --filter @oncekey/client compare\`, with Node ${process.versions.node}:

| client | version | set beside the defaults |
| --- | --- | --- |
${settings.join("\n")}

Stripe's library takes an error for one only where it has the shape of Stripe's own, hence its answer to a key that is reused.
The time-out is 700 ms for one attempt. A client whose own retries are on may be safe against a server whose keys it sends;
of these only stripe does.
`;
writeFileSync(join(import.meta.dirname, "../../../docs/clients.md"), document);
process.exit(0);
