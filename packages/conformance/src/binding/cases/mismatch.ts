import { isFirst, isProblem, isReplayOf } from "../answers.js";
import { type BindingCase, bindingCase } from "../binding-case.js";
import type { Ask, Probe } from "../probe.js";

/** Runs a request, then another one under its key: refused, nothing ran, and the first one is still replayed. */
async function isAnother(probe: Probe, scenario: string, first: Ask, other: Ask, otherScenario = scenario) {
  const answer = await probe.ask(scenario, first);
  isFirst(answer, answer.status);
  isProblem(await probe.ask(otherScenario, other), "key-reused");
  isReplayOf(await probe.ask(scenario, first), answer, "the replay after the refusal");
  await probe.ran(1);
}

/** Runs a request, then other spellings of it under its key: each gets the replay. */
async function isTheSame(probe: Probe, first: Ask, ...spellings: readonly Ask[]): Promise<void> {
  const answer = await probe.ask("created", first);
  isFirst(answer, 201);
  for (const ask of spellings) isReplayOf(await probe.ask("created", ask), answer, JSON.stringify(ask.body));
  await probe.ran(1);
}

export const mismatchCases: readonly BindingCase[] = [
  bindingCase("MIS-01", "must", "a key is refused for another body", async (probe) => {
    await isAnother(probe, "created", { body: '{"amount":100}' }, { body: '{"amount":101}' });
  }),

  bindingCase("MIS-02", "must", "a key is refused for another path", async (probe) => {
    await isAnother(probe, "created", {}, {}, "echo");
  }),

  bindingCase("MIS-03", "must", "a key is refused for another query", async (probe) => {
    await isAnother(probe, "created", { query: "?page=1" }, { query: "?page=2" });
  }),

  bindingCase("MIS-04", "must", "a key is refused for another method", async (probe) => {
    await isAnother(probe, "created", { method: "POST" }, { method: "PATCH" });
  }),

  bindingCase("MIS-05", "must", "another request is refused as such while the first one runs", async (probe) => {
    await probe.hold();
    const first = probe.begin("created", { body: '{"amount":100}' });
    await probe.started(1);
    isProblem(await probe.askWhileHeld("created", { body: '{"amount":101}' }), "key-reused");
    await probe.release();
    isFirst(await first.answer, 201);
    await probe.ran(1);
  }),

  bindingCase("MIS-06", "must", "the order of JSON members and the space between them do not matter", async (probe) => {
    await isTheSame(
      probe,
      { body: '{"amount":100,"to":{"name":"A","bank":"B"}}' },
      { body: '{"to":{"bank":"B","name":"A"},"amount":100}' },
      { body: '{\n  "amount": 100,\n  "to": { "name": "A", "bank": "B" }\n}\n' },
    );
  }),

  bindingCase("MIS-07", "must", "the spelling of JSON numbers and strings does not matter", async (probe) => {
    await isTheSame(
      probe,
      { body: '{"amount":1000,"name":"\u00e9/"}' },
      { body: '{"amount":1e3,"name":"\\u00e9\\/"}' },
      { body: '{"amount":1000.0,"name":"\\u00E9/"}' },
    );
  }),

  bindingCase("MIS-08", "must", "the order of a JSON array matters, and null is not absence", async (probe) => {
    await isAnother(probe, "created", { body: '{"ids":[1,2]}' }, { body: '{"ids":[2,1]}' });
    const other = { key: `${probe.key}-2`, token: `${probe.token}-2` };
    isFirst(await probe.ask("created", { ...other, body: '{"memo":null}' }), 201);
    isProblem(await probe.ask("created", { ...other, body: "{}" }), "key-reused");
  }),

  bindingCase(
    "MIS-09",
    "must",
    "numbers that a double cannot hold are told apart",
    async (probe) => {
      await isAnother(probe, "created", { body: '{"id":9007199254740993}' }, { body: '{"id":9007199254740992}' });
    },
    { needs: ["raw-bodies"] },
  ),
];
