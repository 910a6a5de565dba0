const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

/**
 * A JSON text cut into its scalar values and what stands between them: punctuation, white space, names, and the quotes
 * of values that are strings.
 */
export interface Pieces {
  /** One more than there are scalars. */
  readonly between: readonly Uint8Array[];
  readonly scalars: readonly Uint8Array[];
}

/** Cuts valid JSON. */
export function cut(text: Uint8Array): Pieces {
  const between: Uint8Array[] = [];
  const scalars: Uint8Array[] = [];
  let done = 0;
  let at = 0;
  while (at < text.length) {
    const end = tokenEnd(text, at);
    if (isScalar(text, at, end)) {
      const quotes = text[at] === QUOTE ? 1 : 0;
      between.push(text.slice(done, at + quotes));
      scalars.push(text.slice(at + quotes, end - quotes));
      done = end - quotes;
    }
    at = end;
  }
  between.push(text.slice(done));
  return { between, scalars };
}

/** A string is a value unless a colon follows; punctuation and white space are one byte each. */
function isScalar(text: Uint8Array, at: number, end: number): boolean {
  if (text[at] !== QUOTE) return !isPunctuation(text[at]);
  let next = end;
  while (next < text.length && (text[next] ?? 0) <= 0x20) next++;
  return text[next] !== COLON;
}

function tokenEnd(text: Uint8Array, at: number): number {
  let end = at + 1;
  if (isPunctuation(text[at])) return end;
  if (text[at] !== QUOTE) {
    while (end < text.length && !isPunctuation(text[end])) end++;
    return end;
  }
  while (text[end] !== QUOTE) end += text[end] === BACKSLASH ? 2 : 1;
  return end + 1;
}

function isPunctuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte <= 0x20 || "{}[],:".includes(String.fromCharCode(byte)));
}
