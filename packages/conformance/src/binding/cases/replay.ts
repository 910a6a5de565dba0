import { check, equal } from "../../expect.js";
import { isFirst, isReplayOf, marker } from "../answers.js";
import { type BindingCase, bindingCase } from "../binding-case.js";
import type { Probe } from "../probe.js";
import { headerOf, linesOf, textOf, type WireAnswer } from "../wire.js";

const utf8 = new TextEncoder();

/** Headers that say where a message ends; an answer that was held back may know its length. */
const framing: ReadonlySet<string> = new Set(["connection", "content-length", "keep-alive", "transfer-encoding"]);

/** Asks twice: the first answer must be the application's, the second its replay, and the handler ran once. */
async function twice(probe: Probe, scenario: string, status: number): Promise<[first: WireAnswer, replay: WireAnswer]> {
  const first = await probe.ask(scenario);
  isFirst(first, status);
  const replay = await probe.ask(scenario);
  isReplayOf(replay, first);
  await probe.ran(1);
  return [first, replay];
}

export const replayCases: readonly BindingCase[] = [
  bindingCase("RPL-01", "must", "a retry gets the first answer, and the handler has run once", async (probe) => {
    const [first] = await twice(probe, "created", 201);
    equal(JSON.parse(textOf(first)), { id: "ses_1", execution: 1 }, "the first answer's body");
    for (let retry = 2; retry <= 4; retry += 1) isReplayOf(await probe.ask("created"), first, `retry ${retry}`);
    await probe.ran(1);
  }),

  bindingCase("RPL-02", "must", "replays are marked, and nothing else is", async (probe) => {
    const first = await probe.ask("created");
    equal(linesOf(first, marker), [], `the first answer: ${marker}`);
    equal(linesOf(await probe.ask("created"), marker), ["true"], `the replay: ${marker}`);
    const unkeyed = await probe.ask("optional", { key: null });
    equal(linesOf(unkeyed, marker), [], `an answer without a key: ${marker}`);
  }),

  bindingCase(
    "RPL-03",
    "must",
    "a replay carries the headers that describe the answer, and those listed",
    async (probe) => {
      const [first, replay] = await twice(probe, "created", 201);
      equal(headerOf(first, "location"), "/things/1", "the first answer: location");
      for (const [name, value] of [
        ["location", "/things/1"],
        ["etag", '"v1"'],
        ["content-language", "en"],
        ["x-listed", "kept"],
      ] as const) {
        equal(headerOf(replay, name), value, `the replay: ${name}`);
      }
    },
  ),

  bindingCase("RPL-04", "must", "the first answer sets its cookies, and a replay sets none", async (probe) => {
    const first = await probe.ask("created");
    equal(linesOf(first, "set-cookie"), ["session=first; HttpOnly", "theme=dark"], "the first answer: set-cookie");
    equal(linesOf(await probe.ask("created"), "set-cookie"), [], "the replay: set-cookie");
  }),

  bindingCase("RPL-05", "must", "headers that belong to one message are not replayed", async (probe) => {
    const [first, replay] = await twice(probe, "volatile-headers", 200);
    for (const name of ["age", "via", "x-request-id", "access-control-allow-origin", "x-unlisted"]) {
      const value = headerOf(first, name);
      check(value !== undefined, `the first answer: ${name} is missing`);
      check(headerOf(replay, name) !== value, `the replay: ${name} is the first answer's, ${value}`);
    }
    equal(headerOf(replay, "strict-transport-security"), undefined, "the replay: strict-transport-security");
  }),

  bindingCase("RPL-06", "must", "a replay has a date of its own", async (probe) => {
    const [first, replay] = await twice(probe, "volatile-headers", 200);
    equal(headerOf(first, "date"), "Tue, 15 Nov 1994 08:12:31 GMT", "the first answer: date");
    check(headerOf(replay, "date") !== headerOf(first, "date"), "the replay: the date is the first answer's");
  }),

  bindingCase("RPL-07", "must", "an answer of arbitrary bytes is replayed byte for byte", async (probe) => {
    const [first] = await twice(probe, "binary", 200);
    equal(
      first.body,
      Uint8Array.from({ length: 256 }, (_, byte) => byte),
      "the first answer's body",
    );
  }),

  bindingCase("RPL-08", "must", "a byte order mark survives", async (probe) => {
    const [first] = await twice(probe, "byte-order-mark", 200);
    equal(first.body, utf8.encode("\uFEFFamount;EUR"), "the first answer's body");
  }),

  bindingCase("RPL-09", "must", "204 is replayed as 204", async (probe) => {
    const [first, replay] = await twice(probe, "no-content", 204);
    equal(first.body.byteLength, 0, "the first answer: bytes of body");
    equal(headerOf(replay, "x-listed"), "kept", "the replay: x-listed");
    equal(headerOf(replay, "content-length") ?? "0", "0", "the replay: content-length");
  }),

  bindingCase("RPL-10", "must", "an empty answer is replayed as an empty answer", async (probe) => {
    const [first] = await twice(probe, "empty", 200);
    equal(first.body.byteLength, 0, "the first answer: bytes of body");
  }),

  bindingCase("RPL-11", "must", "the JSON value null is an answer like any other", async (probe) => {
    const [first] = await twice(probe, "json-null", 200);
    equal(textOf(first), "null", "the first answer's body");
  }),

  bindingCase(
    "RPL-12",
    "must",
    "an answer written in pieces is replayed whole",
    async (probe) => {
      const [first] = await twice(probe, "stream", 200);
      equal(textOf(first), "a streamed answer in four pieces", "the first answer's body");
    },
    { needs: ["streaming"] },
  ),

  bindingCase("RPL-13", "must", "a redirect is replayed with its location", async (probe) => {
    const [first] = await twice(probe, "redirect", 303);
    check((headerOf(first, "location") ?? "").endsWith("/things/1"), "the first answer: location");
  }),

  bindingCase("RPL-14", "must", "a header of several lines is replayed with all of them", async (probe) => {
    const [, replay] = await twice(probe, "repeated-headers", 200);
    equal(headerOf(replay, "link"), '</things/1>; rel="self", </things>; rel="collection"', "the replay: link");
  }),

  bindingCase("RPL-15", "must", "a replay tells its own length", async (probe) => {
    const [, replay] = await twice(probe, "binary", 200);
    const length = headerOf(replay, "content-length");
    if (length === undefined) equal(headerOf(replay, "transfer-encoding"), "chunked", "the replay: transfer-encoding");
    else equal(length, String(replay.body.byteLength), "the replay: content-length");
  }),

  bindingCase("RPL-16", "must", "the first answer is the application's, unchanged", async (probe) => {
    const first = await probe.ask("created");
    equal(headerOf(first, "x-unlisted"), "dropped", "the first answer: x-unlisted");
    const unkeyed = await probe.ask("optional", { key: null, token: `${probe.token}-1` });
    const keyed = await probe.ask("optional", { key: `${probe.key}-2`, token: `${probe.token}-2` });
    const namesOf = ({ lines }: WireAnswer) =>
      [...new Set(lines.map(([name]) => name))].filter((name) => !framing.has(name)).sort();
    equal(namesOf(keyed), namesOf(unkeyed), "names of headers with and without a key");
    equal(keyed.body, unkeyed.body, "bodies with and without a key");
  }),
];
