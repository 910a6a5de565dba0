/** SHA-256 (FIPS 180-4) and HMAC (RFC 2104) in plain JavaScript, for runtimes without `node:crypto`. */

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;

/** The fractional parts of the square roots of the first 8 primes. */
const INITIAL = /* @__PURE__ */ fractions(8, Math.sqrt);
/** The fractional parts of the cube roots of the first 64 primes. */
const ROUNDS = /* @__PURE__ */ fractions(64, Math.cbrt);

function fractions(count: number, root: (prime: number) => number): Int32Array {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < count; candidate++) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  }
  return Int32Array.from(primes, (prime) => (root(prime) % 1) * 2 ** 32);
}

/** The SHA-256 digest of the bytes: 32 bytes. */
export function sha256(message: Uint8Array): Uint8Array {
  const state = Int32Array.from(INITIAL);
  const schedule = new Int32Array(64);
  const whole = message.length - (message.length % BLOCK_BYTES);
  for (const blocks of [message.subarray(0, whole), paddedTail(message, whole)]) {
    const words = viewOf(blocks);
    for (let at = 0; at < blocks.length; at += BLOCK_BYTES) compress(state, schedule, words, at);
  }
  const digest = new Uint8Array(DIGEST_BYTES);
  const words = viewOf(digest);
  state.forEach((word, index) => void words.setInt32(index * 4, word));
  return digest;
}

/** Its methods read and write big-endian words, as SHA-256 has them. */
function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** What is left after the whole blocks, then 0x80, zeros, and the length in bits as 64-bit big-endian. */
function paddedTail(message: Uint8Array, from: number): Uint8Array {
  const rest = message.length - from;
  const tail = new Uint8Array(rest + 9 <= BLOCK_BYTES ? BLOCK_BYTES : 2 * BLOCK_BYTES);
  tail.set(message.subarray(from));
  tail[rest] = 0x80;
  const view = viewOf(tail);
  view.setUint32(tail.length - 8, Math.floor(message.length / 2 ** 29));
  view.setUint32(tail.length - 4, (message.length << 3) >>> 0);
  return tail;
}

function compress(state: Int32Array, schedule: Int32Array, words: DataView, at: number): void {
  expand(schedule, words, at);
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let round = 0; round < 64; round++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (ROUNDS[round] ?? 0) + (schedule[round] ?? 0)) | 0;
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  const mixed = [a, b, c, d, e, f, g, h];
  for (let word = 0; word < 8; word++) state[word] = (state[word] ?? 0) + (mixed[word] ?? 0);
}

function expand(schedule: Int32Array, words: DataView, at: number): void {
  for (let word = 0; word < 16; word++) schedule[word] = words.getInt32(at + word * 4);
  for (let word = 16; word < 64; word++) {
    const w15 = schedule[word - 15] ?? 0;
    const w2 = schedule[word - 2] ?? 0;
    const s0 = rotate(w15, 7) ^ rotate(w15, 18) ^ (w15 >>> 3);
    const s1 = rotate(w2, 17) ^ rotate(w2, 19) ^ (w2 >>> 10);
    schedule[word] = (schedule[word - 16] ?? 0) + s0 + (schedule[word - 7] ?? 0) + s1;
  }
}

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

/** The HMAC-SHA-256 of the bytes under the key: 32 bytes. */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  const short = key.length > BLOCK_BYTES ? sha256(key) : key;
  const inner = new Uint8Array(BLOCK_BYTES + message.length);
  const outer = new Uint8Array(BLOCK_BYTES + DIGEST_BYTES);
  for (let index = 0; index < BLOCK_BYTES; index++) {
    inner[index] = (short[index] ?? 0) ^ 0x36;
    outer[index] = (short[index] ?? 0) ^ 0x5c;
  }
  inner.set(message, BLOCK_BYTES);
  outer.set(sha256(inner), BLOCK_BYTES);
  return sha256(outer);
}
