/**
 * The text that ECMAScript (and so RFC 8785) gives the number of a JSON number literal, or `undefined` where the
 * double has another decimal value than the literal: `9007199254740993`, `0.1000000000000000055`, `1e400`, `1e-400`.
 *
 * Takes time in proportion to the literal's length, whatever its exponent says.
 */
export function exactNumber(literal: string): string | undefined {
  const number = Number(literal);
  if (!Number.isFinite(number)) return undefined;
  const text = String(number);
  if (text === literal) return text;
  const written = decimalOf(literal);
  const held = decimalOf(text);
  if (written === undefined || held === undefined) return written === held ? "0" : undefined;
  return written.place === held.place && sameButForZeros(written.digits, held.digits) ? text : undefined;
}

/** The sign is left out. */
interface Decimal {
  /** From the first that is no zero to the last one written. */
  readonly digits: string;
  /** The place of the first of them: it counts up from 0 before the point, and down from -1 after it. */
  readonly place: number;
}

/** `undefined` for zero. */
function decimalOf(literal: string): Decimal | undefined {
  const [mantissa = "", power = 0] = literal.split(/e/i);
  const first = mantissa.search(/[1-9]/);
  if (first < 0) return undefined;
  const wholeEnd = mantissa.split(".", 1).join().length;
  const place = first < wholeEnd ? wholeEnd - 1 - first : wholeEnd - first;
  return { digits: mantissa.slice(first).replace(".", ""), place: place + Number(power) };
}

// Not by a pattern such as /0+$/ for either, which takes quadratic time on a long run of zeros.
function sameButForZeros(one: string, other: string): boolean {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  return long.startsWith(short) && /^0*$/.test(long.slice(short.length));
}
