export { HeldResponse } from "./held-response.js";
export { headerLines, type ParsedBody, type ParsedRequest, requestBody } from "./request.js";
export { headerLinesOf, valuesByName, withEarlier } from "./response-head.js";
export { writeResponse } from "./write-response.js";
