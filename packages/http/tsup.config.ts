import { library } from "../../tsup.base.js";

// Whoever uses both entry points has what is common to them once.
export default library({ entry: { index: "src/index.ts", node: "src/node/index.ts" }, splitting: true });
