import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import type { ArgumentsHost } from "@nestjs/common";
import type { headerLinesOf, ParsedRequest } from "@oncekey/http/node";

/** What the requests of both platforms have in common. */
export interface PlatformRequest {
  readonly method: string;
  readonly originalUrl: string;
  readonly headers: IncomingHttpHeaders;
  readonly body?: unknown;
  readonly rawBody?: unknown;
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

/** The two sides of one exchange, as the platform under Nest has them. */
export interface Sides<Req> {
  readonly request: Req & ParsedRequest & { readonly raw?: ParsedRequest };
  readonly reply: ServerResponse | Reply;
  /** Node's own response, into which everything is written in the end. */
  readonly response: ServerResponse;
  /** Leaves an error to the platform, which asks Nest's global filters. */
  readonly fail: (error: unknown) => void;
}

/** Tells the platform by its response. */
export function sidesOf<Req>(http: ReturnType<ArgumentsHost["switchToHttp"]>): Sides<Req> {
  const request = http.getRequest<Sides<Req>["request"]>();
  const reply = http.getResponse<Sides<Req>["reply"]>();
  if (!("raw" in reply)) return { request, reply, response: reply, fail: http.getNext() };
  return { request, reply, response: reply.raw, fail: (error) => void reply.send(error) };
}
