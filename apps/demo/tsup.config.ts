import { defineConfig } from "tsup";

export default defineConfig({
  entry: { main: "src/main.ts", storm: "src/storm/main.ts" },
  format: ["esm"],
  target: "node20",
  platform: "node",
  clean: true,
  splitting: false,
  sourcemap: true,
});
