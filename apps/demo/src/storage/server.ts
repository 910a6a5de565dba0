import { Pool } from "pg";
import { StartUpError } from "../start-up-error.js";
import type { Database } from "./database.js";

/** Uses a Postgres server. Its password appears in no message. */
export async function openServer(connectionString: string): Promise<Database> {
  const pool = new Pool({ connectionString, application_name: "oncekey-demo", connectionTimeoutMillis: 5_000 });
  // An idle connection may break at any time; without a listener that would end the process.
  pool.on("error", (error) => console.error(`A connection to the database was lost: ${error.message}`));
  try {
    const { rows } = await pool.query<{ name: string }>("SELECT current_database() AS name");
    return {
      description: `the database ${rows[0]?.name} named by DATABASE_URL`,
      embedded: false,
      query: (text, values) => pool.query(text, values),
      close: () => pool.end(),
    };
  } catch (cause) {
    await pool.end();
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new StartUpError(
      `The database named by DATABASE_URL cannot be used: ${why}. Mend it, or unset DATABASE_URL to use the embedded one.`,
      { cause },
    );
  }
}
