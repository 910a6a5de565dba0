import { expect, it } from "vitest";
import { compareHttp } from "./compare.js";
import { Counter, type Framework } from "./contender.js";
import { frameworks } from "./frameworks/index.js";
import { Load } from "./load.js";
import { httpReport } from "./report.js";
import type { Launch } from "./target.js";

const effort = { warmUp: 0, batchMs: 1, rounds: 1, kept: 4, least: 4 };

/** Contenders in this process: what they answer is the same. */
const inProcess =
  (redisUrl: string): Launch =>
  async (_framework, contender) => {
    const counter = new Counter();
    const serving = await contender.serve({ redisUrl, charge: counter.charge });
    const load = serving.port === undefined ? undefined : await Load.open(serving.port, 4);
    return {
      ask: async (keys) => {
        const before = counter.ran;
        for (const key of load === undefined ? keys : []) await serving.invoke?.(key);
        const latenciesMs = (await load?.send(keys)) ?? keys.map(() => 1);
        return { elapsedMs: 1, latenciesMs, ran: counter.ran - before, cpuMicroseconds: 1 };
      },
      close: async () => {
        load?.close();
        await serving.close();
      },
    };
  };

it("has right answers from every contender, first and again", async () => {
  const loaded: Framework[] = [];
  // Nest's packages find each other by name: here, among sources, ours would find a newer one than the bench's.
  for (const [name, load] of Object.entries(frameworks)) if (!name.startsWith("nest")) loaded.push(await load());
  const run = await compareHttp(loaded, effort, () => {}, inProcess);
  // A wrong answer would have ended it.
  for (const { framework, results } of run.comparisons) {
    const names = (path: string) => results.filter((each) => each.path === path).map(({ contender }) => contender.name);
    const guarded = framework.contenders.filter(({ role }) => role !== "unprotected").map(({ name }) => name);
    expect(names("unprotected"), framework.name).toEqual(["unprotected"]);
    expect(names("first"), framework.name).toEqual(guarded);
    expect(names("replay"), framework.name).toEqual(guarded);
    expect(guarded).toEqual(expect.arrayContaining(["floor", "Oncekey"]));
  }
  expect(httpReport(run, { command: "pnpm bench http", effort })).toContain("## Fastify");
});
