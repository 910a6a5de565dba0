// SvelteKit's own development server, in the folder of the example: prints its address when it listens.
import { createServer } from "vite";

// So that the example's packages are found as they are here, before they are built.
const conditions = ["@oncekey/source", "node"];

const server = await createServer({
  server: { host: "127.0.0.1", port: 0, ws: false },
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  logLevel: "error",
});
await server.listen();
console.log(server.resolvedUrls?.local[0]);
