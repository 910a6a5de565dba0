import { MemoryStore } from "@oncekey/core";
import { describe, expect, it } from "vitest";
import { exercise } from "../../../test/history/exercise.js";
import { brokenStores, foundByHistories } from "./index.js";

// All at once: each mostly waits for its turn.
const sound = exercise((nowMs) => new MemoryStore({ nowMs }));
const verdicts = new Map(brokenStores.map(({ name, open }) => [name, exercise(open)]));

describe("histories of strangers find every planted bug of a race, a version or a time, and nothing where there is none", () => {
  it("a sound store", async () => {
    expect(await sound).toMatchObject({ verdict: "ok" });
  });

  it.each(brokenStores)("$name: $bug", async ({ name }) => {
    const verdict = await verdicts.get(name);
    expect(verdict?.verdict).toBe(foundByHistories.has(name) ? "illegal" : "ok");
  });

  it("names no bug that is not there", () => {
    const names = new Set(brokenStores.map(({ name }) => name));
    expect([...foundByHistories].filter((name) => !names.has(name))).toEqual([]);
  });

  it("stands in the documentation: what is wrong, and what finds it", async () => {
    const rows = brokenStores.map(({ name, bug, fails }) => {
      return `| ${name} | ${bug} | ${fails.join(", ")} | ${foundByHistories.has(name) ? "yes" : ""} |`;
    });
    const page = [
      "# Planted bugs of stores",
      "",
      "Each is a store in memory with one thing wrong. The store suite fails by exactly the cases that are named here, and",
      "passes all others. Where the last column says yes, a history of a few clients that use the store at random has no",
      "order either, and a race between processes can find the bug too. The package's tests check every line.",
      "",
      "| Bug | What is wrong | Cases that find it | Histories |",
      "| --- | --- | --- | --- |",
      ...rows,
      "",
    ];
    await expect(page.join("\n")).toMatchFileSnapshot("../../../docs/planted-bugs.md");
  });
});
