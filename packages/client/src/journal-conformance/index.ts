import { type JournalCase, type JournalFixture, journalCases } from "./cases.js";

export { type JournalCase, type JournalFixture, journalCases };

/** The part of a test runner that is needed: that of vitest, node:test and Jest. */
export interface JournalRunner {
  describe(name: string, define: () => void): void;
  it(name: string, run: () => Promise<void>): void;
}

/** Registers one test a case with a test runner. */
export function registerJournalConformance(fixture: JournalFixture, { describe, it }: JournalRunner): void {
  describe(`journal: ${fixture.name}`, () => {
    for (const journalCase of journalCases) {
      it(`${journalCase.id}: ${journalCase.title}`, () => journalCase.run(fixture));
    }
  });
}

export interface JournalReport {
  readonly passed: number;
  readonly failed: number;
  readonly cases: readonly {
    readonly id: string;
    readonly title: string;
    readonly status: "passed" | "failed";
    readonly error?: unknown;
  }[];
}

/** Runs all cases without a test runner. */
export async function checkJournal(fixture: JournalFixture): Promise<JournalReport> {
  const cases: JournalReport["cases"][number][] = [];
  for (const { id, title, run } of journalCases) {
    try {
      await run(fixture);
      cases.push({ id, title, status: "passed" });
    } catch (error) {
      cases.push({ id, title, status: "failed", error });
    }
  }
  const passed = cases.filter(({ status }) => status === "passed").length;
  return { passed, failed: cases.length - passed, cases };
}
