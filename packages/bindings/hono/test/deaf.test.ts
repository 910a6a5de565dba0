import { deaf, serveBy } from "./listen.js";

// The same tests on a server that has light requests, and no place where a body may be left.
serveBy(deaf);
await import("./requests.test.js");
