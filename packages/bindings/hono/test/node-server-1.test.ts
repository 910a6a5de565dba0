import { getRequestListener } from "node-server-1";
import { serveBy } from "./listen.js";

// The same tests on the major before, whose light requests make the real ones sooner.
serveBy((fetch) => getRequestListener(fetch));
await import("./requests.test.js");
await import("./responses.test.js");
