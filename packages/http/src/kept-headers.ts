import { header, isRedirect, isStorable, storedHeaders } from "./protocol.js";
import { type HeaderLine, requireHeaderName } from "./response.js";

/** Which response headers are kept for the replay. */
export interface KeptHeaders {
  /** The lines to keep, names in lower case; `undefined` where the response would be wrong without what is left out. */
  of(
    status: number,
    headers: readonly HeaderLine[],
    ownHosts: () => readonly string[],
  ): readonly HeaderLine[] | undefined;
}

const targets: readonly string[] = /* @__PURE__ */ [header.location, header.contentLocation].map((name) =>
  name.toLowerCase(),
);

/**
 * Makes the filter: the usual headers and those of the application that describe the result.
 *
 * A Location on another host may carry somebody's one-time secret, so it is kept only where `origins` says so. A
 * redirection is nothing without its target, so such a one is not kept at all.
 */
export function keptHeaders(more: readonly string[], origins: readonly string[] | "any"): KeptHeaders {
  const names = new Set([...storedHeaders, ...more.map(storableName)]);
  const hosts = origins === "any" ? "any" : origins.map(hostOfOrigin);
  const isForeign = (value: string, ownHosts: () => readonly string[]): boolean => {
    if (hosts === "any") return false;
    const host = hostOf(value);
    return host !== undefined && !ownHosts().includes(host) && !hosts.includes(host);
  };
  return {
    of(status, headers, ownHosts) {
      const kept: HeaderLine[] = [];
      for (const [given, value] of headers) {
        const name = given.toLowerCase();
        if (!names.has(name)) continue;
        if (!targets.includes(name) || !isForeign(value, ownHosts)) kept.push([name, value]);
        else if (isRedirect(status)) return undefined;
      }
      return kept;
    },
  };
}

/** The host of an absolute or scheme-relative reference; `undefined` for a path, which is on our own host. */
function hostOf(reference: string): string | undefined {
  if (!/^(?:[a-z][a-z\d+\-.]*:|[/\\]{2})/i.test(reference.trim())) return undefined;
  const placeholder = "http://own-host.invalid";
  // A reference that is no URL names no host that anybody would follow.
  return URL.canParse(reference, placeholder) ? new URL(reference, placeholder).host : "";
}

function storableName(name: string): string {
  const lower = requireHeaderName("storedHeaders", name).toLowerCase();
  if (!isStorable(lower)) {
    throw new TypeError(
      `storedHeaders: ${JSON.stringify(name)} is never stored, because it belongs to one exchange, connection or session; leave it out`,
    );
  }
  return lower;
}

function hostOfOrigin(origin: string): string {
  if (typeof origin === "string" && URL.canParse(origin)) {
    const url = new URL(origin);
    if (url.origin === origin.toLowerCase()) return url.host;
  }
  throw new TypeError(
    `locationOrigins: ${JSON.stringify(origin)} is not an origin; write one such as "https://pay.example.com", or "any"`,
  );
}
