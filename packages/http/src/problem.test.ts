import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { problemWriter } from "./problem.js";
import { defaultProblemBase, type ProblemSlug, problems } from "./protocol.js";

const slugs = Object.keys(problems) as ProblemSlug[];
const text = new TextDecoder();

function bodyOf(response: { readonly body: Uint8Array }): Record<string, unknown> {
  return JSON.parse(text.decode(response.body));
}

describe("problemWriter", () => {
  for (const slug of slugs) {
    it(`${slug}: type, status and media type agree`, () => {
      const response = problemWriter()(slug, { detail: "what to do" });
      const { type, status, title, detail } = bodyOf(response);
      expect(type).toBe(defaultProblemBase + slug);
      expect(status).toBe(response.status);
      expect(title).toBe(problems[slug].title);
      expect(detail).toBe("what to do");
      expect(response.headers).toContainEqual(["Content-Type", "application/problem+json"]);
      expect(response.headers).toContainEqual(["Cache-Control", "no-store"]);
    });

    it(`${slug}: its type resolves to a section of the docs`, () => {
      const docs = readFileSync(new URL("../../../docs/problems.md", import.meta.url), "utf8");
      expect(docs.split("\n")).toContain(`## ${slug}`);
    });
  }

  it("puts another base before the slug", () => {
    const typeOf = (base: string) => bodyOf(problemWriter(base)("key-reused", { detail: "" }))["type"];
    expect(typeOf("https://api.example.com/problems")).toBe("https://api.example.com/problems/key-reused");
    expect(typeOf("https://api.example.com/problems/")).toBe("https://api.example.com/problems/key-reused");
    expect(typeOf("urn:example:problem#")).toBe("urn:example:problem#key-reused");
  });

  it("takes another status, in the head and in the body", () => {
    const response = problemWriter(undefined, { "key-reused": 409 })("key-reused", { detail: "" });
    expect(response.status).toBe(409);
    expect(bodyOf(response)["status"]).toBe(409);
  });

  it("says in whole seconds when to come back, never later than that", () => {
    const retryAfter = (ms: number) =>
      problemWriter()("request-in-progress", { detail: "" }, ms).headers.find(([name]) => name === "Retry-After")?.[1];
    expect(retryAfter(999)).toBe("0");
    expect(retryAfter(1_999)).toBe("1");
    expect(retryAfter(30_000)).toBe("30");
    expect(problemWriter()("key-reused", { detail: "" }).headers.map(([name]) => name)).not.toContain("Retry-After");
  });

  it("refuses what is not a base or a status", () => {
    expect(() => problemWriter("/problems")).toThrow('problemBase: "/problems" is not an absolute URL');
    expect(() => problemWriter(undefined, { "key-reused": 200 })).toThrow("statuses: key-reused: 200");
    // @ts-expect-error: no such problem
    expect(() => problemWriter(undefined, { "key-lost": 400 })).toThrow('statuses: "key-lost" is no problem');
  });
});
