/**
 * Encrypts what is kept of an operation, before it reaches the store.
 *
 * Both functions may be asynchronous, for keys that live in a key service. They are given the time that a claim or a
 * completion is given; what does not answer within it counts as failed. `aesGcm` is a sealer that is ready to use.
 */
export interface Sealer {
  /**
   * Encrypts and authenticates `plain` together with `id`, which names where it belongs: the record's id, and for a part
   * of a record a colon and the part's name. What it answers must open under this `id` and under no other one.
   *
   * If it throws, the operation is completed without its result, and the event `result-omitted` says so.
   */
  seal(plain: Uint8Array, id: string): Uint8Array | Promise<Uint8Array>;
  /** Gives back what `seal` was given, or throws: for a key that is not here, changed bytes, or another `id`. */
  open(sealed: Uint8Array, id: string): Uint8Array | Promise<Uint8Array>;
}
