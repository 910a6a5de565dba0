import { healed, unsettled, ways } from "../../../packages/client/test/fault-scenarios.js";
import { type Fault, ScriptedServer } from "../../../packages/client/test/scripted-server.js";
import type { Finding } from "../../lib/report.js";
import { ABORTED, type ClientAnswer, type Errand, type Receipt } from "../../platforms/client.js";

/** One errand of the client, with the server that it goes to and what must have come of it. */
interface Trial {
  readonly title: string;
  readonly way: string;
  readonly journal: string;
  readonly script: readonly Fault[];
  readonly expected: Receipt;
  readonly effects: number;
  /** Absent: as many as there was time for. */
  readonly attempts?: number;
}

const [plainCall] = ways;
const plainName = plainCall?.[0] ?? "";

/** The scenarios of the client's own tests, over each journal that the platform has, and a call that is aborted. */
function trialsOver(journals: readonly string[]): readonly Trial[] {
  const succeeded: Receipt = { body: JSON.stringify({ receipt: 1 }), outcome: "succeeded" };
  const settled = journals.flatMap((journal) =>
    ways
      // A plain call has no journal, so it is the same over all.
      .filter((way) => journal === journals[0] || way !== plainCall)
      .flatMap(([way]) =>
        healed.map(([what, script, attempts]): Trial => {
          const title = `${way}, journal in ${journal}: ${what}`;
          return { title, way, journal, script, expected: succeeded, effects: 1, attempts };
        }),
      ),
  );
  const open = unsettled.map(([what, script, error, effects]): Trial => {
    const common = { way: plainName, journal: journals[0] ?? "", script, attempts: script.length };
    return { title: `a call: ${what}`, expected: { error }, effects, ...common };
  });
  const aborted: Trial = {
    title: ABORTED,
    way: ABORTED,
    journal: "",
    script: ["hang-before-effect"],
    expected: { error: "the caller's own reason" },
    effects: 0,
  };
  return [...settled, ...open, aborted];
}

/** Sends the client of a platform on its errands, each to a server with faults of its own in this process. */
export async function clientFindings(
  platform: string,
  clientUrl: string,
  journals: readonly string[],
): Promise<Finding[]> {
  const trials = trialsOver(journals);
  const servers = await Promise.all(trials.map(({ script }) => ScriptedServer.start(...script)));
  try {
    const errands = trials.map(({ way, journal }, index): Errand => ({ way, journal, url: servers[index]?.url ?? "" }));
    const response = await fetch(clientUrl, { method: "POST", body: JSON.stringify(errands) });
    const text = await response.text();
    if (!response.ok) return [{ subject: `${platform}: the client`, problems: [`${response.status} ${text}`] }];
    const { receipts, journals: cases }: ClientAnswer = JSON.parse(text);
    const wrong = trials.flatMap((trial, index) => problemOf(trial, receipts[index], servers[index]));
    const damaged = cases.flatMap(({ title, problem }) => (problem === undefined ? [] : [`${title}: ${problem}`]));
    return [
      { subject: `${platform}, client (${trials.length} scenarios)`, problems: wrong },
      {
        subject: `${platform}, journals in ${journals.join(" and ")} (${cases.length} cases)`,
        problems: cases.length > 0 ? damaged : ["no case ran"],
      },
    ];
  } finally {
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  }
}

/** What the caller was told, what was done, how often it was asked for, and whether always in the same words. */
function problemOf(
  { title, expected, effects, attempts }: Trial,
  receipt: Receipt | undefined,
  server: ScriptedServer | undefined,
): string[] {
  const seen = server?.seen ?? [];
  const differing = new Set(seen.map(({ key, body }) => `${key} ${body}`)).size - 1;
  const asked = (made: number, differ: number) => (attempts === undefined ? {} : { attempts: made, differing: differ });
  const wanted = JSON.stringify({ receipt: expected, effects, ...asked(attempts ?? 0, 0) });
  const actual = JSON.stringify({ receipt, effects: server?.effects, ...asked(seen.length, differing) });
  return actual === wanted ? [] : [`${title}: expected ${wanted}, got ${actual}`];
}
