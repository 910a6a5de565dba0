import { type BrokenBinding, broken, inside, misconfigured, misreading } from "./broken-binding.js";

/** What parsers of a usual framework read; a body of any other type stays on the wire. */
const parsed = /json|urlencoded|^text\/|^multipart\//i;

/** The same request at a URL that tells one body from another. */
function addressedByBody(contentType: RegExp) {
  return misreading(async (request) => {
    if (!contentType.test(request.headers.get("content-type") ?? "")) return request;
    const bytes = await request.clone().arrayBuffer();
    const hash = Buffer.from(await crypto.subtle.digest("SHA-256", bytes)).toString("hex");
    return new Request(`${request.url}?${hash}`, request);
  });
}

/** Bugs in what makes two requests the same, and in handing the body on. */
export const brokenRequests: readonly BrokenBinding[] = [
  broken(
    "order-matters",
    "compares the bytes of JSON as they came, so that a client that serialises anew is told that it sent another request",
    ["MIS-06", "MIS-07", "BDY-14"],
    addressedByBody(/^application\/json/i),
  ),
  broken(
    "boundaries-matter",
    "compares the bytes of multipart forms, whose boundary is random",
    ["BDY-05"],
    addressedByBody(/^multipart\//),
  ),
  broken(
    "unread-bodies-share",
    "judges by the parsed body, which is empty where no parser has read it",
    ["BDY-07", "BDY-08", "BDY-16"],
    misreading((request) => {
      const { url, method, headers } = request;
      return parsed.test(headers.get("content-type") ?? "") ? request : new Request(url, { method, headers });
    }),
  ),
  broken(
    "parses-numbers",
    "compares the parsed value: numbers that a double cannot hold, and members that come twice, are lost",
    ["MIS-09", "BDY-09"],
    misreading(async (request) => {
      const { url, method, headers } = request;
      if (!/json/i.test(headers.get("content-type") ?? "") || headers.has("content-encoding")) return request;
      const text = await request.clone().text();
      return text === "" ? request : new Request(url, { method, headers, body: JSON.stringify(JSON.parse(text)) });
    }),
  ),
  broken(
    "compares-beginnings",
    "compares the first 64 KiB of a body, and never sees that one is too large",
    ["BDY-16"],
    misreading(async (request) => {
      const { url, method, headers } = request;
      const bytes = await request.clone().arrayBuffer();
      return bytes.byteLength <= 65_536 ? request : new Request(url, { method, headers, body: bytes.slice(0, 65_536) });
    }),
  ),
  broken(
    "half-a-body-will-do",
    "takes what has arrived of a body for all of it",
    ["DUR-09"],
    misreading(async (request) => {
      const { url, method, headers } = request;
      const read = await request.clone().body?.getReader().read();
      return read?.value === undefined ? request : new Request(url, { method, headers, body: read.value });
    }),
  ),
  broken(
    "trusts-digests",
    "compares the digest that a client claims, where it claims one, and not the body",
    ["BDY-15"],
    misreading((request) => {
      const { url, method, headers } = request;
      const body = headers.get("content-digest");
      return body === null ? request : new Request(url, { method, headers, body });
    }),
  ),
  broken(
    "ignores-the-query",
    "compares the path without its query",
    ["MIS-03"],
    misreading((request) => new Request(request.url.replace(/\?.*/, ""), request)),
  ),
  broken(
    "ignores-the-method",
    "compares the path and the body only",
    ["MIS-04"],
    misreading((request) => (request.method === "PATCH" ? new Request(request, { method: "POST" }) : request)),
  ),
  broken(
    "eats-the-body",
    "reads the body to compare it, and leaves nothing for the handler",
    ["BDY-01", "BDY-02"],
    inside(async (handler, { url, method, headers }) => handler(new Request(url, { method, headers }))),
  ),
  broken(
    "protects-put",
    "protects every method that has an effect, though the route did not ask for it",
    ["HTP-03"],
    misconfigured((options) => ({ methods: ["POST", "PATCH", "PUT", "DELETE"], ...options })),
  ),
  broken(
    "ignores-methods",
    "protects the usual methods, whatever the route asks for",
    ["HTP-04"],
    misconfigured(({ methods: _, ...options }) => options),
  ),
];
