import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { browserFlags, findBrowser } from "@oncekey/services";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { build } from "tsup";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { journalCases } from "../src/journal-conformance/index.js";
import { type Fault, ScriptedServer } from "./scripted-server.js";

const folder = mkdtempSync(join(tmpdir(), "oncekey-indexeddb-"));
const INSTALLING_MS = 300_000;

describe("the journal in IndexedDB, in a Chromium", () => {
  let browser: BrowserContext;
  let script: string;

  const openBrowser = async () =>
    chromium.launchPersistentContext(join(folder, "profile"), {
      executablePath: await findBrowser(),
      args: [...browserFlags],
    });

  const openPage = async (server: ScriptedServer): Promise<Page> => {
    const page = await browser.newPage();
    await page.goto(`${server.url}/`);
    return page;
  };

  beforeAll(async () => {
    const entry = { page: join(import.meta.dirname, "browser-entry.ts") };
    await build({ entry, outDir: folder, config: false, format: "iife", platform: "browser", silent: true });
    script = readFileSync(join(folder, "page.global.js"), "utf8");
    browser = await openBrowser();
  }, INSTALLING_MS);

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = async (...faults: readonly Fault[]) => {
    const server = await ScriptedServer.start(...faults);
    server.page = `<!doctype html><title>journal</title><script>${script}</script>`;
    return server;
  };

  it("passes every case of the suite", async () => {
    await using server = await start();
    const page = await openPage(server);
    expect(await page.evaluate("conformance()")).toEqual(
      journalCases.map(({ id }) => ({ id, status: "passed", error: "" })),
    );
    await page.close();
  });

  it("resumes what a closed page left open, after a restart of the browser", async () => {
    await using server = await start("hang-after-effect");
    const page = await openPage(server);
    // Never answered: the page is closed while it waits.
    void page.evaluate('void submit("order-1")');
    await expect.poll(() => server.effects).toBe(1);
    await page.close();
    await browser.close();
    browser = await openBrowser();
    const next = await openPage(server);
    expect(await next.evaluate("resume()")).toEqual({ receipts: [{ receipt: 1 }], stillPending: 0 });
    expect(await next.evaluate('submit("order-1")')).toEqual({ receipt: 1 });
    expect(server.effects).toBe(1);
    expect(new Set(server.keys).size).toBe(1);
  });
});
