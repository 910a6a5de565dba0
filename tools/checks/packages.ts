// publint --strict and "are the types wrong?" on every tarball.   tsx tools/checks/packages.ts
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { checkPackage, createPackageFromTarballData, type Problem } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { type Finding, report } from "../lib/report.js";
import { tarballs } from "../lib/tarballs.js";

/** What publint has to say about a tarball, down to suggestions. */
export async function publintProblems(tarball: Uint8Array<ArrayBuffer>): Promise<string[]> {
  const { messages, pkg } = await publint({ pack: { tarball: tarball.buffer }, level: "suggestion", strict: true });
  return messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false }) ?? message.code}`);
}

/** Where a resolver would find types that are missing, or not those of the code that it finds. */
export async function typeProblems(tarball: Uint8Array<ArrayBuffer>): Promise<string[]> {
  const analysis = await checkPackage(createPackageFromTarballData(tarball));
  if (!analysis.types) return ["attw: it has no types"];
  return analysis.problems
    .filter((problem) => !isBeforeExports(problem))
    .map((problem) => `attw: ${describe(problem)}`);
}

/** Node 10 knew no exports map, so a second entry point cannot be seen from there. Every Node that we support does. */
function isBeforeExports(problem: Problem): boolean {
  return problem.kind === "NoResolution" && problem.resolutionKind === "node10" && problem.entrypoint !== ".";
}

function describe(problem: Problem): string {
  const { kind, ...rest } = problem;
  return `${kind} ${JSON.stringify(rest)}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const findings: Finding[] = [];
  for (const { name, path } of tarballs()) {
    const tarball = Uint8Array.from(readFileSync(path));
    findings.push({ subject: `${name} (publint)`, problems: await publintProblems(tarball) });
    findings.push({ subject: `${name} (types)`, problems: await typeProblems(tarball) });
  }
  report(findings);
}
