import { library } from "../../tsup.base.js";

// Which of the two platforms is taken is for whoever imports the package to say; what they share stands there once.
export default library({
  entry: ["src/index.ts", "src/steps.ts", "src/platform.ts", "src/platform.node.ts"],
  dts: { entry: ["src/index.ts", "src/steps.ts"] },
  external: ["#platform"],
  splitting: true,
});
