import { type Incoming, incomingRequest, type RequestBody } from "@oncekey/http";
import type { Context, Env } from "hono";
import { readLight } from "./light.js";

/** A request, with what validators and other middleware have read of it. */
export function incomingOf<E extends Env>(c: Context<E>): Incoming<Context<E>> {
  const incoming = incomingRequest(c.req.raw, c);
  if (!c.req.raw.bodyUsed) {
    const { request, method, target, lines } = incoming;
    return { request, method, target, lines, readBody: (max) => readLight(c, max) ?? incoming.readBody(max) };
  }
  let contentType: string | null = null;
  return {
    ...incoming,
    lines: (name) => (name === "content-type" && contentType !== null ? contentType : incoming.lines(name)),
    bodyWasRead: true,
    readBody: async () => {
      const { form, body } = await bodyRead(c.req.bodyCache);
      contentType = form?.headers.get("content-type") ?? null;
      return form === undefined ? body : { decoded: new Uint8Array(await form.arrayBuffer()) };
    },
  };
}

/** What Hono keeps of a body that was read through `c.req`; a form that nothing else is left of is written out again. */
async function bodyRead(
  cache: Context["req"]["bodyCache"],
): Promise<
  { readonly body: RequestBody; readonly form?: undefined } | { readonly form: Response; readonly body?: undefined }
> {
  const { arrayBuffer, blob, text, json, formData } = cache;
  if (arrayBuffer !== undefined) return { body: new Uint8Array(await arrayBuffer) };
  if (blob !== undefined) return { body: new Uint8Array(await (await blob).arrayBuffer()) };
  if (text !== undefined) return { body: { decoded: await text } };
  if (json !== undefined) return { body: { parsed: await json } };
  if (formData !== undefined) return { form: new Response(await formData) };
  return { body: { lost } };
}

const lost =
  "the request's body was read past c.req and not kept, so a retry could not be recognised; put the idempotency check before whatever reads c.req.raw, or read through c.req, or say by fingerprint.select what counts";
