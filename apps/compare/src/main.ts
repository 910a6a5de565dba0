// Runs the binding suite against every candidate and writes the comparison.
//   compare [--only <candidate>]... [--case <id>]...      with either option, results are printed and nothing is written
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { bindingCases } from "@oncekey/conformance";
import { startPostgres, startRedis } from "@oncekey/services";
import type { Candidate, Services } from "./candidates/candidate.js";
import { candidateOf, candidates } from "./candidates/index.js";
import { versionsOf } from "./candidates/versions.js";
import { writeDocuments } from "./report/documents.js";
import { type CandidateResult, type Results, writeResults } from "./report/results.js";
import type { Outcome } from "./run/outcome.js";
import { runCandidate } from "./run/run-candidate.js";

const { values } = parseArgs({
  options: { only: { type: "string", multiple: true }, case: { type: "string", multiple: true } },
});
const isPartial = values.only !== undefined || values.case !== undefined;
const chosen = values.only?.map(candidateOf) ?? candidates;
const caseIds = values.case ?? bindingCases.map(({ id }) => id);

const [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
try {
  const measured: CandidateResult[] = [];
  for (const candidate of chosen) {
    measured.push(await measure(candidate, { redisUrl: redis.url, postgresUrl: postgres.url }));
  }
  const results: Results = {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    cores: availableParallelism(),
    candidates: measured,
  };
  if (!isPartial) {
    writeResults(results);
    writeDocuments(results);
  }
} finally {
  await Promise.all([redis.stop(), postgres.stop()]);
}

async function measure(candidate: Candidate, services: Services): Promise<CandidateResult> {
  const cases: Record<string, Outcome> = {};
  const startedMs = performance.now();
  await runCandidate(candidate, caseIds, services, (id, outcome) => {
    cases[id] = outcome;
    if (isPartial || outcome.status === "failed") console.log(line(candidate, id, outcome));
  });
  const passed = Object.values(cases).filter(({ status }) => status === "passed").length;
  const seconds = Math.round((performance.now() - startedMs) / 1_000);
  console.log(`${candidate.id}: ${passed} of ${caseIds.length} cases pass, in ${seconds} s`);
  const { id, title, about } = candidate;
  return { id, title, about, versions: versionsOf(candidate.packages), cases };
}

function line({ id: candidate }: Candidate, id: string, outcome: Outcome): string {
  if (outcome.status === "passed") return `${candidate} ${id} passed`;
  if (outcome.status === "skipped") return `${candidate} ${id} skipped: ${outcome.reason}`;
  return `${candidate} ${id} FAILED, ${outcome.runs} run(s): ${outcome.observed}`;
}
