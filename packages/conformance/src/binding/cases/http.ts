import { Agent } from "node:http";
import { gunzipSync } from "node:zlib";
import { check, equal, present } from "../../expect.js";
import { isFirst, isProblem, isReplayed, isReplayOf, marker } from "../answers.js";
import { type BindingCase, bindingCase } from "../binding-case.js";
import type { Probe } from "../probe.js";
import { headerOf, linesOf, type WireAnswer } from "../wire.js";

/** The header means nothing for this method: the handler runs each time, and not even a broken key matters. */
async function headerIsIgnored(probe: Probe, method: string): Promise<void> {
  const token = `${probe.token}-${method}`;
  for (const key of [probe.key, probe.key, "", ["a", "b"]]) {
    const answer = await probe.ask("created", { method, key, token });
    equal(answer.status, 201, `${method}: status`);
    equal(linesOf(answer, marker), [], `${method}: ${marker}`);
  }
  await probe.ran(4, `${method}: executions`, token);
}

/** The body, decoded if it came compressed. */
function decoded(answer: WireAnswer): Uint8Array {
  const encoding = headerOf(answer, "content-encoding");
  if (encoding === undefined || encoding === "identity") return answer.body;
  equal(encoding, "gzip", "content-encoding");
  return new Uint8Array(gunzipSync(answer.body));
}

export const httpCases: readonly BindingCase[] = [
  bindingCase("HTP-01", "must", "GET ignores the header", async (probe) => {
    await headerIsIgnored(probe, "GET");
  }),

  bindingCase("HTP-02", "must", "HEAD and OPTIONS ignore the header", async (probe) => {
    await headerIsIgnored(probe, "HEAD");
    await headerIsIgnored(probe, "OPTIONS");
  }),

  bindingCase("HTP-03", "must", "PUT and DELETE ignore the header unless the route says otherwise", async (probe) => {
    await headerIsIgnored(probe, "PUT");
    await headerIsIgnored(probe, "DELETE");
  }),

  bindingCase(
    "HTP-04",
    "must",
    "a route may protect PUT",
    async (probe) => {
      const first = await probe.ask("put", { method: "PUT" });
      isFirst(first, 201);
      isReplayOf(await probe.ask("put", { method: "PUT" }), first);
      await probe.ran(1);
    },
    { needs: ["methods"] },
  ),

  bindingCase(
    "HTP-05",
    "must",
    "a connection goes on after every kind of answer",
    async (probe) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      try {
        const first = await probe.ask("created", { agent });
        isFirst(first, 201);
        isReplayOf(await probe.ask("created", { agent }), first);
        isProblem(await probe.ask("created", { agent, body: "{}" }), "key-reused");
        const empty = { agent, key: `${probe.key}-2` };
        const firstEmpty = await probe.ask("no-content", empty);
        isFirst(firstEmpty, 204, "the empty answer");
        isReplayOf(await probe.ask("no-content", empty), firstEmpty, "the empty replay");
        isReplayOf(await probe.ask("created", { agent }), first, "the last replay");
      } finally {
        agent.destroy();
      }
    },
    { needs: ["connections"] },
  ),

  bindingCase(
    "HTP-06",
    "must",
    "a connection goes on after a refusal whose body nobody read",
    async (probe) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      try {
        const body = JSON.stringify({ memo: "x".repeat(65_536) });
        isProblem(await probe.ask("created", { agent, body, key: null }), "key-missing");
        isProblem(await probe.ask("created", { agent, body, key: "" }), "key-invalid");
        isFirst(await probe.ask("created", { agent, body }), 201);
      } finally {
        agent.destroy();
      }
    },
    { needs: ["connections"] },
  ),

  bindingCase(
    "HTP-07",
    "must",
    "requests that were sent without waiting are answered in order",
    async (probe) => {
      const asks = [{}, {}, { key: `${probe.key}-2` }];
      const answers = await probe.pipelined("created", asks);
      const [first, second, other] = answers.map((answer) => present(answer, "an answer"));
      const equals = [present(first, "the first answer"), present(second, "the second answer")];
      // Both are on their way to the store at once, and either may be the one that runs.
      const ran = present(
        equals.find((answer) => answer.status === 201 && !isReplayed(answer)),
        "an answer of a first run",
      );
      isFirst(ran, 201);
      for (const duplicate of equals.filter((answer) => answer !== ran)) {
        if (duplicate.status === 409) isProblem(duplicate, "request-in-progress", "the duplicate's answer");
        else isReplayOf(duplicate, ran, "the duplicate's answer");
      }
      isFirst(present(other, "the other key's answer"), 201, "the other key's answer");
      await probe.ran(2);
    },
    { needs: ["connections"] },
  ),

  bindingCase(
    "HTP-08",
    "must",
    "an answer is replayed to clients that accept compression and to those that do not",
    async (probe) => {
      const expected = new Uint8Array(16_384).fill(0x78);
      const orders = [
        ["gzip", "identity"],
        ["identity", "gzip"],
      ];
      for (const [index, order] of orders.entries()) {
        for (const [turn, coding] of order.entries()) {
          const what = `${order.join(" then ")}, answer ${turn + 1}`;
          const headers = [["Accept-Encoding", coding]] as const;
          const answer = await probe.ask("compressible", { key: `${probe.key}-${index}`, headers });
          equal(answer.status, 200, `${what}: status`);
          equal(decoded(answer), expected, `${what}: body`);
          equal(isReplayed(answer), turn === 1, `${what}: is a replay`);
          check(coding === "gzip" || headerOf(answer, "content-encoding") !== "gzip", `${what}: not acceptable`);
        }
      }
      await probe.ran(2);
    },
    { needs: ["compression"] },
  ),
];
