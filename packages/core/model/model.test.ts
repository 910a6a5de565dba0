import { afterAll, describe, expect, it } from "vitest";
import { configurations, ordinary } from "./configurations.js";
import { explore, type Report } from "./explore.js";
import { describeTrace } from "./trace.js";

const LIMIT_MS = 300_000;

/** What has to have happened somewhere, or the absence of violations proves nothing. */
const MUST_HAPPEN = [
  "claim given up",
  "claim over released",
  "completed before",
  "completion found nothing",
  "completion unanswered",
  "crash",
  "grant arrived lapsed",
  "in-progress",
  "late call landed",
  "mismatch",
  "outcome-unknown",
  "replay",
  "reply lost",
  "rolled back",
  "stale effect refused",
  "superseded",
  "take-over",
];

const reports: Report[] = [];

describe("the protocol, explored in full", () => {
  afterAll(() => {
    const lines = reports.map(
      ({ config, states, transitions, seconds }) =>
        `  ${config.name.padEnd(5)}${states.toLocaleString("en").padStart(9)} states ` +
        `${transitions.toLocaleString("en").padStart(11)} transitions ${seconds.toFixed(1).padStart(6)} s`,
    );
    const total = reports.reduce((sum, { states }) => sum + states, 0);
    process.stdout.write(`model check\n${lines.join("\n")}\n  ${total.toLocaleString("en")} states in all\n`);
  });

  it.each(ordinary)(
    "$name: no violation with $about",
    (config) => {
      const report = explore(config);
      reports.push(report);
      expect(report.violation && describeTrace(report.violation)).toBeUndefined();
      expect(report.complete).toBe(true);
    },
    LIMIT_MS,
  );

  it("has covered at least 500,000 states, and everything that the rules are about", () => {
    expect(reports).toHaveLength(ordinary.length);
    expect(reports.reduce((sum, { states }) => sum + states, 0)).toBeGreaterThanOrEqual(500_000);
    const reached = new Set(reports.flatMap((report) => [...report.reached.keys()]));
    expect(MUST_HAPPEN.filter((what) => !reached.has(what))).toEqual([]);
  });

  it("has configurations with names of their own", () => {
    const names = configurations.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
