import type { HeaderLine, ScriptedAnswer } from "./scenario.js";

/** What a handler sends: an answer of the script, with its bytes at hand. */
export interface Answer {
  readonly status: number;
  readonly headers: readonly HeaderLine[];
  readonly body: AnswerBody;
}

/** A body, by the way in which a framework sends it. */
export type AnswerBody =
  | { readonly kind: "none" }
  | { readonly kind: "json"; readonly value: Readonly<Record<string, string | number>> }
  | { readonly kind: "redirect"; readonly location: string }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "stream"; readonly pieces: readonly Uint8Array<ArrayBuffer>[]; readonly breaksOff: boolean }
  /** Sent at once, one after the other; then the answer stays open. Its client has gone: call `gone`, once or more often. */
  | { readonly kind: "events"; readonly events: readonly Uint8Array<ArrayBuffer>[]; readonly gone: () => void };

const utf8 = new TextEncoder();

/** What an answer has to do with the run of a handler. */
export interface AnswerRun {
  /** Which run of its token it is. */
  readonly number: number;
  /** Counts an answer that stays open, and gives what counts its end. */
  open(): () => void;
}

/** Turns the script into bytes, for a run of the handler. */
export function answerOf({ status, headers, body }: ScriptedAnswer, run: AnswerRun): Answer {
  return { status, headers, body: bodyOf(body, run) };
}

/** The request's own body as the answer. */
export function echoOf(bytes: Uint8Array): Answer {
  return {
    status: 200,
    headers: [["content-type", "application/octet-stream"]],
    body: { kind: "bytes", bytes: Uint8Array.from(bytes) },
  };
}

function bodyOf(body: ScriptedAnswer["body"], run: AnswerRun): AnswerBody {
  switch (body.kind) {
    case "none":
    case "redirect":
      return body;
    case "json":
      return { kind: "json", value: { ...body.members, execution: run.number } };
    case "text":
      return { kind: "bytes", bytes: utf8.encode(body.text) };
    case "base64":
      return { kind: "bytes", bytes: Uint8Array.from(atob(body.base64), (character) => character.charCodeAt(0)) };
    case "filler":
      return { kind: "bytes", bytes: new Uint8Array(body.bytes).fill(0x78) };
    case "stream":
      return {
        kind: "stream",
        pieces: body.pieces.map((piece) => utf8.encode(piece)),
        breaksOff: body.breaksOff ?? false,
      };
    case "events":
      return { kind: "events", events: body.events.map((event) => utf8.encode(event)), gone: run.open() };
  }
}
