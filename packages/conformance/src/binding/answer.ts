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
  | { readonly kind: "stream"; readonly pieces: readonly Uint8Array<ArrayBuffer>[]; readonly breaksOff: boolean };

const utf8 = new TextEncoder();

/** Turns the script into bytes, for the handler's `run`th run. */
export function answerOf({ status, headers, body }: ScriptedAnswer, run: number): Answer {
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

function bodyOf(body: ScriptedAnswer["body"], run: number): AnswerBody {
  switch (body.kind) {
    case "none":
    case "redirect":
      return body;
    case "json":
      return { kind: "json", value: { ...body.members, execution: run } };
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
  }
}
