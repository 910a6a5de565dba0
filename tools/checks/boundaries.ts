// Who may import whom, and who may speak HTTP.   tsx tools/checks/boundaries.ts
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { cruise } from "dependency-cruiser";
import { type Finding, report } from "../lib/report.js";
import { repositoryRoot } from "../lib/workspace.js";
import { rules } from "./boundaries.rules.js";
import { protocolWords } from "./protocol-words.js";

/** One finding per rule, so that the run says how many rules were held. */
export async function checkBoundaries(root: string): Promise<Finding[]> {
  return [...(await checkImports(root)), { subject: "protocol-words-stay-in-http", problems: protocolWords(root) }];
}

async function checkImports(root: string): Promise<Finding[]> {
  const folders = ["packages", "apps", "tools"].filter((folder) => existsSync(join(root, folder)));
  const { output } = await cruise(
    folders,
    {
      baseDir: root,
      validate: true,
      ruleSet: { forbidden: [...rules] },
      doNotFollow: { path: "node_modules" },
      exclude: { path: "/dist/|/\\.svelte-kit/|/templates/(store|binding)/|/docs/\\." },
      tsPreCompilationDeps: true,
    },
    { conditionNames: ["@oncekey/source", "import", "types", "default"], exportsFields: ["exports"] },
  );
  if (typeof output === "string") throw new Error(`dependency-cruiser answered with text:\n${output}`);
  const { violations } = output.summary;
  return rules.map((rule) => ({
    subject: rule.name ?? "a rule without a name",
    problems: violations
      .filter((violation) => violation.rule.name === rule.name)
      .map(({ from, to }) => `${from} imports ${to}: ${rule.comment}`),
  }));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) report(await checkBoundaries(repositoryRoot));
