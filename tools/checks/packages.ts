// publint --strict and "are the types wrong?" on every tarball.   tsx tools/checks/packages.ts
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData, type Problem } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { type Finding, report } from "../lib/report.js";
import { bytesOf, type Tarball, tarballs } from "../lib/tarballs.js";
import { readManifest, repositoryRoot } from "../lib/workspace.js";

async function publintProblems(tarball: Tarball): Promise<string[]> {
  const { messages } = await publint({ pack: { tarball: bytesOf(tarball) }, level: "suggestion", strict: true });
  const manifest = readManifest(join(repositoryRoot, tarball.folder, "package.json"));
  return messages.map((message) => `publint: ${formatMessage(message, manifest, { color: false }) ?? message.code}`);
}

async function typeProblems(tarball: Tarball): Promise<string[]> {
  const analysis = await checkPackage(createPackageFromTarballData(new Uint8Array(bytesOf(tarball))));
  if (!analysis.types) return ["attw: it has no types"];
  return analysis.problems.map((problem) => `attw: ${describe(problem)}`);
}

function describe(problem: Problem): string {
  const { kind, ...rest } = problem;
  return `${kind} ${JSON.stringify(rest)}`;
}

const findings: Finding[] = [];
for (const tarball of tarballs()) {
  findings.push({ subject: `${tarball.name} (publint)`, problems: await publintProblems(tarball) });
  findings.push({ subject: `${tarball.name} (types)`, problems: await typeProblems(tarball) });
}
report(findings);
