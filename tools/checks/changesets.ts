// Changesets can be read, and every package that was never released is in the next release.   tsx tools/checks/changesets.ts
import getReleasePlan from "@changesets/get-release-plan";
import { type Finding, report } from "../lib/report.js";
import { publishedPackages, repositoryRoot } from "../lib/workspace.js";

const UNRELEASED = "0.0.0";

async function checkChangesets(root: string): Promise<Finding[]> {
  // Throws with a plain message where a changeset names a package that does not exist, or the configuration is wrong.
  const plan = await getReleasePlan(root);
  const empty = plan.changesets
    .filter(({ summary }) => summary.trim() === "")
    .map(({ id }) => `.changeset/${id}.md says nothing for the changelog`);
  const packages = publishedPackages(root).map(({ manifest: { name, version } }) => ({
    subject: name,
    problems:
      version === UNRELEASED &&
      !plan.changesets.some(({ releases }) => releases.some((release) => release.name === name))
        ? ["was never released and no changeset names it: run pnpm changeset"]
        : [],
  }));
  return [{ subject: `${plan.changesets.length} changesets`, problems: empty }, ...packages];
}

report(await checkChangesets(repositoryRoot));
