/**
 * A value that belongs to somebody else's object, such as the attempt of a request. It stands on the object, under a symbol of
 * its own: an entry of a `WeakMap` for each request would cost V8's garbage collector more than all of the rest.
 */
export class Attached<Value> {
  readonly #name: symbol;

  constructor(description: string) {
    this.#name = Symbol(description);
  }

  of(owner: object): Value | undefined {
    return Reflect.get(owner, this.#name);
  }

  set(owner: object, value: Value): void {
    Reflect.set(owner, this.#name, value);
  }
}
