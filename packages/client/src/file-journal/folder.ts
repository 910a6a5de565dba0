import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { open, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { randomKey } from "../random-key.js";
import { type Entry, encodeEntry } from "./entries.js";

const NAME = /^(\d{8})\.log$/;
const DRAFT = ".draft";
/** Nobody takes this long to write a file: whoever began it is dead. */
const ABANDONED_MS = 60 * 60 * 1_000;

/** The folder of a journal: numbered files, of which all but the last are sealed and never change their meaning. */
export class Folder {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    mkdirSync(path, { recursive: true, mode: 0o700 });
    this.#removeAbandoned();
  }

  #removeAbandoned(): void {
    for (const name of readdirSync(this.#path).filter((other) => other.endsWith(DRAFT))) {
      const draft = join(this.#path, name);
      // Another process may put it in its place, or remove it, at any time.
      const changedMs = statSync(draft, { throwIfNoEntry: false })?.mtimeMs;
      if (changedMs !== undefined && changedMs < Date.now() - ABANDONED_MS) rmSync(draft, { force: true });
    }
  }

  /** The numbers of the files that are there, ascending. */
  numbers(): readonly number[] {
    const names = readdirSync(this.#path).flatMap((name) => NAME.exec(name)?.[1] ?? []);
    return names.map(Number).sort((a, b) => a - b);
  }

  pathOf(number: number): string {
    return join(this.#path, `${String(number).padStart(8, "0")}.log`);
  }

  /** Makes the names of new files survive a loss of power. Windows does it by itself and has no call for it. */
  async sync(): Promise<void> {
    if (process.platform === "win32") return;
    const handle = await open(this.#path);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  /** Puts other content into a sealed file in one step. The file stays, even empty: a slow process may still look for it. */
  async rewrite(number: number, entries: readonly Entry[]): Promise<void> {
    const path = this.pathOf(number);
    // Not the number of the process: two containers, and two journals of one process, have the same.
    const draft = `${path}.${randomKey()}${DRAFT}`;
    const text = [...entries, { type: "seal" } as const].map(encodeEntry).join("");
    await writeFile(draft, text, { mode: 0o600, flush: true });
    await rename(draft, path);
  }
}
