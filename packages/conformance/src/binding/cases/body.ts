import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { check, equal } from "../../expect.js";
import { isFirst, isProblem, isReplayed, isReplayOf } from "../answers.js";
import { type BindingCase, bindingCase } from "../binding-case.js";
import type { Ask, Probe } from "../probe.js";

const utf8 = new TextEncoder();
const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);

/** One content and another: the first may be retried as it is, and in each other spelling; the second is refused. */
async function toldApart(probe: Probe, one: Ask, another: Ask, spellings: readonly Ask[] = [one]): Promise<void> {
  const first = await probe.ask("created", one);
  isFirst(first, 201);
  for (const spelling of spellings) isReplayOf(await probe.ask("created", spelling), first, "the same content");
  isProblem(await probe.ask("created", another), "key-reused", "the other content");
  await probe.ran(1);
}

/** A form with one field and one file. */
function form(boundary: string, amount: string, file: string): Ask {
  const lines = [
    `--${boundary}`,
    'Content-Disposition: form-data; name="amount"',
    "",
    amount,
    `--${boundary}`,
    'Content-Disposition: form-data; name="receipt"; filename="receipt.txt"',
    "Content-Type: text/plain",
    "",
    file,
    `--${boundary}--`,
    "",
  ];
  return { body: lines.join("\r\n"), type: `multipart/form-data; boundary=${boundary}` };
}

export const bodyCases: readonly BindingCase[] = [
  bindingCase("BDY-01", "must", "a JSON body reaches the handler unharmed", async (probe) => {
    const body = `{"amount":100,"memo":"\u00e9\u20ac\u{1f600}","items":[${"1,".repeat(20_000)}2]}`;
    const answer = await probe.ask("echo", { body });
    isFirst(answer, 200);
    equal(answer.body, utf8.encode(body), "what the handler read");
  }),

  bindingCase(
    "BDY-02",
    "must",
    "the bytes of an unknown media type reach the handler unharmed",
    async (probe) => {
      const answer = await probe.ask("echo", { body: everyByte, type: "application/x-unknown" });
      isFirst(answer, 200);
      equal(answer.body, everyByte, "what the handler read");
    },
    { needs: ["raw-bodies"] },
  ),

  bindingCase("BDY-03", "must", "forms are told apart by their content", async (probe) => {
    const type = "application/x-www-form-urlencoded";
    await toldApart(probe, { body: "amount=100&to=A", type }, { body: "amount=101&to=A", type });
  }),

  bindingCase("BDY-04", "must", "texts are told apart by their content", async (probe) => {
    const type = "text/plain";
    await toldApart(probe, { body: "pay 100", type }, { body: "pay 101", type });
  }),

  bindingCase("BDY-05", "must", "multipart forms are told apart by their parts, not their boundary", async (probe) => {
    await toldApart(probe, form("first-boundary", "100", "paid"), form("first-boundary", "101", "paid"), [
      form("first-boundary", "100", "paid"),
      form("----another0123", "100", "paid"),
    ]);
  }),

  bindingCase("BDY-06", "must", "multipart forms with another file are told apart", async (probe) => {
    await toldApart(probe, form("b1", "100", "paid"), form("b2", "100", "owed"));
  }),

  bindingCase("BDY-07", "must", "bodies of an unknown media type are told apart", async (probe) => {
    const type = "application/x-unknown";
    await toldApart(probe, { body: "pay 100", type }, { body: "pay 101", type });
  }),

  bindingCase("BDY-08", "must", "bodies without a media type are told apart", async (probe) => {
    await toldApart(probe, { body: everyByte, type: null }, { body: everyByte.subarray(1), type: null });
  }),

  bindingCase(
    "BDY-09",
    "must",
    "a body that only pretends to be JSON is told apart from another one",
    async (probe) => {
      const type = "application/x-unknown+json";
      await toldApart(probe, { body: '{"a":1,"a":2}', type }, { body: '{"a":2}', type });
    },
  ),

  bindingCase("BDY-10", "must", "chunks and their sizes do not matter", async (probe) => {
    const chunks = (...texts: readonly string[]): Ask => ({ body: texts.map((text) => utf8.encode(text)) });
    await toldApart(probe, { body: '{"amount":100}' }, chunks('{"amount":', "101}"), [
      chunks('{"amount":100}'),
      chunks('{"am', 'ount":1', "00}"),
    ]);
  }),

  bindingCase("BDY-11", "must", "a request without a body is a request like any other", async (probe) => {
    await toldApart(probe, { body: null }, { body: '{"amount":100}' });
  }),

  bindingCase("BDY-12", "must", "the media type matters, and its parameters do not", async (probe) => {
    const body = '"100"';
    await toldApart(probe, { body }, { body, type: "text/plain" }, [
      { body },
      { body, type: "application/json; charset=utf-8" },
      { body, type: "Application/JSON" },
    ]);
  }),

  bindingCase("BDY-13", "must", "a body over the cap is refused and leaves the key free", async (probe) => {
    const large = "x".repeat(1_025);
    const type = "text/plain";
    isProblem(await probe.ask("small-bodies", { body: large, type }), "body-too-large");
    isProblem(await probe.ask("small-bodies", { body: [utf8.encode(large)], type }), "body-too-large", "in chunks");
    await probe.ran(0);
    isFirst(await probe.ask("small-bodies", { body: large.slice(1), type }), 200, "a body that fits");
    await probe.ran(1);
  }),

  bindingCase("BDY-14", "should", "a compressed body is the same request as the body itself", async (probe) => {
    const body = '{"amount":100}';
    const headers = [["Content-Encoding", "gzip"]] as const;
    const coded = (text: string): Ask => ({ body: new Uint8Array(gzipSync(text)), headers });
    await toldApart(probe, { body }, coded('{"amount":101}'), [coded(body)]);
  }),

  bindingCase("BDY-15", "must", "a digest of the body that a client claims is not believed", async (probe) => {
    const type = "text/plain";
    const body = "pay 100";
    const headers = [["Content-Digest", `sha-256=:${createHash("sha256").update(body).digest("base64")}:`]] as const;
    const first = await probe.ask("created", { body, type, headers });
    isFirst(first, 201);
    isReplayOf(await probe.ask("created", { body, type, headers }), first);
    isReplayOf(await probe.ask("created", { body, type }), first, "the replay without a digest");
    const other = await probe.ask("created", { body: "pay 101", type, headers });
    check(!isReplayed(other), "another body under the first one's digest got the first one's answer");
    // A server that verifies digests may find fault with this one before anything else.
    if (other.status !== 400) isProblem(other, "key-reused", "the other content");
    await probe.ran(1);
  }),

  bindingCase(
    "BDY-16",
    "must",
    "a body of 1 MiB counts to its last byte, and one of more is refused",
    async (probe) => {
      const type = "application/octet-stream";
      const bytes = new Uint8Array(1_048_576).fill(0x78);
      await toldApart(probe, { body: bytes, type }, { body: Uint8Array.from(bytes).fill(0x79, -1), type });
      const larger = { body: new Uint8Array(1_048_577), type, key: `${probe.key}-2` };
      isProblem(await probe.ask("created", larger), "body-too-large", "one byte more");
    },
  ),
];
