import type { ProtocolAdapter } from "./adapter.js";
import { ietf } from "./ietf.js";
import { adyen, didit, paypal, square, stripe } from "./providers.js";

/** The protocols that come with the package, by name. */
export const protocols = { ietf, stripe, adyen, square, paypal, didit } as const satisfies Record<
  string,
  ProtocolAdapter
>;

export type ProtocolName = keyof typeof protocols;

/** Finds a protocol by name, or checks one of the user's own. */
export function resolveProtocol(protocol: ProtocolName | ProtocolAdapter): ProtocolAdapter {
  if (typeof protocol === "string") {
    if (Object.hasOwn(protocols, protocol)) return protocols[protocol];
    throw new TypeError(
      `protocol: ${JSON.stringify(protocol)} is none of ${Object.keys(protocols).join(", ")}; an API with rules of its own takes a ProtocolAdapter`,
    );
  }
  checkAdapter(protocol);
  return protocol;
}

function checkAdapter(adapter: ProtocolAdapter): void {
  const { key, keyWindowMs } = Object(adapter);
  const place = key?.in === "header" ? key.name : key?.in === "body" ? key.field : undefined;
  if (typeof place !== "string" || place === "") {
    throw new TypeError('protocol.key: expected { in: "header", name } or { in: "body", field }');
  }
  if (!(typeof keyWindowMs === "number" && keyWindowMs > 0)) {
    throw new TypeError(`protocol.keyWindowMs: ${String(keyWindowMs)} is not a number of milliseconds above 0`);
  }
}
