import { createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { platformDigest } from "#platform";
import type { Digest } from "./digest.js";
import { fingerprint, fingerprintWith } from "./fingerprint.js";
import { jsonBody } from "./json-body.js";
import { comparesBytes } from "./media-type.js";
import { portableDigest } from "./portable-digest.js";
import type { FingerprintOptions, RequestDescription } from "./types.js";

// Thousands of bodies on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

interface Vector {
  readonly id: string;
  readonly note: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly contentType: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly bodyBase64: string;
  readonly kind: string;
  readonly fingerprint: string;
}

const vectors: readonly Vector[] = JSON.parse(
  readFileSync(new URL("../../../../spec/vectors/fingerprint.json", import.meta.url), "utf8"),
);

const CHARGE: RequestDescription = {
  method: "POST",
  path: "/v1/charges",
  contentType: "application/json",
  body: '{"amount":1000,"currency":"usd"}',
};

function value(change: Partial<RequestDescription>, options?: FingerprintOptions): string {
  return fingerprint({ ...CHARGE, ...change }, options).value;
}

function kind(change: Partial<RequestDescription>, options?: FingerprintOptions): string {
  return fingerprint({ ...CHARGE, ...change }, options).kind;
}

const digests: readonly (readonly [string, Digest])[] = [
  ["the platform's hash", platformDigest],
  ["plain JavaScript", portableDigest],
];

describe.each(digests)("the shared vectors, with %s", (_, digest) => {
  it.each(vectors.map((vector) => [vector.id, vector.note, vector] as const))("%s %s", (_id, _note, vector) => {
    const print = fingerprintWith(digest, { ...vector, body: Buffer.from(vector.bodyBase64, "base64") }, {});
    expect(print).toEqual({ value: vector.fingerprint, kind: vector.kind });
  });

  it("signs with a secret", () => {
    const preimage = [
      ...["idempotency-fp/1", "POST", "/v1/charges", "", "application/json", "0", "json"],
      Buffer.from(platformDigest.raw(Buffer.from(String(CHARGE.body))), "latin1"),
    ];
    const mac = createHmac("sha256", "secret");
    for (const part of preimage) mac.update(`${part.length}:`).update(part).update(",");
    const expected = { value: `h1:${mac.digest("base64url")}`, kind: "json" };
    expect(fingerprintWith(digest, CHARGE, { hmacKey: "secret" })).toEqual(expected);
    expect(fingerprintWith(digest, CHARGE, { hmacKey: Buffer.from("secret") })).toEqual(expected);
  });
});

describe("what counts", () => {
  it("is each of method, path, query, media type and bound headers", () => {
    const values = [
      value({}),
      value({ method: "PATCH" }),
      value({ path: "/v1/refunds" }),
      value({ path: "/v1/charges/" }),
      value({ query: "a=1&b=2" }),
      value({ query: "b=2&a=1" }),
      value({ query: "?" }),
      value({ contentType: "application/vnd.api+json" }),
      value({ contentType: undefined }),
      value({ headers: [["api-version", "1"]] }),
      value({ headers: [["api-version", "2"]] }),
      value({ headers: [["api-version", ""]] }),
      value({ headers: [["a", "1"], ["b", "2"]] }), // biome-ignore format: pairs
      value({ headers: [["b", "2"], ["a", "1"]] }), // biome-ignore format: pairs
    ];
    expect(new Set(values).size).toBe(values.length);
  });

  it("is not the case of the method, of header names and of the media type, nor its parameters", () => {
    expect(value({ method: "post" })).toBe(value({}));
    expect(value({ contentType: " Application/JSON ; charset=UTF-8; v=1" })).toBe(value({}));
    expect(value({ headers: [["API-Version", "1"]] })).toBe(value({ headers: [["api-version", "1"]] }));
  });

  it("is the path and query as they stand, in any script", () => {
    const paths = ["/caf\u00e9", "/cafe\u0301", "/caf%C3%A9", "/caf%c3%a9", "/\ud800", "/\udfff", "/\ufffd"];
    expect(new Set(paths.map((path) => value({ path }))).size).toBe(paths.length);
    for (const path of paths) {
      expect(value({ path })).toBe(fingerprintWith(portableDigest, { ...CHARGE, path }, {}).value);
    }
  });

  it("takes a path and headers of any length", () => {
    for (const length of [99, 100, 1000, 1100, 20_000]) {
      const change = { path: `/${"p".repeat(length)}`, headers: [["h", "\u20ac".repeat(length)]] as const };
      expect(value(change)).toBe(fingerprintWith(portableDigest, { ...CHARGE, ...change }, {}).value);
    }
    expect(value({})).toBe(fingerprintWith(portableDigest, CHARGE, {}).value);
  });
});

describe("kinds of body", () => {
  it.each([
    ["application/json", "json"],
    ["application/merge-patch+json", "json"],
    ['APPLICATION/JSON;charset="utf-8"', "json"],
    ["application/json; charset=us-ascii", "json"],
    ["application/json; charset=iso-8859-1", "raw"],
    ["application/json; charset=utf-16", "raw"],
    ["text/json", "raw"],
    ["application/x-www-form-urlencoded", "raw"],
    ["application/jsonp", "raw"],
    ["+json", "raw"],
    ["text/plain, application/json", "raw"],
    ["", "raw"],
    [undefined, "raw"],
    [null, "raw"],
  ])("%s is %s", (contentType, expected) => {
    expect(kind({ contentType })).toBe(expected);
  });

  it("are none for nothing and for no bytes", () => {
    for (const body of [undefined, null, "", new Uint8Array(0)]) {
      expect(fingerprint({ ...CHARGE, body })).toEqual(fingerprint({ ...CHARGE, body: "" }));
      expect(kind({ body })).toBe("none");
      expect(kind({ body, contentType: "multipart/form-data; boundary=b" })).toBe("none");
    }
  });

  it("are the same for a text, its bytes, a Buffer, a view and what a framework parsed", () => {
    const text = ' {"currency":"usd","amount":1e3} ';
    const backing = Buffer.from(`xx${text}xx`);
    const bodies = [text, Buffer.from(text), new Uint8Array(Buffer.from(text)), backing.subarray(2, -2)];
    for (const body of bodies) expect(fingerprint({ ...CHARGE, body })).toEqual(fingerprint(CHARGE));
    expect(fingerprint({ ...CHARGE, body: { parsed: JSON.parse(text) } })).toEqual(fingerprint(CHARGE));
  });

  it("share a fingerprint with no other kind", () => {
    const bodies: RequestDescription["body"][] = ["", "{}", "{} ", "null", '"{}"', { parsed: {} }];
    const types = ["application/json", "text/plain"];
    const prints = types.flatMap((contentType) => bodies.map((body) => value({ contentType, body })));
    // As JSON "{}", "{} " and the parsed {} say the same; as text only "{}" and "{} " are bytes.
    expect(new Set(prints).size).toBe(4 + 6);
  });

  it("are raw where JSON is hazardous, so that bytes count", () => {
    const hazards = [
      '{"a":1,"a":2}',
      '{"a":2}',
      '{"id":9007199254740993}',
      '{"id":9007199254740992}',
      '"\\ud800"',
      '"\\ud801"',
    ];
    expect(new Set(hazards.map((body) => value({ body }))).size).toBe(hazards.length);
    expect(hazards.map((body) => kind({ body }))).toEqual(["raw", "json", "raw", "json", "raw", "raw"]);
  });

  it("keep texts apart that differ in a lone surrogate", () => {
    const bodies = ['"\ud800"', '"\ud801"', '"\ufffd"'];
    expect(new Set(bodies.map((body) => value({ body }))).size).toBe(3);
    expect(bodies.map((body) => kind({ body }))).toEqual(["raw", "raw", "json"]);
  });

  it("are parsed where an already parsed value is beyond JSON", () => {
    const values = [JSON.parse("1e400"), "Infinity", null, 1n, 1, [undefined], [null]];
    const prints = values.map((parsed) => fingerprint({ ...CHARGE, body: { parsed } }));
    expect(prints.map((print) => print.kind)).toEqual(["parsed", "json", "json", "parsed", "json", "parsed", "json"]);
    expect(new Set(prints.map((print) => print.value)).size).toBe(values.length);
  });
});

describe("bodies of which only the digest is known", () => {
  const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash("sha256").update(bytes).digest());
  const byBytes = vectors.filter(({ contentType }) => comparesBytes(contentType));

  it("have vectors", () => expect(byBytes.length).toBeGreaterThan(0));

  it.each(byBytes.map((vector) => [vector.id, vector] as const))("%s: is what its bytes are", (_, vector) => {
    const body = { sha256: sha256(Buffer.from(vector.bodyBase64, "base64")) };
    expect(fingerprint({ ...vector, body })).toEqual({ value: vector.fingerprint, kind: vector.kind });
  });

  it("are what their bytes are, whatever the bytes and the type, under any secret", () => {
    const types = fc.constantFrom("text/plain", "application/octet-stream", undefined, "application/json; charset=x");
    fc.assert(
      fc.property(fc.uint8Array(), types, fc.constantFrom(undefined, "secret"), (bytes, contentType, hmacKey) => {
        const known = { ...CHARGE, contentType };
        expect(fingerprint({ ...known, body: { sha256: sha256(bytes) } }, { hmacKey })).toEqual(
          fingerprint({ ...known, body: bytes }, { hmacKey }),
        );
      }),
    );
  });

  it.each(["application/json", "application/vnd.api+json", "multipart/form-data; boundary=b"])(
    "cannot stand for %s, which counts by what it says",
    (contentType) => {
      const body = { sha256: sha256(Buffer.from("{}")) };
      expect(comparesBytes(contentType)).toBe(false);
      expect(() => fingerprint({ ...CHARGE, contentType, body })).toThrow("counts by what it says");
      expect(jsonBody({ ...CHARGE, contentType, body })).toBeUndefined();
    },
  );
});

describe("JSON bodies", () => {
  it("have one fingerprint if and only if they have one value", () => {
    const json = fc.jsonValue({ maxDepth: 3, stringUnit: "binary" });
    fc.assert(
      fc.property(json, json, (a, b) => {
        const [first, second] = [JSON.stringify(a), JSON.stringify(b)];
        const same = fingerprint({ ...CHARGE, body: JSON.stringify(a, null, 2) });
        expect(same).toEqual(fingerprint({ ...CHARGE, body: first }));
        expect(same).toEqual(fingerprint({ ...CHARGE, body: { parsed: JSON.parse(first) } }));
        expect(value({ body: first }) === value({ body: second })).toBe(
          deepEqual(JSON.parse(first), JSON.parse(second)),
        );
      }),
      { numRuns: 300 },
    );
  });

  it("change theirs with any change of one value", () => {
    const record = fc.dictionary(fc.string(), fc.oneof(fc.integer(), fc.string(), fc.boolean()), { minKeys: 1 });
    fc.assert(
      fc.property(record, fc.nat(), (members, pick) => {
        const names = Object.keys(members);
        const name = names[pick % names.length] ?? "";
        const print = value({ body: JSON.stringify(members) });
        expect(value({ body: JSON.stringify({ ...members, [name]: null }) })).not.toBe(print);
        expect(value({ body: JSON.stringify({ ...members, [name]: [members[name]] }) })).not.toBe(print);
        expect(value({ body: JSON.stringify({ ...members, [`${name}x`]: "new" }) })).not.toBe(print);
        expect(value({ body: JSON.stringify(members).replace("}", ',"":"\ud83d"}') })).not.toBe(print);
      }),
    );
  });

  it("never make it throw, whatever the bytes and the type", () => {
    const types = fc.constantFrom(
      "application/json",
      "multipart/form-data; boundary=b",
      'multipart/x; boundary="',
      "text/plain",
      ";;",
      "a/b;c",
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), types, fc.string(), (body, contentType, odd) => {
        expect(fingerprint({ ...CHARGE, body, contentType }).value).toMatch(/^s1:[A-Za-z0-9_-]{43}$/);
        expect(fingerprint({ ...CHARGE, body, contentType: odd }).value).toMatch(/^s1:/);
      }),
      { numRuns: 500 },
    );
  });
});

function deepEqual(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [first, second] = [Object.entries(a), Object.entries(b)];
  return (
    first.length === second.length &&
    first.every(([name, item]) => Object.hasOwn(b, name) && deepEqual(item, Reflect.get(b, name)))
  );
}

describe("the option hmacKey", () => {
  it("signs with the first of a list and gives the values under the others", () => {
    const rotated = fingerprint(CHARGE, { hmacKey: ["new", "old", "oldest"] });
    expect(rotated).toEqual({
      value: value({}, { hmacKey: "new" }),
      kind: "json",
      alternates: [value({}, { hmacKey: "old" }), value({}, { hmacKey: "oldest" })],
    });
    expect(fingerprint(CHARGE, { hmacKey: ["new"] })).toEqual(fingerprint(CHARGE, { hmacKey: "new" }));
    expect(fingerprint(CHARGE, { hmacKey: "new" })).not.toHaveProperty("alternates");
  });

  it("signs under the first secret of a list, and lists the values under the others", () => {
    const rotated = fingerprint(CHARGE, { hmacKey: ["new", "old"] });
    expect(rotated.value).toBe(value({}, { hmacKey: "new" }));
    expect(rotated.alternates).toEqual([value({}, { hmacKey: "old" })]);
    expect(fingerprint(CHARGE, { hmacKey: "new" }).alternates).toBeUndefined();
  });

  it.each([[""], [[]], [["new", ""]], [new Uint8Array(0)]])("refuses %j", (hmacKey) => {
    expect(() => fingerprint(CHARGE, { hmacKey })).toThrow(/^The option `hmacKey`/);
  });
});

describe("the option select", () => {
  const withoutSentAt = (request: RequestDescription): unknown => {
    const body = jsonBody(request);
    return typeof body === "object" && body !== null ? { ...body, sentAt: undefined } : undefined;
  };
  const sent = (sentAt: string, amount = 1000) => ({ body: JSON.stringify({ sentAt, amount }) });

  it("leaves out what changes between attempts", () => {
    const options = { select: withoutSentAt };
    expect(value(sent("10:00"), options)).toBe(value(sent("10:01"), options));
    expect(value(sent("10:00"), options)).not.toBe(value(sent("10:00", 2000), options));
    expect(kind(sent("10:00"), options)).toBe("custom");
  });

  it("stands in for the body alone", () => {
    const options = { select: () => 1 };
    expect(value({ body: "a" }, options)).toBe(value({ body: "b" }, options));
    expect(value({ path: "/v1/refunds" }, options)).not.toBe(value({}, options));
    expect(value({ query: "a" }, options)).not.toBe(value({}, options));
  });

  it("never equals a whole body that reads the same", () => {
    expect(value({}, { select: jsonBody })).not.toBe(value({}));
  });

  it("takes the body as usual where it picks nothing", () => {
    expect(fingerprint(CHARGE, { select: () => undefined })).toEqual(fingerprint(CHARGE));
    const hazard = '{"sentAt":1,"id":9007199254740993}';
    expect(fingerprint({ ...CHARGE, body: hazard }, { select: withoutSentAt })).toEqual(
      fingerprint({ ...CHARGE, body: hazard }),
    );
  });

  it("may itself take a fingerprint", () => {
    const options = { select: (request: RequestDescription) => fingerprint({ ...request, path: "/other" }).value };
    expect(value({}, options)).toBe(value({}, { select: () => value({ path: "/other" }) }));
  });
});

describe("jsonBody", () => {
  it("reads text, bytes and what was parsed", () => {
    const expected = { amount: 1000, currency: "usd" };
    expect(jsonBody(CHARGE)).toEqual(expected);
    expect(jsonBody({ ...CHARGE, body: Buffer.from(String(CHARGE.body)) })).toEqual(expected);
    expect(jsonBody({ ...CHARGE, body: { parsed: expected } })).toEqual(expected);
  });

  it.each(["", "{", '{"a":1,"a":2}', "9007199254740993"])("answers undefined for %j", (body) => {
    expect(jsonBody({ ...CHARGE, body })).toBeUndefined();
  });

  it("answers undefined for another media type", () => {
    expect(jsonBody({ ...CHARGE, contentType: "text/plain" })).toBeUndefined();
  });
});

describe("mistakes in the description", () => {
  // What a caller without types may pass.
  const wrong = (change: object): RequestDescription => Object.assign({}, CHARGE, change);

  it.each([
    ["no method", { method: undefined }, "method must be a string, but is undefined"],
    ["a null path", { path: null }, "path must be a string, but is null"],
    ["a query object", { query: {} }, "query must be a string, but is object"],
    ["a header list", { headers: [["a", ["1"]]] }, "header a must be a string"],
    ["an unread body", { body: {} }, "an unread body must be read first"],
    ["a body that no parser touched", { body: { parsed: undefined } }, "an unread body must be read first"],
    ["an array buffer", { body: new ArrayBuffer(1) }, "must be a Uint8Array, a string or { parsed: value }"],
    ["a digest of another length", { body: { sha256: new Uint8Array(20) } }, "must be a Uint8Array of 32 bytes"],
    ["a digest in hexadecimal", { body: { sha256: "00".repeat(32) } }, "must be a Uint8Array of 32 bytes"],
    ["a number as body", { body: 1 }, "body must be a string, but is number"],
  ])("%s", (_, change, message) => {
    expect(() => fingerprint(wrong(change))).toThrow(TypeError);
    expect(() => fingerprint(wrong(change))).toThrow(message);
  });
});
