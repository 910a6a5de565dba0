import { browserFlags, findBrowser } from "@oncekey/services";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** A busy machine is slow; nothing here is about speed. */
const PATIENCE_MS = 120_000;

/** A real Chromium with an empty profile. */
export async function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: await findBrowser(), args: [...browserFlags] });
}

/** The demo's page, connected. `faults` collects whatever the page does wrong. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<{ readonly page: Page; readonly context: BrowserContext; readonly faults: readonly string[] }> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) faults.push(message.text());
  });
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== url) faults.push(`asked ${request.url()}`);
  });
  await page.goto(url);
  await page.locator("#server[data-state=up]").waitFor();
  return { page, context, faults };
}

/** Presses the button and waits for the verdict. */
export async function createSession(page: Page, fault: string): Promise<string> {
  await page.locator(`input[value=${fault}]`).check({ force: true });
  await page.locator("#create").click();
  return verdict(page);
}

export async function verdict(page: Page): Promise<string> {
  await page.locator("#verdict[data-state=good], #verdict[data-state=bad]").waitFor();
  return textOf(page, "#verdict");
}

export async function numbers(page: Page): Promise<Readonly<Record<string, number>>> {
  const names = ["requests", "executions", "replays", "conflicts", "billed"];
  const texts = await Promise.all(names.map((name) => textOf(page, `#${name}`)));
  return Object.fromEntries(names.map((name, index) => [name, Number(texts[index])]));
}

export async function textOf(page: Page, selector: string): Promise<string> {
  return (await page.locator(selector).textContent()) ?? "";
}
