// Run by a test as a process of its own, to be killed: starts a server, prints where, and never stops it.
import { startPostgres } from "./index.js";

const server = await startPostgres();
console.log(server.url);
