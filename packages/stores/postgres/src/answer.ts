import { decodeRecord, type Stored } from "@oncekey/core";

/** What a step of the store came back with. */
export type Answer =
  /** It wrote. */
  | { readonly written: true; readonly ageMs: number; readonly expiresInMs: number }
  /** It did not; this stands there. */
  | { readonly written: false; readonly current: Stored | undefined };

/** Reads the answer of a function of `sql/`: nothing, `age life` of what it wrote, or `age life base64 version`. */
export function readAnswer(text: string | null): Answer {
  if (text === null) return { written: false, current: undefined };
  const [age, afterAge] = readField(text, 0);
  if (text.includes(" ", afterAge)) return { written: false, current: readStanding(text) };
  const expiresInMs = readNumber(text.slice(afterAge));
  // What expired before its write could take place has expired with it.
  if (expiresInMs <= 0) return { written: false, current: undefined };
  return { written: true, ageMs: readNumber(age), expiresInMs };
}

/** Reads `age life base64 version`; the version comes last because it may contain spaces. */
export function readStanding(text: string): Stored | undefined {
  const [age, afterAge] = readField(text, 0);
  const [life, afterLife] = readField(text, afterAge);
  const [base64, afterBase64] = readField(text, afterLife);
  const expiresInMs = readNumber(life);
  if (expiresInMs <= 0) return undefined;
  return {
    version: text.slice(afterBase64),
    record: decodeRecord(fromBase64(base64)),
    ageMs: readNumber(age),
    expiresInMs,
  };
}

/** Reads up to the next space; answers the field, and where the one after it begins. */
export function readField(text: string, start: number): readonly [field: string, next: number] {
  const end = text.indexOf(" ", start);
  if (end < 0) throw new Error(`the database gave an answer that ends too early: ${text.slice(0, 100)}`);
  return [text.slice(start, end), end + 1];
}

function readNumber(text: string): number {
  const value = Number(text);
  if (text === "" || !Number.isFinite(value)) throw new Error(`the database gave ${text} for a number of milliseconds`);
  return value;
}

/** Base64 as Postgres writes it, with line breaks. `Buffer` is three times as fast, and not everywhere. */
function fromBase64(text: string): Uint8Array {
  if (typeof Buffer !== "undefined") return Buffer.from(text, "base64");
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
