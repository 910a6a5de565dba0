// Runs cases against one candidate, in a process that the candidate may crash or block.
//   candidate-process.ts <candidate>      ONCEKEY_COMPARE_REDIS, ONCEKEY_COMPARE_POSTGRES: where the servers are
import { type BindingCase, type BindingFixture, bindingCases, runCase } from "@oncekey/conformance";
import type { Candidate, PreparedCandidate } from "../candidates/candidate.js";
import { candidateOf } from "../candidates/index.js";
import { withCourtesy } from "../courtesy/courtesy.js";
import { entryOf } from "../questions/index.js";
import { isOrder, type Report } from "./messages.js";
import { type Outcome, observedIn } from "./outcome.js";

const candidate = candidateOf(process.argv[2] ?? "");
const prepared = await candidate.prepare({ redisUrl: env("REDIS"), postgresUrl: env("POSTGRES") });

process.on("message", (message) => {
  if (!isOrder(message)) throw new TypeError(`no order: ${JSON.stringify(message)}`);
  void outcomeOf(caseOf(message.run), candidate, prepared).then(report);
});
process.on("disconnect", () => process.exit());
report();

function report(last?: Outcome): void {
  const message: Report = last === undefined ? {} : { last };
  process.send?.(message);
}

async function outcomeOf(each: BindingCase, { dialect }: Candidate, { fixture }: PreparedCandidate): Promise<Outcome> {
  const counter = new Counter();
  const counted = counter.count(fixture);
  const judged = entryOf(each.id)?.judged ?? "as it is";
  const courteous = dialect === undefined ? counted : withCourtesy(counted, dialect, judged);
  try {
    const { status, reason = "" } = await runCase(each, courteous);
    return status === "skipped" ? { status, reason } : { status: "passed" };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { status: "failed", observed: observedIn(message), runs: counter.most };
  }
}

/** Counts how often handlers run in one case. */
class Counter {
  readonly #runs = new Map<string, number>();

  get most(): number {
    return Math.max(0, ...this.#runs.values());
  }

  count(fixture: BindingFixture): BindingFixture {
    return {
      ...fixture,
      start: (app) => {
        const visit = app.visit.bind(app);
        app.visit = (scenario, request) => {
          const token = request.header("x-token") ?? "";
          this.#runs.set(token, (this.#runs.get(token) ?? 0) + 1);
          return visit(scenario, request);
        };
        return fixture.start(app);
      },
    };
  }
}

function caseOf(id: string): BindingCase {
  const found = bindingCases.find((each) => each.id === id);
  if (found === undefined) throw new TypeError(`no case has the id ${id}`);
  return found;
}

function env(name: "REDIS" | "POSTGRES"): string {
  const value = process.env[`ONCEKEY_COMPARE_${name}`];
  if (value === undefined) throw new Error(`ONCEKEY_COMPARE_${name} is not set; this process is started by main.ts`);
  return value;
}
