/** How deep objects and arrays may be nested; deeper documents are hashed as raw bytes. */
export const MAX_DEPTH = 200;

/** The canonical text of a value, and whether it is one that a JSON text gives back unchanged. */
export interface CanonicalValue {
  readonly text: string;
  /** False where the text says what JSON cannot say exactly (see {@link canonicalValue}). */
  readonly exact: boolean;
  /** How many members all objects in it have. */
  readonly members: number;
}

interface Frame {
  readonly value: object;
  /** The members' names, sorted; `undefined` for an array. */
  readonly names: readonly string[] | undefined;
  readonly count: number;
  next: number;
  written: number;
}

const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * The canonical form (RFC 8785) of a value that a parser made: own enumerable string-named members, no `toJSON`.
 *
 * Values that JSON has no exact text for come out as texts that no JSON has, and the result is not `exact`: NaN and the
 * infinities, `undefined` in an array, bigints (`12n`), lone surrogates (escaped), nesting beyond 200. A member that is
 * `undefined` counts as absent. A value whose content its members do not show cannot be told from another of its kind.
 *
 * @throws TypeError for functions, symbols, cycles, and objects such as `Date`, `Map`, `Buffer` or `FormData`.
 */
export function canonicalValue(root: unknown): CanonicalValue {
  return new ValueWriter().run(root);
}

/** Walks with a stack of its own: a parser accepts deeper nesting than the call stack has room for. */
class ValueWriter {
  #text = "";
  #exact = true;
  #members = 0;
  readonly #stack: Frame[] = [];
  /** The open objects below {@link MAX_DEPTH}: a cycle is sure to meet itself there. */
  readonly #deep = new Set<object>();

  run(root: unknown): CanonicalValue {
    this.#write(root);
    for (let frame = this.#stack.at(-1); frame !== undefined; frame = this.#stack.at(-1)) {
      if (frame.next === frame.count) this.#close(frame);
      else this.#member(frame);
    }
    return { text: this.#text, exact: this.#exact, members: this.#members };
  }

  #member(frame: Frame): void {
    const index = frame.next++;
    if (frame.names === undefined) {
      if (index > 0) this.#text += ",";
      this.#write(Reflect.get(frame.value, index));
      return;
    }
    const name = frame.names[index] ?? "";
    const value: unknown = Reflect.get(frame.value, name);
    if (value === undefined) return;
    this.#members++;
    if (frame.written++ > 0) this.#text += ",";
    this.#string(name);
    this.#text += ":";
    this.#write(value);
  }

  #write(value: unknown): void {
    switch (typeof value) {
      case "string":
        this.#string(value);
        return;
      case "number":
        // String(-0) is "0", as RFC 8785 wants it.
        this.#text += String(value);
        this.#exact &&= Number.isFinite(value);
        return;
      case "boolean":
        this.#text += String(value);
        return;
      case "undefined":
        this.#text += "undefined";
        this.#exact = false;
        return;
      case "bigint":
        this.#text += `${value}n`;
        this.#exact = false;
        return;
      case "object":
        if (value === null) this.#text += "null";
        else this.#open(value);
        return;
      default:
        throw this.#unfit(`a ${typeof value}`);
    }
  }

  #string(value: string): void {
    this.#text += JSON.stringify(value);
    this.#exact &&= !LONE_SURROGATE.test(value);
  }

  #open(value: object): void {
    const array = Array.isArray(value);
    if (!array && !isPlain(value)) throw this.#unfit(`an object of type ${Object.prototype.toString.call(value)}`);
    if (this.#stack.length >= MAX_DEPTH) {
      this.#exact = false;
      if (this.#deep.has(value)) throw this.#unfit("a cycle");
      this.#deep.add(value);
    }
    const names = array ? undefined : Object.keys(value).sort();
    this.#text += array ? "[" : "{";
    this.#stack.push({ value, names, count: array ? value.length : (names?.length ?? 0), next: 0, written: 0 });
  }

  #close(frame: Frame): void {
    this.#text += frame.names === undefined ? "]" : "}";
    this.#stack.pop();
    this.#deep.delete(frame.value);
  }

  #unfit(what: string): TypeError {
    const path = this.#stack.slice(0, 8).map(({ names, next }) => `[${JSON.stringify(names?.[next - 1] ?? next - 1)}]`);
    const more = this.#stack.length > 8 ? "…" : "";
    return new TypeError(
      `A fingerprint takes JSON values, but value${path.join("")}${more} is ${what}. ` +
        "Pass the body's bytes, or pick the JSON that counts with the option `select`.",
    );
  }
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  // Instances of ordinary classes and plain objects of another realm pass; Date, Map, Buffer and the like have a tag.
  return Object.prototype.toString.call(value) === "[object Object]";
}
