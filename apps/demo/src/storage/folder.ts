import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import type { Database } from "./database.js";
import { lockFolder } from "./lock/folder-lock.js";

/**
 * Opens PGlite, Postgres inside this process, with its data in a folder that no other process may use meanwhile.
 *
 * What it acknowledged survives the death of the process, not of the machine: it does not wait for the disk.
 */
export async function openFolder(folder: string): Promise<Database> {
  await mkdir(folder, { recursive: true });
  const lock = await lockFolder(folder);
  try {
    const database = await PGlite.create({ dataDir: join(folder, "pglite") });
    return {
      description: `PGlite in ${folder}`,
      embedded: true,
      query: (text, values) => database.query(text, values),
      async close() {
        await database.close();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}
