import { genuine, serveBy } from "./listen.js";

// The same tests on real Requests and Responses, as other platforms have them.
serveBy(genuine);
await import("./requests.test.js");
await import("./responses.test.js");
