import { describe, expect, it } from "vitest";
import { documents, read, withPart } from "./documents.js";
import { readResults } from "./results.js";

describe("the documents that tell the results", () => {
  it.each(documents(readResults()).map(({ path, wanted }) => ({ path, wanted })))(
    "$path is what the results say; after a change: pnpm --filter @oncekey/compare render",
    ({ path, wanted }) => {
      expect(read(path)).toBe(wanted);
    },
  );

  it("are changed between their markers, and nowhere else", () => {
    const before = "above\n<!-- a: written by apps/compare -->\nold\n<!-- /a -->\nbelow";
    expect(withPart("x.md", before, "a", "new")).toBe(
      "above\n<!-- a: written by apps/compare -->\n\nnew\n\n<!-- /a -->\nbelow",
    );
    expect(() => withPart("x.md", "no markers", "a", "new")).toThrow(/x\.md: .* is missing/);
  });
});
