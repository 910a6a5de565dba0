/*
 * The suite compares by itself: under Jest, `instanceof Error` and `deepStrictEqual` fail between realms, and a runner's
 * own assertions would tie the suite to it.
 */

/** What was found is not what has to be. */
export class Mismatch extends Error {
  override readonly name = "Mismatch";
  /** What had to be, and what was, as they stand in the message. */
  readonly expected: string;
  readonly actual: string;

  constructor(what: string, expected: string, actual: string) {
    super(`${what}\nexpected: ${expected}\nactual:   ${actual}`);
    this.expected = expected;
    this.actual = actual;
  }
}

/** Ends the case as failed. */
export function fail(message: string): never {
  throw new Error(message);
}

/** Fails unless `condition` holds. */
export function check(condition: boolean, message: string): asserts condition {
  if (!condition) fail(message);
}

/** Fails unless both are the same data: bytes by value, objects by their fields; a field that is undefined is absent. */
export function equal(actual: unknown, expected: unknown, what: string): void {
  if (!same(actual, expected)) throw new Mismatch(what, show(expected), show(actual));
}

/** Fails unless `actual` is there. */
export function present<Value>(actual: Value | undefined, what: string): Value {
  if (actual === undefined) throw new Mismatch(what, "something", "undefined");
  return actual;
}

/** Fails unless `low <= actual <= high`. */
export function between(actual: number, low: number, high: number, what: string): void {
  if (actual >= low && actual <= high) return;
  throw new Mismatch(what, `${rounded(low)} to ${rounded(high)}`, String(rounded(actual)));
}

/** Fails unless the call is rejected; answers what it was rejected with. */
export async function rejected(call: Promise<unknown>, what: string): Promise<unknown> {
  let answer: unknown;
  try {
    answer = await call;
  } catch (error) {
    return error;
  }
  throw new Mismatch(what, "an error", `the answer ${show(answer)}`);
}

/** Tells bytes of any realm. */
export function isBytes(value: unknown): value is Uint8Array {
  return Object.prototype.toString.call(value) === "[object Uint8Array]";
}

/** Tells whether both are the same data, as {@link equal} understands it. */
export function same(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (isBytes(left) && isBytes(right)) {
    return sameBytes(left, right);
  }
  if (isBytes(left) || isBytes(right) || !isObject(left) || !isObject(right)) return false;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const names = new Set([...fieldsOf(left), ...fieldsOf(right)]);
  return [...names].every((name) => same(ownField(left, name), ownField(right, name)));
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  const { byteLength } = left;
  if (byteLength !== right.byteLength) return false;
  const one = new DataView(left.buffer, left.byteOffset, byteLength);
  const other = new DataView(right.buffer, right.byteOffset, byteLength);
  // Four at a time: results of a megabyte are compared often.
  let index = 0;
  for (; index + 4 <= byteLength; index += 4) if (one.getUint32(index) !== other.getUint32(index)) break;
  for (; index < byteLength; index++) if (one.getUint8(index) !== other.getUint8(index)) return false;
  return true;
}

/** Writes data for a message: bytes in hexadecimal, long ones cut. */
export function show(value: unknown): string {
  if (isBytes(value)) {
    const head = [...value.subarray(0, 24)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    return `<${value.byteLength} bytes: ${head}${value.byteLength > 24 ? " …" : ""}>`;
  }
  if (typeof value === "string")
    return value.length > 200 ? `${JSON.stringify(value.slice(0, 200))}…` : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (isObject(value)) {
    const fields = fieldsOf(value).map((name) => `${name}: ${show(ownField(value, name))}`);
    return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
  }
  return String(value);
}

/** Times are measured more finely than anybody reads them. */
function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function fieldsOf(value: object): string[] {
  return Object.keys(value).filter((name) => ownField(value, name) !== undefined);
}

function ownField(value: object, name: string): unknown {
  const field = Object.getOwnPropertyDescriptor(value, name);
  return field?.get === undefined ? field?.value : field.get.call(value);
}
