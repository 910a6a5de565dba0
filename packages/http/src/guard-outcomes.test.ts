import { gzipSync } from "node:zlib";
import { NotExecutedError } from "@oncekey/core";
import { describe, expect, it } from "vitest";
import { ask, bytes, guardWith, responding, told } from "../test/ask.js";
import type { Run } from "./guard.js";

describe("which outcomes are final", () => {
  const outcomes = async (policy: "retryable" | "at-most-once" | "success-only", status: number) => {
    const guard = guardWith({ policy });
    await ask(guard, {}, responding(status));
    return (await ask(guard, {}, responding(299))).kind === "answer" ? "stored" : "released";
  };
  const transient = [304, 401, 403, 407, 408, 421, 425, 429, 503];
  for (const status of [200, 201, 204, 303, 400, 404, 409, 422, 500, 502, ...transient]) {
    it(`${status}`, async () => {
      const isTransient = transient.includes(status);
      expect(await outcomes("retryable", status)).toBe(status < 500 && !isTransient ? "stored" : "released");
      expect(await outcomes("at-most-once", status)).toBe(isTransient ? "released" : "stored");
      expect(await outcomes("success-only", status)).toBe(status < 400 && !isTransient ? "stored" : "released");
    });
  }

  it("lets the API name the class of a status", async () => {
    const guard = guardWith({ classify: (status) => (status === 409 ? "transient" : "success") });
    await ask(guard, {}, responding(409));
    expect(told(await ask(guard, {}))).toEqual({ kind: "executed" });
  });

  it("hands on what a handler threw, and frees the key", async () => {
    const guard = guardWith();
    const error = new Error("no connection to the vendor");
    expect(await ask(guard, {}, () => Promise.reject(error))).toEqual({ kind: "threw", error });
    expect(told(await ask(guard, {}))).toEqual({ kind: "executed" });
  });

  it("answers every retry of what was thrown alike where failures are final", async () => {
    const guard = guardWith({ policy: "at-most-once" });
    const error = new Error("no connection to the vendor");
    const first = await ask(guard, {}, () => Promise.reject(error));
    const retry = await ask(guard, {});
    if (first.kind !== "threw" || retry.kind !== "answer") throw new Error(`${first.kind}, ${retry.kind}`);
    expect(first.error).toBe(error);
    expect(retry.response.status).toBe(500);
    expect(retry.response.body).toEqual(first.answer?.body);
    expect(told(retry)).toMatchObject({ because: "replay", status: 500, safeNewKey: false });
  });

  it("frees the key of a handler that says that nothing was done, under every policy", async () => {
    const guard = guardWith({ policy: "at-most-once" });
    await ask(guard, {}, () => Promise.reject(new NotExecutedError()));
    expect(told(await ask(guard, {}))).toEqual({ kind: "executed" });
  });

  it("does so where a framework has made a response of it, and sends that", async () => {
    const guard = guardWith({ policy: "at-most-once" });
    const failing =
      (status: number, error: Error): Run =>
      async (attempt) => ({ ...(await responding(status)(attempt)), error });
    for (const status of [500, 404]) {
      expect(await ask(guard, {}, failing(status, new NotExecutedError()))).toMatchObject({
        kind: "executed",
        response: { status },
      });
    }
    // Another error may have had effects, and so may somebody who succeeded after all.
    expect(told(await ask(guard, {}, failing(500, new Error("lost"))))).toEqual({ kind: "executed" });
    expect(told(await ask(guard, {}))).toMatchObject({ because: "replay", status: 500 });
    await ask(guard, { key: "key-2" }, failing(201, new NotExecutedError()));
    expect(told(await ask(guard, { key: "key-2" }))).toMatchObject({ because: "replay", status: 201 });
  });
});

describe("responses that are not kept", () => {
  const over = async () => ({ status: 201, headers: [], body: undefined });

  it("are never run again", async () => {
    const guard = guardWith();
    expect(await ask(guard, {}, over)).toMatchObject({ kind: "executed", response: { status: 201 } });
    expect(told(await ask(guard, {}))).toMatchObject({
      because: "response-unavailable",
      status: 409,
      originalStatus: 201,
      retryable: false,
      safeNewKey: false,
    });
  });

  it("can be stood in for by the application", async () => {
    const guard = guardWith({
      onResponseUnavailable: async ({ account }, status) => ({
        status: 200,
        headers: [],
        body: bytes(`${account} ${status}`),
      }),
    });
    await ask(guard, {}, over);
    expect(told(await ask(guard, {}))).toMatchObject({ status: 200, text: "acme 201" });
  });

  it("may be the application's choice", async () => {
    const secret = responding(201, '{"pan":"4111"}');
    const none = guardWith({ redact: () => undefined });
    await ask(none, {}, secret);
    expect(told(await ask(none, {}))).toMatchObject({ because: "response-unavailable", originalStatus: 201 });
    const some = guardWith({ redact: (response) => ({ ...response, body: bytes("{}") }) });
    expect(await ask(some, {}, secret)).toMatchObject({ response: { body: bytes('{"pan":"4111"}') } });
    expect(told(await ask(some, {}))).toMatchObject({ because: "replay", text: "{}" });
  });

  it("include those whose redaction failed", async () => {
    const guard = guardWith({
      redact: () => {
        throw new Error("no such member");
      },
    });
    expect(told(await ask(guard, {}))).toEqual({ kind: "executed" });
    expect(told(await ask(guard, {}))).toMatchObject({ because: "response-unavailable" });
  });

  it("include those whose redaction made headers that no response can have", async () => {
    const guard = guardWith({ redact: (response) => ({ ...response, headers: [["x-a", "1\r\nset-cookie: b=1"]] }) });
    await ask(guard, {});
    expect(told(await ask(guard, {}))).toMatchObject({ because: "response-unavailable" });
  });

  it("include redirections to other hosts", async () => {
    const guard = guardWith();
    await ask(guard, {}, responding(303, "", [["Location", "https://pay.example.com/?token=1"]]));
    expect(told(await ask(guard, {}))).toMatchObject({ because: "response-unavailable", originalStatus: 303 });
  });

  it("do not include redirections to the host that was asked, before or behind a proxy", async () => {
    for (const name of ["host", "x-forwarded-host"]) {
      const guard = guardWith();
      const asked = { headers: { host: "internal:8080", [name]: "api.example.com" } };
      await ask(guard, asked, responding(303, "", [["Location", "https://api.example.com/things/1"]]));
      expect(told(await ask(guard, asked))).toMatchObject({ because: "replay", status: 303 });
    }
  });
});

describe("stored bytes", () => {
  it("are kept without their coding, so that they suit every client", async () => {
    const guard = guardWith();
    const coded = gzipSync("a long answer");
    const run = async () => ({ status: 200, headers: [["Content-Encoding", "gzip"] as const], body: coded });
    expect(await ask(guard, {}, run)).toMatchObject({ response: { body: coded } });
    const replay = await ask(guard, {});
    expect(told(replay)).toMatchObject({ text: "a long answer" });
    expect(replay.kind === "answer" && replay.response.headers.map(([name]) => name)).toEqual(["Idempotent-Replayed"]);
  });

  it("keep a coding that cannot be removed, with its name", async () => {
    const guard = guardWith();
    await ask(guard, {}, async () => ({
      status: 200,
      headers: [["Content-Encoding", "aes128gcm"]],
      body: bytes("??"),
    }));
    const replay = await ask(guard, {});
    expect(replay).toMatchObject({
      response: {
        body: bytes("??"),
        headers: [
          ["content-encoding", "aes128gcm"],
          ["Idempotent-Replayed", "true"],
        ],
      },
    });
  });

  it("may be refreshed by the application on the way out", async () => {
    const guard = guardWith({ onReplay: (stored, { account }) => ({ ...stored, body: bytes(`now ${account}`) }) });
    await ask(guard, {});
    expect(told(await ask(guard, {}))).toMatchObject({ because: "replay", status: 201, text: "now acme" });
  });
});
