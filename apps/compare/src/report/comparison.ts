import { serverLatencyMs } from "../app/gate.js";
import { type Group, type Question, questions } from "../questions/index.js";
import type { Outcome } from "../run/outcome.js";
import { failuresOf, outcomeOf, questionCell, table } from "./cells.js";
import type { CandidateResult, Results } from "./results.js";

/** docs/comparison.md. */
export function comparison(results: Results): string {
  const { candidates: measured } = results;
  return `${[
    introduction(results),
    `## Safety\n\n${explanation("safety")}\n\n${groupTable(measured, "safety")}`,
    `## What was seen\n\n${seen(measured)}`,
    `## Protocol\n\n${explanation("protocol")}\n\n${groupTable(measured, "protocol")}`,
    `## What was compared\n\n${about(measured)}`,
    `## How it is judged\n\n${method}`,
    `## Why a case is where it is\n\n${reasons()}`,
  ].join("\n\n")}\n`;
}

function introduction({ date, node, cores, candidates: measured }: Results): string {
  const total = questions.flatMap(({ cases }) => cases).length;
  const passed = measured.map(({ cases }) => Object.values(cases).filter(({ status }) => status === "passed").length);
  return `# Comparison

<!-- Written by a command; do not edit. See "How it is judged". -->

The ${total} cases of the [binding suite](../packages/conformance/docs/bindings.md), run against what people use today and
against Oncekey. The suite is ours, and so are its questions; which of them matter is for you to judge, so those about
safety and those about form stand apart.

Measured on ${date} with Node ${node.replace(/^v/, "")} on ${cores} cores by \`pnpm --filter @oncekey/compare compare\`, which
anybody can run again: it needs a Redis server on the PATH (or Debian and root, to install one) and takes minutes. Of
${total} cases ${measured.map(({ id }, index) => `\`${id}\` passes ${passed[index]}`).join(", ")}.`;
}

function explanation(group: Group): string {
  return group === "safety"
    ? "Each row is a question where a no loses money or data: something runs twice, an answer is lost, changed or given to " +
        "somebody else, a key is stuck, a request hangs. Libraries are judged in substance: their own status codes, " +
        "words and markers count. A dash: the library has no such feature."
    : "Each row is about how something is said. A library that keeps to another convention fails here, and nothing is " +
        "lost by it as long as its clients know.";
}

function groupTable(measured: readonly CandidateResult[], group: Group): string {
  const head = ["", ...measured.map((result) => `${result.title}${versionOf(result)}`)];
  const rows = questions
    .filter((question) => question.group === group)
    .map((question) => [
      `${question.asks} <br>${question.cases.map(({ id }) => id).join(", ")}`,
      ...measured.map((result) => questionCell(result, question)),
    ]);
  return table(head, rows);
}

function versionOf({ versions }: CandidateResult): string {
  const [library] = Object.entries(versions);
  return library === undefined || library[1] === "workspace" ? "" : `<br>${library[0]} ${library[1]}`;
}

/** The failures of one question with one candidate, case by case. */
function seen(measured: readonly CandidateResult[]): string {
  return measured
    .map((result) => {
      const rows = questions
        .filter(({ group }) => group === "safety")
        .flatMap((question) => failuresOf(result, question))
        .map((failed) => [failed.id, failed.costs, observation(outcomeOf(result, failed))]);
      const head = `### ${result.title}`;
      return rows.length === 0
        ? `${head}\n\nNo safety case fails.`
        : `${head}\n\n${table(["case", "what it costs", "what was seen"], rows)}`;
    })
    .join("\n\n");
}

/** What was seen, as one line: `handler ran 3 times; …`. */
function observation(outcome: Outcome | undefined): string {
  if (outcome?.status !== "failed") return "";
  const times = outcome.runs === 0 ? "never ran" : outcome.runs === 1 ? "ran once" : `ran ${outcome.runs} times`;
  return `The handler ${times}. ${code(outcome.observed)}`;
}

function code(text: string): string {
  return text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``;
}

function about(measured: readonly CandidateResult[]): string {
  return measured
    .map(({ title, about: configured, versions: installed }) => {
      const versions = Object.entries(installed).map(([name, version]) => `${name} ${version}`);
      return `- **${title}** (${versions.join(", ")}). ${configured}`;
    })
    .join("\n");
}

const method = `The suite speaks to a server over HTTP: the scripted app of the suite, mounted natively, with one library or another in
front of its handlers. Each candidate runs in a process of its own, which is replaced when it crashes or hangs; a case
may take 10 seconds.

- **Fairness.** Each library has the best configuration that its manual offers. A feature that it does not claim to have
  is skipped. A proxy stands between the suite and every library but ours: it knows which answers came from a handler
  and passes them as they are; a refusal of the library's own it translates into the status and the problem document that
  the suite expects, and a replay it marks, and gives it back headers that the library dropped. Cases that ask for just
  that form are judged without it. Oncekey is always judged as it is.
- **Distance.** Calls to a store on a server, also ours, take ${serverLatencyMs} ms more, as on a network. On one machine the races of a
  claim that is not atomic would mostly be hidden.
- **Faults.** When the suite takes the store away, its calls fail at once. A client that queues its commands while its
  server is away makes requests hang instead; that is not measured here.
- **First failure.** A case ends at the first thing that is wrong, and that is what the notes quote. One flaw can
  therefore fail several cases: a library that stores only JSON fails whenever an answer is something else.
- **Left out.** What a suite of requests and answers cannot ask: what happens when the process dies in the middle, and when
  a slow run is overtaken by a second one. Other libraries that could not be had from the npm registry are not here.
- **Changes.** The command writes \`apps/compare/results.json\` and this document; \`npm test\` checks that both belong together
  and that every case of the suite has its place here.`;

function reasons(): string {
  const rows = questions.map(({ group, asks, because }: Question) => [group, asks, because]);
  return table(["group", "question", "why it is in this group"], rows);
}
