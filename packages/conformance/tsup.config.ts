import { library } from "../../tsup.base.js";

// The races between processes start a file of this package, so they need its own address in both formats.
export default library({
  entry: ["src/index.ts", "src/cli.ts", "src/history.ts", "src/processes.ts", "src/processes/race-worker.ts"],
  platform: "node",
  shims: true,
});
