import { OncekeyError } from "../errors.js";
import type { Sealer } from "./sealer.js";

/** The runtime's handle of a key, as `crypto.subtle` makes it. */
type SubtleKey = Parameters<typeof crypto.subtle.encrypt>[1];

/** A key of {@link aesGcm}. */
export interface SealingKey {
  /** Names the key in what it seals: 1 to 64 visible characters of ASCII. It is no secret. Never give it to another key. */
  readonly id: string;
  /** 32 bytes, such as `crypto.getRandomValues(new Uint8Array(32))`, or a `CryptoKey` for AES-GCM of 256 bits. */
  readonly key: Uint8Array | SubtleKey;
}

/*
 * What is sealed:
 *   format (1 byte), length of the key's id (1), key's id, nonce (12), ciphertext and tag (16) to the end.
 * The additional authenticated data is the header (all before the nonce), and then where it belongs, in UTF-8.
 */
const FORMAT = 1;
const HEAD_BYTES = 2;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

const utf8 = new TextEncoder();
const ascii = new TextDecoder("latin1");

/** A key that is ready, under its id. */
interface Ready {
  readonly header: Uint8Array;
  key(): Promise<SubtleKey>;
}

/**
 * Seals with AES-256-GCM (NIST SP 800-38D) through WebCrypto, under a fresh random nonce of 96 bits each time.
 *
 * The first key seals; all of them open. To rotate, add the new key behind the old one everywhere, then put it first, and
 * take the old one away when the retention is over. One key should seal at most 2^32 results (SP 800-38D, section 8.3).
 *
 * @throws TypeError for a wrong key; it never repeats one
 */
export function aesGcm(options: { readonly keys: readonly SealingKey[] }): Sealer {
  const { subtle } = globalThis.crypto ?? {};
  if (subtle === undefined) {
    throw new TypeError("aesGcm: this runtime has no crypto.subtle; browsers have it on pages served by HTTPS only");
  }
  const keys = readyKeys(options);
  const [first] = keys.values();
  if (first === undefined) throw new TypeError("aesGcm keys: the list is empty; the first key seals");
  return {
    async seal(plain, id) {
      const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
      const algorithm = { name: "AES-GCM", iv: nonce, additionalData: joined(first.header, utf8.encode(id)) };
      const ciphertext = new Uint8Array(await subtle.encrypt(algorithm, await first.key(), own(plain)));
      return joined(first.header, nonce, ciphertext);
    },
    async open(sealed, id) {
      const bytes = own(sealed);
      const header = headerOf(bytes);
      const name = ascii.decode(header.subarray(HEAD_BYTES));
      const ready = keys.get(name);
      if (ready === undefined) throw notOpened(`no key with the id ${JSON.stringify(name)} is given`);
      const nonceEnd = header.byteLength + NONCE_BYTES;
      const iv = bytes.subarray(header.byteLength, nonceEnd);
      const algorithm = { name: "AES-GCM", iv, additionalData: joined(header, utf8.encode(id)) };
      const key = await ready.key();
      try {
        return new Uint8Array(await subtle.decrypt(algorithm, key, bytes.subarray(nonceEnd)));
      } catch (cause) {
        throw notOpened("it was changed, or moved here from another key, or its key's id names another key now", cause);
      }
    },
  };
}

function readyKeys({ keys }: { readonly keys: readonly SealingKey[] }): ReadonlyMap<string, Ready> {
  if (!Array.isArray(keys)) throw new TypeError("aesGcm keys: expected a list of { id, key }");
  const ready = new Map<string, Ready>();
  keys.forEach((each: SealingKey, index) => {
    const { id, key } = each;
    const where = `aesGcm keys[${index}]`;
    if (typeof id !== "string" || !/^[\x21-\x7e]{1,64}$/.test(id)) {
      throw new TypeError(`${where}.id: ${JSON.stringify(id)} is not a text of 1 to 64 visible characters of ASCII`);
    }
    if (ready.has(id)) throw new TypeError(`${where}.id: ${JSON.stringify(id)} names another key already`);
    const header = joined(Uint8Array.of(FORMAT, id.length), utf8.encode(id));
    ready.set(id, { header, key: imported(where, key, index === 0) });
  });
  return ready;
}

/** Checks a key now, and has it made ready at its first use. */
function imported(where: string, key: SealingKey["key"], seals: boolean): Ready["key"] {
  if (!(key instanceof Uint8Array)) {
    checkSubtleKey(where, key, seals);
    return async () => key;
  }
  if (key.byteLength !== KEY_BYTES) {
    throw new TypeError(`${where}.key: it has ${key.byteLength} bytes, and AES-256 takes ${KEY_BYTES}`);
  }
  const copy = Uint8Array.from(key);
  let ready: Promise<SubtleKey> | undefined;
  return () => {
    ready ??= crypto.subtle.importKey("raw", copy, "AES-GCM", false, ["encrypt", "decrypt"]);
    return ready;
  };
}

function checkSubtleKey(where: string, key: SubtleKey, seals: boolean): void {
  const { algorithm, usages }: Partial<SubtleKey> = typeof key === "object" && key !== null ? key : {};
  const length = algorithm !== undefined && "length" in algorithm ? algorithm.length : undefined;
  if (algorithm?.name !== "AES-GCM" || length !== 8 * KEY_BYTES || usages === undefined) {
    throw new TypeError(`${where}.key: expected ${KEY_BYTES} bytes, or a CryptoKey for AES-GCM of 256 bits`);
  }
  for (const usage of seals ? (["encrypt", "decrypt"] as const) : (["decrypt"] as const)) {
    if (!usages.includes(usage)) throw new TypeError(`${where}.key: this CryptoKey may not be used to ${usage}`);
  }
}

function headerOf(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const [format, idLength = 0] = bytes;
  if (format !== FORMAT) throw notOpened(`its format is ${format}, and this version opens ${FORMAT}`);
  const end = HEAD_BYTES + idLength;
  if (bytes.byteLength < end + NONCE_BYTES + TAG_BYTES) throw notOpened("it ends too early");
  return bytes.subarray(0, end);
}

/** WebCrypto takes bytes of an ordinary buffer only; others (shared memory) are copied. */
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = bytes;
  return buffer instanceof ArrayBuffer ? new Uint8Array(buffer, byteOffset, byteLength) : Uint8Array.from(bytes);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}

function notOpened(why: string, cause?: unknown): OncekeyError {
  return new OncekeyError("RECORD_NOT_OPENED", `what is stored cannot be opened: ${why}`, { cause });
}
