import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import type { ArgumentsHost } from "@nestjs/common";
import type { CompleteResponse, HeaderLine, Incoming } from "@oncekey/http";
import { headerLinesOf, nodeIncoming, type ParsedRequest, sendReply, writeResponse } from "@oncekey/http/node";

/** What the requests of both platforms have in common. */
export interface PlatformRequest {
  readonly method: string;
  readonly originalUrl: string;
  readonly headers: IncomingHttpHeaders;
  readonly body?: unknown;
  readonly rawBody?: unknown;
}

/** The request and the response of one exchange, in the words of the platform under Nest. */
export interface Platform<Req> {
  readonly incoming: Incoming<Req>;
  /** Node's own response, into which everything is written in the end. */
  readonly response: ServerResponse;
  /** What has been said about this exchange before the handler, where that is not on `response` already. */
  readonly earlier: readonly HeaderLine[];
  /** What the platform calls the response. */
  readonly reply: { removeHeader(name: string): unknown };
  /** Answers in place of the handler. */
  answer(answer: CompleteResponse): void;
  /** Leaves an error to the platform, which asks Nest's global filters. */
  fail(error: unknown): void;
}

/** A reply of Fastify, as far as it is used here. */
interface Reply {
  readonly raw: ServerResponse;
  getHeaders(): Parameters<typeof headerLinesOf>[0];
  removeHeader(name: string): unknown;
  header(name: string, value: string | string[] | undefined): unknown;
  code(status: number): unknown;
  send(payload?: unknown): unknown;
}

/** Tells the platform by its response. */
export function platformOf<Req extends PlatformRequest>(
  http: ReturnType<ArgumentsHost["switchToHttp"]>,
): Platform<Req> {
  const response = http.getResponse<ServerResponse | Reply>();
  if ("raw" in response) return onFastify(http.getRequest<Req & { readonly raw: ParsedRequest }>(), response);
  return onExpress(http.getRequest<Req & ParsedRequest>(), response, http.getNext<(error: unknown) => void>());
}

function onExpress<Req extends PlatformRequest>(
  request: Req & ParsedRequest,
  response: ServerResponse,
  next: (error: unknown) => void,
): Platform<Req> {
  return {
    incoming: nodeIncoming(request, request, request),
    response,
    earlier: [],
    reply: response,
    answer: (answer) => writeResponse(response, answer),
    fail: next,
  };
}

function onFastify<Req extends PlatformRequest>(
  request: Req & { readonly raw: ParsedRequest },
  reply: Reply,
): Platform<Req> {
  return {
    incoming: nodeIncoming(request, request.raw, request),
    response: reply.raw,
    earlier: headerLinesOf(reply.getHeaders()),
    reply,
    answer: (answer) => sendReply(reply, answer),
    fail: (error) => void reply.send(error),
  };
}
