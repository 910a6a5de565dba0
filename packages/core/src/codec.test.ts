import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeRecord, encodeRecord, isOncekeyError, type KeyRecord } from "./index.js";

const bytes = fc.uint8Array({ maxLength: 300 });
const attempt = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const fingerprint = fc.string({ unit: "binary", maxLength: 80 }).filter((text) => !/\p{Surrogate}/u.test(text));
const name = fc.string({ minLength: 1, maxLength: 20 }).filter((text) => text !== "__proto__");

const record: fc.Arbitrary<KeyRecord> = fc.oneof(
  fc.record({ state: fc.constant("released" as const), attempt }),
  fc.record({
    state: fc.constant("completed" as const),
    fingerprint,
    attempt,
    result: fc.oneof(
      bytes,
      fc.constant({ omitted: true as const }),
      fc.record({ omitted: fc.constant(true as const), summary: bytes }),
    ),
  }),
  fc.record({ state: fc.constant("in-progress" as const), fingerprint, attempt, leaseMs: fc.nat() }),
  fc.record({
    state: fc.constant("in-progress" as const),
    fingerprint,
    attempt,
    leaseMs: fc.nat(),
    checkpoints: fc.dictionary(name, bytes, { minKeys: 1, noNullPrototype: true }),
  }),
);

describe("the record codec", () => {
  it("reads every record that it wrote", () => {
    fc.assert(
      fc.property(record, (written) => {
        expect(decodeRecord(encodeRecord(written))).toEqual(written);
      }),
    );
  });

  it("reads a record out of a view into a larger buffer, and does not share it", () => {
    const encoded = encodeRecord({
      state: "completed",
      fingerprint: "s1:x",
      attempt: 1,
      result: Uint8Array.of(1, 2, 3),
    });
    const buffer = Buffer.concat([Buffer.from("head"), encoded, Buffer.from("tail")]);
    const read = decodeRecord(buffer.subarray(4, 4 + encoded.length));
    buffer.fill(0);
    expect(read).toMatchObject({ result: Uint8Array.of(1, 2, 3) });
  });

  it("gives each record bytes of its own, also one that is written while another one is", () => {
    const released: KeyRecord = { state: "released", attempt: 7 };
    const inner: Uint8Array[] = [];
    const value = Uint8Array.of(4, 5, 6);
    const outer: KeyRecord = {
      state: "in-progress",
      fingerprint: "s1:outer",
      attempt: 1,
      leaseMs: 30_000,
      get checkpoints() {
        inner.push(encodeRecord(released));
        return { charge: value };
      },
    };
    const first = encodeRecord(outer);
    const large = encodeRecord({ state: "completed", fingerprint: "é", attempt: 1, result: new Uint8Array(100_000) });
    encodeRecord(released);
    expect(decodeRecord(first)).toMatchObject({ fingerprint: "s1:outer", checkpoints: { charge: value } });
    expect(inner.map(decodeRecord)).toEqual(inner.map(() => released));
    expect(decodeRecord(large)).toMatchObject({ fingerprint: "é", result: new Uint8Array(100_000) });
  });

  it("never guesses: any other bytes are an error", () => {
    fc.assert(
      fc.property(record, fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 4 }), (written, at, junk) => {
        const good = encodeRecord(written);
        // A result runs to the end, so bytes after it are part of it; every other record has an end.
        const open = written.state === "completed" && !("omitted" in written.result && !("summary" in written.result));
        const broken = open
          ? good.slice(0, at % 3)
          : at % 2 === 0
            ? good.slice(0, at % good.length)
            : Uint8Array.of(...good, ...junk);
        try {
          decodeRecord(broken);
        } catch (error) {
          expect(isOncekeyError(error, "RECORD_UNREADABLE")).toBe(true);
          return;
        }
        expect.unreachable("broken bytes were read as a record");
      }),
    );
  });

  it("says which format it met", () => {
    expect(() => decodeRecord(Uint8Array.of(9, 1))).toThrow(/its format is 9, and this version reads 1/);
  });

  it("keeps its byte format: what an older version wrote is read for ever", () => {
    const kept: [string, KeyRecord][] = [
      ["010307", { state: "released", attempt: 7 }],
      [
        "01020473313a780100c3bf00",
        { state: "completed", fingerprint: "s1:x", attempt: 1, result: Uint8Array.of(0xc3, 0xbf, 0) },
      ],
      ["01020473313a780102", { state: "completed", fingerprint: "s1:x", attempt: 1, result: { omitted: true } }],
      ["01010473313a7802e0d40300", { state: "in-progress", fingerprint: "s1:x", attempt: 2, leaseMs: 60_000 }],
    ];
    for (const [hex, expected] of kept) {
      expect(decodeRecord(Buffer.from(hex, "hex"))).toEqual(expected);
      expect(Buffer.from(encodeRecord(expected)).toString("hex")).toBe(hex);
    }
  });
});
