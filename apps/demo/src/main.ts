import { readConfig } from "./config.js";
import { type Demo, startDemo } from "./demo.js";
import { introduction } from "./introduction.js";
import { StartUpError } from "./start-up-error.js";

const signals = ["SIGINT", "SIGTERM"] as const;

try {
  const demo = await startDemo(readConfig(process.env));
  console.log(introduction(demo));
  for (const signal of signals) process.once(signal, () => void stop(demo));
} catch (error) {
  console.error(error instanceof StartUpError ? error.message : error);
  process.exitCode = 1;
}

/** Once is enough; a second signal finds its default meaning and ends the process. */
async function stop(demo: Demo): Promise<void> {
  console.log("Stopping: running requests may end.");
  for (const signal of signals) process.removeAllListeners(signal);
  await demo.close();
  console.log("Stopped.");
}
