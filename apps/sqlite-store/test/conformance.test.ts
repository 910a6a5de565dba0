import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { registerStoreConformance } from "@oncekey/conformance";
import { afterAll, describe, it } from "vitest";
import fixture from "../src/fixture.js";

const folder = mkdtempSync(join(tmpdir(), "oncekey-sqlite-"));
afterAll(() => rmSync(folder, { recursive: true }));

registerStoreConformance(fixture(join(folder, "keys.db")), { describe, it });
