// A thousand operations through faults and a crash, over HTTP only:  npm run demo:storm
import { StartUpError } from "../start-up-error.js";
import { type CommandLine, readOptions, usage } from "./options.js";
import { OwnServer } from "./own-server.js";
import { createProgress } from "./progress.js";
import { complaintsAbout, report } from "./report.js";
import { storm } from "./storm.js";

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) console.log(usage);
  else process.exitCode = await run(options);
} catch (error) {
  console.error(error instanceof StartUpError ? error.message : error);
  process.exitCode = 1;
}

async function run(options: CommandLine): Promise<number> {
  if (options.url === undefined) console.log("Starting a demo server of its own …");
  const server = options.url === undefined ? await OwnServer.start() : undefined;
  stopOnSignals(server);
  const progress = createProgress(options.operations, process.stdout);
  const url = options.url ?? server?.url ?? "";
  const result = await storm({ ...options, url, onProgress: (tally) => progress.update(tally) });
  progress.end();
  const crashes = options.crash ? server?.crashes : undefined;
  console.log(report(result, options.clients, crashes));
  const passed = complaintsAbout(result, crashes).length === 0;
  await server?.stop({ keepData: !passed });
  if (server !== undefined && !passed) console.log(`The server's data is kept in ${server.folder}.`);
  if (server?.failure !== undefined) console.error(server.failure.message);
  return passed ? 0 : 1;
}

function stopOnSignals(server: OwnServer | undefined): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, async () => {
      await server?.stop({ keepData: false });
      process.exit(130);
    });
  }
}
