import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "@oncekey/services";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createSession, numbers, openBrowser, openPage, textOf, verdict } from "./browser-page.js";
import { SupervisedDemo } from "./demo-process.js";

const INSTALLING_MS = 300_000;
const HEALING_MS = 180_000;

describe("the page, in a Chromium", { timeout: HEALING_MS }, () => {
  let folder: string;
  let demo: SupervisedDemo;
  let browser: Browser;
  let url: string;
  let faults: readonly string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "oncekey-page-"));
    demo = new SupervisedDemo({ DEMO_DATA_DIR: folder, PORT: String(await freePort()) });
    [browser, url] = await Promise.all([openBrowser(), demo.ready()]);
  }, INSTALLING_MS);

  afterEach(() => expect(faults, "errors, broken policy, requests to elsewhere").toEqual([]));

  afterAll(async () => {
    await browser?.close();
    await demo?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const open = async (options = {}): Promise<Page> => {
    const opened = await openPage(browser, url, options);
    faults = opened.faults;
    return opened.page;
  };

  it("sends several requests, and shows one check and one answer", async () => {
    const page = await open();
    expect(await createSession(page, "none")).toMatch(
      /^All 4 clients have the same answer\. \d+ requests, one check billed\.$/,
    );
    const { requests = 0, executions, replays, conflicts = 0, billed } = await numbers(page);
    expect({ executions, billed, replays }).toEqual({ executions: 1, billed: 1, replays: 3 });
    expect(requests, "each conflict is asked again").toBe(4 + conflicts);
    expect(await textOf(page, "#answer")).toContain('"status": "not_started"');
    expect(await page.locator(".lane[data-lane=record] .bar[data-kind=completed]").count()).toBe(1);
    expect(await textOf(page, "#log")).toMatch(/Attempt 1 begins.*The vendor bills.*is stored/);
  });

  it("replays to the same key, and counts on", async () => {
    const page = await open();
    await createSession(page, "none");
    const before = await numbers(page);
    await page.locator("#again").click();
    await verdict(page);
    const after = await numbers(page);
    expect(after).toMatchObject({ executions: 1, billed: 1, replays: (before["replays"] ?? 0) + 4 });
  });

  it("shows an answer that was lost, and its replay", async () => {
    const page = await open();
    expect(await createSession(page, "lose-response")).toMatch(/one check billed/);
    expect(await page.locator(".track .mark[data-kind=lost]").count()).toBe(1);
    expect(await numbers(page)).toMatchObject({ executions: 1, billed: 1, replays: 4 });
  });

  it("shows a failed run, and the next one", async () => {
    const page = await open();
    expect(await createSession(page, "error-500")).toMatch(/one check billed/);
    expect(await page.locator(".track .mark[data-kind=failed]").count()).toBe(1);
    expect(await numbers(page)).toMatchObject({ executions: 2, billed: 1 });
  });

  it("shows the server crash, goes on with the same key, and shows it heal", async () => {
    const page = await open();
    const crashes = demo.crashes;
    await page.locator("input[value=crash-after-billing]").check({ force: true });
    await page.locator("#create").click();
    await page.locator("#server[data-state=down]").waitFor();
    expect(await verdict(page)).toMatch(/one check billed/);
    expect(demo.crashes).toBe(crashes + 1);
    expect(await textOf(page, "#server")).toMatch(/server restarted/);
    expect(await numbers(page)).toMatchObject({ executions: 2, billed: 1 });
    expect(await textOf(page, "#log")).toMatch(/server is gone.*Attempt 2 takes over.*not billed again/);
  });

  it("can be used with the keyboard alone", async () => {
    const page = await open();
    await page.locator("input[value=none]").focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    expect(await page.locator("input[value=lose-response]").isChecked()).toBe(true);
    expect(await textOf(page, "#hint")).toMatch(/connection is cut/);
    await page.keyboard.press("Tab");
    await page.keyboard.press("ArrowLeft");
    expect(await textOf(page, "#clients-value")).toBe("3");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await verdict(page)).toMatch(/^All 3 clients/);
  });

  it("shows the code for each framework, in tabs that the keyboard reaches", async () => {
    const page = await open();
    const selected = page.locator("[role=tab][aria-selected=true]");
    const panel = page.locator("[role=tabpanel]:visible");
    await selected.focus();
    expect([await selected.textContent(), await panel.count()]).toEqual(["Express", 1]);
    await page.keyboard.press("ArrowRight");
    expect(await selected.textContent()).toBe("Fastify");
    expect(await panel.textContent()).toContain('from "@oncekey/fastify"');
    expect(await panel.getAttribute("aria-labelledby")).toBe(await selected.getAttribute("id"));
    await page.keyboard.press("End");
    expect(await selected.textContent()).toBe("AWS Lambda");
    await page.keyboard.press("ArrowRight");
    expect(await selected.textContent()).toBe("Express");
    await page.keyboard.press("Tab");
    expect(await panel.evaluate("document.activeElement.getAttribute('role')")).toBe("tabpanel");
    await page.locator("[role=tab]", { hasText: "Koa" }).click();
    expect(await panel.textContent()).toContain('from "@oncekey/koa"');
  });

  it.each(["light", "dark"] as const)("fits a phone, in %s", async (colorScheme) => {
    const page = await open({ viewport: { width: 390, height: 844 }, colorScheme, hasTouch: true });
    await createSession(page, "none");
    const width = await page.evaluate("document.documentElement.scrollWidth");
    expect(width, "nothing sticks out").toBe(390);
    const ground = await page.evaluate("getComputedStyle(document.body).backgroundColor");
    expect(ground).toBe(colorScheme === "light" ? "rgb(246, 246, 243)" : "rgb(18, 19, 22)");
  });

  it("stands still where motion is not wanted", async () => {
    const page = await open({ reducedMotion: "reduce" });
    await createSession(page, "none");
    const moving = await page.evaluate("document.getAnimations().length");
    expect(moving).toBe(0);
  });
});
