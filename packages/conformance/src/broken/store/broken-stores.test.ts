import { describe, expect, it } from "vitest";
import { checkStore, storeCases } from "../../index.js";
import { brokenStores } from "./index.js";

describe("the store suite finds every planted bug, by the cases aimed at it and by no other", () => {
  for (const broken of brokenStores) {
    it.concurrent(`${broken.name}: ${broken.bug}`, { timeout: 60_000 }, async () => {
      const report = await checkStore(broken.fixture());
      const failed = report.cases.filter(({ status }) => status === "failed").map(({ id }) => id);
      expect(failed).toEqual(broken.fails);
      expect(failed.length).toBeGreaterThan(0);
    });
  }

  it("names every bug once", () => {
    expect(new Set(brokenStores.map(({ name }) => name)).size).toBe(brokenStores.length);
  });

  it("has a bug for every case", () => {
    const found = new Set(brokenStores.flatMap(({ fails }) => fails));
    expect(storeCases.map(({ id }) => id).filter((id) => !found.has(id))).toEqual([]);
  });
});
