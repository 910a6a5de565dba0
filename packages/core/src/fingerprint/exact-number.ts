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
  if (number === 0) return written.digits === "" ? "0" : undefined;
  const held = decimalOf(text);
  return written.digits === held.digits && written.exponent === held.exponent ? text : undefined;
}

/** `digits` × 10^`exponent`, no zero at either end of the digits; zero has no digits. The sign is left out. */
interface Decimal {
  readonly digits: string;
  readonly exponent: number;
}

// Plain loops: a pattern such as /0+$/ takes quadratic time on a long run of zeros.
function decimalOf(literal: string): Decimal {
  const exponentAt = literal.search(/e/i);
  const mantissa = exponentAt < 0 ? literal : literal.slice(0, exponentAt);
  const power = exponentAt < 0 ? 0 : Number(literal.slice(exponentAt + 1));
  const first = firstNonZero(mantissa);
  if (first < 0) return { digits: "", exponent: 0 };
  const last = lastNonZero(mantissa);
  const point = mantissa.indexOf(".");
  const wholeEnd = point < 0 ? mantissa.length : point;
  const digits = mantissa.slice(first, last + 1).replace(".", "");
  // The place of the last digit: before the point it counts up from 0, after the point down from -1.
  const place = last < wholeEnd ? wholeEnd - 1 - last : wholeEnd - last;
  return { digits, exponent: place + power };
}

function firstNonZero(mantissa: string): number {
  for (let index = 0; index < mantissa.length; index++) if (isNonZeroDigit(mantissa.charCodeAt(index))) return index;
  return -1;
}

function lastNonZero(mantissa: string): number {
  for (let index = mantissa.length - 1; index >= 0; index--) {
    if (isNonZeroDigit(mantissa.charCodeAt(index))) return index;
  }
  return -1;
}

function isNonZeroDigit(unit: number): boolean {
  return unit > 0x30 && unit <= 0x39;
}
