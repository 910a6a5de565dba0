import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { MemoryStore } from "@oncekey/core";
import fc from "fast-check";
import { parseDictionary } from "structured-headers";
import { describe, expect, it } from "vitest";
import { type Asked, ask, bytes, guardWith, told } from "../test/ask.js";
import { serveFetch } from "../test/serve.js";
import { sha256Of } from "./content-digest.js";
import { protect } from "./protect.js";

interface Vector {
  readonly id: string;
  readonly note: string;
  readonly field: string;
  readonly sha256: string | null;
}

const vectors: readonly Vector[] = JSON.parse(
  readFileSync(new URL("../../../spec/vectors/content-digest.json", import.meta.url), "utf8"),
);

function hex(digest: Uint8Array | undefined): string | null {
  return digest === undefined ? null : Buffer.from(digest).toString("hex");
}

function digestOf(body: string | Uint8Array): string {
  return `sha-256=:${createHash("sha256").update(body).digest("base64")}:`;
}

describe("sha256Of", () => {
  it.each(vectors.map((vector) => [vector.id, vector.note, vector] as const))("%s: %s", (_id, _note, vector) => {
    expect(hex(sha256Of(vector.field))).toBe(vector.sha256);
  });

  it("finds nothing that a parser of Structured Fields does not find", () => {
    const pieces = fc.constantFrom(
      ...["sha-256", "sha-512", "a", "=", ":", ",", " ", "\t", ";", "x=1", '"', "?1", "(", ")"],
      ...vectors.map(({ field }) => field),
      `:${"A".repeat(43)}=:`,
      `=:${"b".repeat(43)}:`,
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 6 }), (fragments) => {
        const field = fragments.join("");
        const found = sha256Of(field);
        if (found === undefined) return;
        const [value] = parseDictionary(field.trim()).get("sha-256") ?? [];
        expect(value).toBeInstanceOf(ArrayBuffer);
        if (value instanceof ArrayBuffer) expect(hex(found)).toBe(hex(new Uint8Array(value)));
      }),
      { numRuns: 2_000 },
    );
  });

  it("takes long fields in proportion to their length", () => {
    expect(sha256Of(`sha-256=:${"A".repeat(1_000_000)}`)).toBeUndefined();
    expect(sha256Of(`a=:AA==:${";a".repeat(300_000)} `)).toBeUndefined();
    expect(sha256Of(`a=:AA==:${" ".repeat(300_000)}x`)).toBeUndefined();
  });
});

/** A request whose body must not be read. */
function unread(key = "key-1"): Asked {
  return {
    key,
    headers: { "content-type": "text/plain" },
    get body(): never {
      throw new Error("the body was read");
    },
  };
}

describe("fingerprint.verifiedContentDigest", () => {
  const text = (body: string): Asked => ({ headers: { "content-type": "text/plain" }, body: bytes(body) });

  it("stands for the body, which is not read", async () => {
    const guard = guardWith({ fingerprint: { verifiedContentDigest: () => digestOf("one") } });
    expect(told(await ask(guard, unread()))).toEqual({ kind: "executed" });
  });

  it("is the same request as the body, read; and another one than another body", async () => {
    const store = new MemoryStore();
    const reading = guardWith({}, store);
    const trusting = guardWith({ fingerprint: { verifiedContentDigest: () => digestOf("one") } }, store);
    await ask(reading, text("one"));
    expect(told(await ask(trusting, unread()))).toMatchObject({ because: "replay" });
    await ask(trusting, unread("key-2"));
    expect(told(await ask(reading, { ...text("one"), key: "key-2" }))).toMatchObject({ because: "replay" });
    expect(told(await ask(reading, { ...text("two"), key: "key-2" }))).toMatchObject({ because: "key-reused" });
  });

  it("of no bytes is a request without a body", async () => {
    const store = new MemoryStore();
    await ask(guardWith({ fingerprint: { verifiedContentDigest: () => digestOf("") } }, store), unread());
    const empty: Asked = { headers: { "content-type": "text/plain" }, body: undefined };
    expect(told(await ask(guardWith({}, store), empty))).toMatchObject({ because: "replay" });
  });

  it("may be found out later, and stand for a body over the cap or one that is lost", async () => {
    const guard = guardWith({
      maxBodyBytes: 1,
      fingerprint: { verifiedContentDigest: async () => digestOf("one") },
    });
    const headers = { "content-type": "text/plain" };
    expect(told(await ask(guard, { headers, body: "too-large", bodyWasRead: true }))).toEqual({ kind: "executed" });
    const lost: Asked = { headers, body: { lost: "it is gone" }, bodyWasRead: true };
    expect(told(await ask(guard, lost))).toMatchObject({ because: "replay" });
  });

  it.each<[string, Asked]>([
    ["JSON", { headers: { "content-type": "application/json" }, body: bytes('{"a":1}') }],
    ["multipart", { headers: { "content-type": "multipart/form-data; boundary=b" }, body: bytes("--b--") }],
    ["a compressed body", { headers: { "content-encoding": "gzip" }, body: new Uint8Array(gzipSync("one")) }],
    ["a value that a parser made", { body: { parsed: { one: "1" } }, bodyWasRead: true }],
  ])("does not stand for %s", async (_, asked) => {
    const store = new MemoryStore();
    await ask(guardWith({}, store), asked);
    const trusting = guardWith({ fingerprint: { verifiedContentDigest: () => digestOf("another") } }, store);
    expect(told(await ask(trusting, asked))).toMatchObject({ because: "replay" });
  });

  it.each([
    ["nobody has verified it", undefined],
    ["there is none", null],
    ["it is malformed", "sha-256=one"],
    ["it has no SHA-256", "sha-512=:AAAA:"],
  ])("leaves the body to be read where %s", async (_, field) => {
    const guard = guardWith({ fingerprint: { verifiedContentDigest: () => field } });
    await ask(guard, text("one"));
    expect(told(await ask(guard, text("one")))).toMatchObject({ because: "replay" });
    expect(told(await ask(guard, text("two")))).toMatchObject({ because: "key-reused" });
  });

  it("is asked for where it may help, and for nothing else", async () => {
    let asked = 0;
    const verifiedContentDigest = () => {
      asked += 1;
      return undefined;
    };
    const guard = guardWith({ fingerprint: { verifiedContentDigest } });
    await ask(guard, { headers: { "content-type": "application/json" } });
    await ask(guard, { method: "GET" });
    await ask(guard, { key: null });
    expect(asked).toBe(0);
    await ask(guard, { ...text("one"), key: "key-2" });
    expect(asked).toBe(1);
  });

  it("refuses mistakes", async () => {
    // @ts-expect-error: a digest is a text
    const wrong = guardWith({ fingerprint: { verifiedContentDigest: () => 7 } });
    await expect(ask(wrong, text("one"))).rejects.toThrow("verifiedContentDigest: the function answered 7");
    const verifiedContentDigest = () => undefined;
    expect(() => guardWith({ fingerprint: { select: () => 1, verifiedContentDigest } })).toThrow(
      "leave one of them out",
    );
    // @ts-expect-error: only the application knows who has verified it
    expect(() => guardWith({ fingerprint: { verifiedContentDigest: true } })).toThrow("expected a function");
  });
});

describe("an upload behind a gateway that verifies digests", () => {
  const upload = Buffer.alloc(20_000, "0123456789abcdef");
  const gateway = "x-digest-verified";

  async function served() {
    const read: number[] = [];
    const handler = protect(
      async (request) => {
        let length = 0;
        for await (const chunk of request.body ?? []) length += chunk.byteLength;
        read.push(length);
        return Response.json({ length }, { status: 201 });
      },
      {
        store: new MemoryStore(),
        scope: "global",
        maxBodyBytes: 1_000,
        fingerprint: {
          // The gateway sets its own header, and takes it away from what clients send.
          verifiedContentDigest: ({ headers }) => (headers.has(gateway) ? headers.get("content-digest") : undefined),
        },
      },
    );
    const server = await serveFetch(handler);
    const send = async (body: Uint8Array, headers: Readonly<Record<string, string>> = {}) => {
      const response = await fetch(server.url, {
        method: "POST",
        body: Uint8Array.from(body),
        headers: { "idempotency-key": "k", "content-type": "video/mp4", "content-digest": digestOf(body), ...headers },
      });
      return [response.status, response.headers.get("idempotent-replayed")];
    };
    return { read, send, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
  }

  it("streams to the handler, though it is larger than what would be read", async () => {
    await using server = await served();
    expect(await server.send(upload)).toEqual([413, null]);
    expect(await server.send(upload, { [gateway]: "1" })).toEqual([201, null]);
    expect(await server.send(upload, { [gateway]: "1" })).toEqual([201, "true"]);
    expect(await server.send(upload.subarray(1), { [gateway]: "1" })).toEqual([422, null]);
    expect(server.read).toEqual([upload.byteLength]);
  });

  it("is recognised on its way around the gateway, and a digest that a client only claims is not believed", async () => {
    await using server = await served();
    const small = upload.subarray(0, 1_000);
    expect(await server.send(small, { [gateway]: "1" })).toEqual([201, null]);
    expect(await server.send(small)).toEqual([201, "true"]);
    expect(await server.send(upload.subarray(1, 1_001), { "content-digest": digestOf(small) })).toEqual([422, null]);
  });
});
