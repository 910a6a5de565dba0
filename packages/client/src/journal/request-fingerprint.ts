import type { JournaledRequest } from "./types.js";

const utf8 = new TextEncoder();

/**
 * A hash of what is asked for: method, URL and body, in hexadecimal.
 *
 * The boundary of a form is another one each time it is written, so it does not count.
 */
export async function requestFingerprint({ method, url, headers, body }: JournaledRequest): Promise<string> {
  const contentType = headers.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
  const head = utf8.encode(`${JSON.stringify([method, url])}\n`);
  const rest = withoutBoundary(body ?? new Uint8Array(), contentType);
  const whole = new Uint8Array(head.length + rest.length);
  whole.set(head);
  whole.set(rest, head.length);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function withoutBoundary(body: Uint8Array, contentType: string): Uint8Array {
  const boundary = /^multipart\/.*;\s*boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary === undefined) return body;
  // One character a byte, so that nothing is changed but the boundary.
  const text = Array.from(body, (byte) => String.fromCharCode(byte)).join("");
  return Uint8Array.from(text.replaceAll(`--${boundary}`, "--"), (character) => character.charCodeAt(0));
}
