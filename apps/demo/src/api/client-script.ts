import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { RequestHandler } from "express";

const manifest = createRequire(import.meta.url).resolve("@oncekey/client/package.json");
const script = join(dirname(manifest), "dist", "index.js");

/** The client as the package brings it: one file, which a page can import as it is. */
export const clientScript: RequestHandler = (_req, res, next) => {
  if (existsSync(script)) res.sendFile(script, { dotfiles: "allow" });
  else next(new Error(`${script} is missing: build the packages first (pnpm build)`));
};
