import { header, safeMethods } from "../../http/src/protocol.js";
import { beforeSending } from "./network-failure.js";
import type { Settings } from "./options.js";
import type { BodySnapshot } from "./request-body.js";
import { type RequestHeaders, sentHeaders } from "./request-headers.js";

/** All that is needed to send a request as often as it takes. */
export interface SendableRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: RequestHeaders;
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
  return (signal) => {
    const send = (init: SentBody) =>
      settings.fetch(url, { ...rest, ...init, method, headers: sentHeaders(headers), signal });
    const init = bodyInit(body);
    return init instanceof Promise ? init.then(send) : send(init);
  };
}

/** `duplex` is not in every runtime's types yet; a stream is not sent without it. */
type SentBody = Pick<RequestInit, "body"> & { readonly duplex?: "half" };

function bodyInit(body: BodySnapshot): SentBody | Promise<SentBody> {
  switch (body.kind) {
    case "none":
      return {};
    case "bytes":
      return { body: body.body };
    case "factory":
      return made(body.make);
    case "once":
      return { body: body.body, duplex: "half" };
  }
}

async function made(make: Extract<BodySnapshot, { kind: "factory" }>["make"]): Promise<SentBody> {
  return { body: await beforeSending(make), duplex: "half" };
}

/** Methods that do no more harm the second time than the first (RFC 9110, section 9.2.2). */
export function isIdempotent(method: string): boolean {
  return safeMethods.includes(method) || method === "PUT" || method === "DELETE";
}
