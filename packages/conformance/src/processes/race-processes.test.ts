import { type IdempotencyStore, MemoryStore } from "@oncekey/core";
import { describe, expect, it } from "vitest";
import { serve } from "../../test/processes/served-store.js";
import { brokenStores } from "../index.js";
import { type RaceOptions, raceProcesses } from "./race-processes.js";

const fixture = new URL("../../test/processes/served-store.ts", import.meta.url);
const execArgv = ["--import", "tsx", "--conditions=@oncekey/source"];

/** Races processes over a store that this one serves. */
async function race(store: IdempotencyStore, options: Partial<RaceOptions> = {}): Promise<string> {
  const served = await serve(store);
  const capabilities = { ...store.capabilities, concurrent: true };
  const lines: string[] = [];
  try {
    const argument = { port: served.port, capabilities };
    const print = (line: string) => void lines.push(line);
    await raceProcesses({
      fixture,
      argument,
      execArgv,
      processes: 2,
      durationMs: 500,
      operations: 300,
      kills: 0,
      print,
      ...options,
    });
  } finally {
    await served.close();
  }
  return lines.join("\n");
}

function broken(name: string): IdempotencyStore {
  const found = brokenStores.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no broken store ${name}`);
  return found.open(() => performance.now());
}

describe("races between processes", () => {
  it("find nothing wrong with a sound store, and print what they went through", { timeout: 60_000 }, async () => {
    const line = await race(new MemoryStore(), { operations: 500, kills: 1, durationMs: 1_500 });
    expect(line).toMatch(
      /2 processes × 4 clients, \d+ keys: \d{3,} operations, [1-9]\d* conflicts, [1-9]\d* take-overs, [1-9].* [1-9]\d* kills, [1-9]/,
    );
  });

  it.each([
    ["looks-then-creates", /create .* -> written/],
    ["replaces-any-version", /replace .* -> written/],
    ["refuses-repeats", /create (\S+) .* -> refused \1 |replace \S+ by (\S+) .* -> refused \2 /],
    ["refuses-without-current", /-> refused nothing stands/],
  ])("catch %s", { timeout: 60_000 }, async (name, message) => {
    await expect(race(broken(name))).rejects.toThrow(message);
  });

  it("are void without conflicts, take-overs and lost replies", { timeout: 60_000 }, async () => {
    const alone = race(new MemoryStore(), { processes: 1, lanes: 1, durationMs: 1 });
    await expect(alone).rejects.toThrow(/the race is void, because it had no /);
  });

  it("are refused to a store that says that its calls do not race", async () => {
    const { capabilities } = new MemoryStore();
    const races = raceProcesses({ fixture, argument: { port: 0, capabilities }, execArgv });
    await expect(races).rejects.toThrow(TypeError);
  });

  it("say which process failed, and how", { timeout: 60_000 }, async () => {
    const missing = new URL("../../test/processes/nothing-here.ts", import.meta.url);
    await expect(raceProcesses({ fixture: missing, execArgv })).rejects.toThrow(/nothing-here/);
  });
});
