import { join } from "node:path";
import { run } from "../../lib/command.js";
import type { Installation } from "../../lib/install.js";
import type { Finding } from "../../lib/report.js";

/** What the published command writes of one server. */
interface SuiteReport {
  readonly passed: number;
  readonly failed: number;
  readonly known: number;
  readonly skipped: number;
  readonly cases: readonly { readonly id: string; readonly status: string; readonly failure?: { message: string } }[];
}

/** What a platform cannot do, by the features of the suite, and which cases fail on it: each with the reason. */
export interface Exceptions {
  readonly lacks?: Readonly<Record<string, string>>;
  readonly knownFailures?: Readonly<Record<string, string>>;
}

/** Runs the binding suite against a server by its URL, with the published command, on Node. */
export async function auditByUrl(
  { folder, write }: Installation,
  subject: string,
  url: string,
  { lacks = {}, knownFailures = {} }: Exceptions = {},
): Promise<Finding> {
  const file = `${subject.replaceAll(/\W+/g, "-")}.known.json`;
  write(file, knownFailures);
  const missing = Object.entries(lacks).flatMap(([feature, why]) => ["--lacks", `${feature}=${why}`]);
  // Not strict: what fails by the timing of a platform passes now and then.
  const options = ["--url", url, "--json", "--known-failures", file, "--no-strict", ...missing];
  const command = join(folder, "node_modules/.bin/conformance");
  const { exitCode, output } = await run(command, options, { cwd: folder });
  const report = reportIn(output);
  if (report === undefined) return { subject, problems: [output] };
  const { passed, known, skipped, cases } = report;
  const aside = [known > 0 ? `${known} known` : "", skipped > 0 ? `${skipped} skipped` : ""].filter(Boolean);
  const failures = cases.flatMap(({ id, status, failure }) =>
    status === "failed" ? [`${id}: ${failure?.message ?? "failed"}`] : [],
  );
  return {
    subject: `${subject} (${[`${passed} cases`, ...aside].join(", ")})`,
    problems: exitCode === 0 && passed > 0 ? [] : [...failures, `the command ended with ${exitCode}`],
  };
}

function reportIn(output: string): SuiteReport | undefined {
  const { reports }: { readonly reports: readonly Partial<SuiteReport>[] } = JSON.parse(output);
  const { passed = 0, failed = 0, known = 0, skipped = 0, cases } = reports[0] ?? {};
  return cases === undefined ? undefined : { passed, failed, known, skipped, cases };
}
