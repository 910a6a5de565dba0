export { Attached } from "../attached.js";
export { HeldResponse } from "./held-response.js";
export { nodeIncoming } from "./incoming.js";
export { attemptOf, type Listener, type ListenerOptions, type ProtectedListener, protect } from "./protect.js";
export { headerLines, type ParsedBody, type ParsedRequest, requestBody } from "./request.js";
export { headerLinesOf, sendReply, withEarlier } from "./response-head.js";
export { routeGuard } from "./route-guard.js";
export { writeResponse } from "./write-response.js";
