import { classifyPlain, isNotExecutedError, type ResultCodec } from "@oncekey/core";
import { type Decoded, isCoded, removeCodings } from "./content-coding.js";
import { header } from "./protocol.js";
import {
  type CapturedResponse,
  type CompleteResponse,
  checkHeaderLines,
  type HeaderLine,
  headerValue,
} from "./response.js";
import { decodeResponse, encodeResponse, omittedResponse } from "./response-codec.js";
import type { Settings } from "./settings.js";

/** What a run of a handler came to. */
export interface Execution {
  /** As the handler made it, for this caller. */
  readonly sent: CapturedResponse;
  /** Without content codings, for later callers. */
  readonly plain: CapturedResponse;
  readonly ownHosts: OwnHosts;
}

/** The names of the host that was asked; only looked for where a response points somewhere. */
export type OwnHosts = () => readonly string[];

const contentEncoding = /* @__PURE__ */ header.contentEncoding.toLowerCase();

/** Takes the codings off a response, so that its replay suits clients with other codings. What cannot be read stays. */
export function toExecution(
  sent: CapturedResponse,
  ownHosts: OwnHosts,
  maxBytes: number,
): Execution | Promise<Execution> {
  const coding = headerValue(sent.headers, contentEncoding);
  if (sent.body === undefined || sent.body.byteLength === 0 || !isCoded(coding)) {
    return { sent, plain: sent, ownHosts };
  }
  return removeCodings(sent.body, coding, maxBytes).then((body) => uncoded(sent, body, ownHosts));
}

function uncoded(sent: CapturedResponse, body: Decoded, ownHosts: OwnHosts): Execution {
  if (typeof body === "string") return { sent, plain: sent, ownHosts };
  const headers = sent.headers.filter(([name]) => name.toLowerCase() !== contentEncoding);
  return { sent, plain: { status: sent.status, headers, body }, ownHosts };
}

/** How responses are judged, kept and given back. `failure` stands for a handler that threw. */
export function executionCodec<Req>(
  { classify, kept, hooks }: Settings<Req>,
  failure: CompleteResponse,
): ResultCodec<Execution> {
  return {
    classify(settled) {
      if (!settled.ok) return classifyPlain(settled);
      const { status, error } = settled.value.sent;
      const outcome = classify(status);
      return outcome !== "success" && isNotExecutedError(error) ? "not-executed" : outcome;
    },
    encode(settled) {
      if (!settled.ok) return encodeResponse(failure);
      const { plain, ownHosts } = settled.value;
      const { status, body } = plain;
      const lines = kept.of(status, plain.headers, ownHosts);
      if (body === undefined || lines === undefined) return omittedResponse(status);
      const whole: CompleteResponse = { status, headers: withCoding(lines, plain.headers), body };
      if (hooks.redact === undefined) return encodeResponse(whole);
      const redacted = hooks.redact(whole);
      if (redacted === undefined) return omittedResponse(status);
      checkHeaderLines("redact", redacted.headers);
      return encodeResponse(redacted);
    },
    decode(result) {
      const response = decodeResponse(result);
      return { ok: true, value: { sent: response, plain: response, ownHosts: none } };
    },
  };
}

const none: OwnHosts = () => [];

/** Bytes whose coding could not be removed are nothing without its name. */
function withCoding(kept: readonly HeaderLine[], all: readonly HeaderLine[]): readonly HeaderLine[] {
  const coding = headerValue(all, contentEncoding);
  return isCoded(coding) ? [...kept, [contentEncoding, coding]] : kept;
}
