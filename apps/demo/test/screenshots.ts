// Takes the pictures of the documentation:  pnpm --filter @oncekey/demo screenshots
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "@oncekey/services";
import type { BrowserContextOptions } from "playwright-core";
import { createSession, openBrowser, openPage } from "./browser-page.js";
import { SupervisedDemo } from "./demo-process.js";

const IMAGES = fileURLToPath(new URL("../../../docs/images/", import.meta.url));

const shots: readonly { readonly name: string; readonly fault: string; readonly context: BrowserContextOptions }[] = [
  { name: "light", fault: "crash-after-billing", context: { viewport: { width: 1100, height: 900 } } },
  { name: "dark", fault: "lose-response", context: { viewport: { width: 1100, height: 900 }, colorScheme: "dark" } },
  { name: "phone", fault: "error-500", context: { viewport: { width: 390, height: 1270 }, deviceScaleFactor: 1.5 } },
];

await mkdir(IMAGES, { recursive: true });
const folder = await mkdtemp(join(tmpdir(), "oncekey-pictures-"));
const demo = new SupervisedDemo({ DEMO_DATA_DIR: folder, PORT: String(await freePort()) });
const [browser, url] = await Promise.all([openBrowser(), demo.ready()]);
try {
  for (const { name, fault, context } of shots) {
    const { page } = await openPage(browser, url, context);
    console.log(`${name}: ${await createSession(page, fault)}`);
    // What the demo does; the code below it is in docs/frameworks.md.
    const top = (await page.locator("section:has(#frameworks)").boundingBox())?.y ?? 0;
    const clip = { x: 0, y: 0, width: context.viewport?.width ?? 0, height: Math.round(top) };
    const picture = name === "phone" ? {} : { fullPage: true, clip };
    await page.screenshot({ path: join(IMAGES, `demo-${name}.png`), ...picture });
  }
} finally {
  await browser.close();
  await demo.stop();
  await rm(folder, { recursive: true, force: true });
}
