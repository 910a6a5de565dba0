import { header, safeMethods } from "../../http/src/protocol.js";
import type { Settings } from "./options.js";
import type { BodySnapshot } from "./request-body.js";

/** All that is needed to send a request as often as it takes. */
export interface SendableRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: BodySnapshot;
  /** What else `fetch` is given. */
  readonly rest: RequestInit;
}

/** Makes the function that sends a request once: every call sends the same bytes. */
export function sender(
  settings: Settings,
  { url, method, headers, body, rest }: SendableRequest,
): (signal: AbortSignal) => Promise<Response> {
  if (body.kind === "bytes" && body.contentType !== undefined && !headers.has(header.contentType)) {
    headers.set(header.contentType, body.contentType);
  }
  return async (signal) => settings.fetch(url, { ...rest, ...(await bodyInit(body)), method, headers, signal });
}

/** `duplex` is not in every runtime's types yet; a stream is not sent without it. */
async function bodyInit(body: BodySnapshot): Promise<Pick<RequestInit, "body"> & { readonly duplex?: "half" }> {
  switch (body.kind) {
    case "none":
      return {};
    case "bytes":
      return { body: body.body };
    case "factory":
      return { body: await body.make(), duplex: "half" };
    case "once":
      return { body: body.body, duplex: "half" };
  }
}

/** Methods that do no more harm the second time than the first (RFC 9110, section 9.2.2). */
export function isIdempotent(method: string): boolean {
  return safeMethods.includes(method) || method === "PUT" || method === "DELETE";
}
