import type { Incoming } from "../incoming.js";
import { headerLines, type ParsedBody, type ParsedRequest, requestBody } from "./request.js";

/** What frameworks on Node's server have in common. */
interface FrameworkRequest {
  readonly method: string;
  /** Path and query as they came, whatever router they went through. */
  readonly originalUrl: string;
}

/** A framework's request over Node's own, as the guard asks about it; `left` is where parsers leave the body. */
export function nodeIncoming<Req extends FrameworkRequest>(
  request: Req,
  raw: ParsedRequest,
  left?: ParsedBody,
): Incoming<Req> {
  return rawIncoming(request, request.method, request.originalUrl, raw, left);
}

/** The same for a request that says its method and target otherwise, or is none but Node's. */
export function rawIncoming<Req>(
  request: Req,
  method: string,
  target: string,
  raw: ParsedRequest,
  left?: ParsedBody,
): Incoming<Req> {
  return {
    request,
    method,
    target,
    lines: (name) => headerLines(raw, name),
    bodyWasRead: raw.readableDidRead,
    readBody: (maxBytes) => requestBody(raw, maxBytes, left),
  };
}
