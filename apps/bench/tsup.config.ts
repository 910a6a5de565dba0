import { defineConfig } from "tsup";

/**
 * What is measured is compiled like the published packages, from their sources. A loader such as tsx would keep the name
 * of every function, at a price that no user pays. The services only start servers; they stay outside, with the files
 * that stand beside them.
 */
export default defineConfig({
  entry: { main: "src/main.ts", server: "src/http/server.ts", "client-server": "src/client-server.ts" },
  format: "esm",
  target: "node20",
  platform: "node",
  clean: true,
  noExternal: [/^@oncekey\/(?!services$)/],
  esbuildOptions: (options) => {
    options.conditions = ["@oncekey/source"];
  },
});
