import { isOncekeyError, OncekeyError } from "../errors.js";
import type { Sealer } from "../seal/sealer.js";
import type { Clock } from "./clock.js";
import { inTime } from "./pacing.js";

/** How far the rolling out of a sealer is: everybody can open; what is kept is sealed; what is not sealed is refused. */
export type SealingStage = "prepare" | "seal" | "require";

/*
 * What is kept is bytes of a codec. To tell them from sealed ones, these begin with a mark, which no text in UTF-8 does;
 * plain bytes that happen to begin with it are given one too.
 *   mark (1 byte), 0 and plain bytes to the end | 1 and sealed bytes to the end
 */
const MARK = 0xf5;
const PLAIN = 0;
const SEALED = 1;
const HEAD_BYTES = 2;

/** Puts what is kept under seal, and takes it out again; without a sealer it passes everything on as it is. */
export class Sealing {
  /** Whether what is kept from now on is sealed. */
  readonly seals: boolean;
  readonly #sealer: Sealer | undefined;
  readonly #requires: boolean;
  readonly #clock: Clock;

  constructor(sealer: Sealer | undefined, stage: SealingStage, clock: Clock) {
    this.#sealer = sealer;
    this.#clock = clock;
    this.seals = sealer !== undefined && stage !== "prepare";
    this.#requires = sealer !== undefined && stage === "require";
  }

  /** How bytes are kept that are not sealed. */
  plain(bytes: Uint8Array): Uint8Array {
    return bytes[0] === MARK ? marked(PLAIN, bytes) : bytes;
  }

  /** Seals bytes for one place; whatever the sealer does wrong is an error. */
  async seal(bytes: Uint8Array, place: string, timeoutMs: number): Promise<Uint8Array> {
    const sealer = this.#sealer;
    if (sealer === undefined) throw new TypeError("unreachable: nothing is sealed without a sealer");
    const sealed = await this.#call("seal", () => sealer.seal(bytes, place), timeoutMs);
    return marked(SEALED, sealed);
  }

  /** True unless the bytes are the codec's, as they stand there. */
  isWrapped(kept: Uint8Array): boolean {
    return kept[0] === MARK || this.#requires;
  }

  /** Takes the codec's bytes out of what is kept in one place; rejects with `RECORD_NOT_OPENED` where it cannot. */
  async open(kept: Uint8Array, place: string, timeoutMs: number): Promise<Uint8Array> {
    const kind = kept[0] === MARK ? kept[1] : undefined;
    if (kind === SEALED) return this.#openSealed(kept.subarray(HEAD_BYTES), place, timeoutMs);
    if (kept[0] === MARK && kind !== PLAIN) throw notOpened("it is of a form that this version does not know");
    if (this.#requires) throw notOpened('it is not sealed, and the option sealing is "require"');
    return kind === PLAIN ? kept.subarray(HEAD_BYTES) : kept;
  }

  async #openSealed(sealed: Uint8Array, place: string, timeoutMs: number): Promise<Uint8Array> {
    const sealer = this.#sealer;
    if (sealer === undefined) throw notOpened("it is sealed, and the option seal is not set here");
    try {
      return await this.#call("open", () => sealer.open(sealed, place), timeoutMs);
    } catch (cause) {
      if (isOncekeyError(cause, "RECORD_NOT_OPENED")) throw cause;
      throw notOpened("the sealer failed", cause);
    }
  }

  async #call(
    name: keyof Sealer,
    call: () => Uint8Array | Promise<Uint8Array>,
    timeoutMs: number,
  ): Promise<Uint8Array> {
    const bytes: unknown = await inTime(this.#clock, call(), timeoutMs, `seal: ${name}()`);
    if (bytes instanceof Uint8Array) return bytes;
    throw new TypeError(`seal: ${name}() answered ${bytes === null ? "null" : typeof bytes}, and not bytes`);
  }
}

/** Where the summary of a result that was not kept belongs; a result belongs to its record's id. */
export function placeOfSummary(id: string): string {
  return `${id}:summary`;
}

function marked(kind: number, bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(HEAD_BYTES + bytes.byteLength);
  whole[0] = MARK;
  whole[1] = kind;
  whole.set(bytes, HEAD_BYTES);
  return whole;
}

function notOpened(why: string, cause?: unknown): OncekeyError {
  return new OncekeyError("RECORD_NOT_OPENED", `what is stored cannot be opened: ${why}`, { cause });
}
