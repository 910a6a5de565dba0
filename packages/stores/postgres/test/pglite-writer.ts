// Run by a test as a process of its own, to be killed: writes one record into a folder, says so, and waits.
import { PGlite } from "@electric-sql/pglite";
import { migrate, PostgresStore } from "../src/index.js";

const database = new PGlite(process.argv[2]);
await migrate(database);
const record = { state: "released", attempt: 7 } as const;
await new PostgresStore(database, { embedded: true }).create("id", "v1", record, 3_600_000);
process.stdout.write("written\n");
setInterval(() => {}, 60_000);
