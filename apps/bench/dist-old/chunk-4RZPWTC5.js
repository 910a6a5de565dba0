// ../../packages/core/src/errors.ts
var brand = /* @__PURE__ */ Symbol.for("oncekey.error");
var OncekeyError = class extends Error {
  name = "OncekeyError";
  code;
  /** For `IN_PROGRESS`, `QUOTA_EXCEEDED` and `STORE_UNAVAILABLE`: when asking again makes sense, in milliseconds from now. */
  retryAfterMs;
  constructor(code, message, options = {}) {
    super(message, "cause" in options ? { cause: options.cause } : void 0);
    this.code = code;
    if (options.retryAfterMs !== void 0) this.retryAfterMs = options.retryAfterMs;
    Object.defineProperty(this, brand, { value: true });
  }
};
function isOncekeyError(error, code) {
  if (typeof error !== "object" || error === null || !(brand in error)) return false;
  return code === void 0 || ("code" in error && error.code === code);
}
var notExecutedBrand = /* @__PURE__ */ Symbol.for("oncekey.not-executed");
function isNotExecutedError(error) {
  return typeof error === "object" && error !== null && notExecutedBrand in error;
}

// ../../packages/core/src/record.ts
function stateOf(stored) {
  if (stored === void 0 || stored.expiresInMs <= 0) return "expired";
  const { record } = stored;
  if (record.state !== "in-progress") return record.state;
  return stored.ageMs >= record.leaseMs ? "abandoned" : "in-progress";
}
function isOmitted(result) {
  return !(result instanceof Uint8Array) && result.omitted;
}

// ../../packages/core/src/codec.ts
var FORMAT = 1;
var IN_PROGRESS = 1;
var COMPLETED = 2;
var RELEASED = 3;
var RESULT = 0;
var SUMMARY = 1;
var NO_SUMMARY = 2;
var utf8 = new TextEncoder();
var strictUtf8 = new TextDecoder("utf-8", { fatal: true });
function encodeRecord(record) {
  return withEncodedRecord(record, (buffer, length) => buffer.slice(0, length));
}
function withEncodedRecord(record, take) {
  const writer = new Writer();
  writer.byte(FORMAT);
  if (record.state === "released") {
    writer.byte(RELEASED);
    writer.number(record.attempt);
  } else if (record.state === "completed") {
    writer.byte(COMPLETED);
    writer.text(record.fingerprint);
    writer.number(record.attempt);
    encodeResult(writer, record.result);
  } else {
    writer.byte(IN_PROGRESS);
    writer.text(record.fingerprint);
    writer.number(record.attempt);
    writer.number(record.leaseMs);
    encodeCheckpoints(writer, record.checkpoints);
  }
  return writer.finish(take);
}
function decodeRecord(bytes) {
  const reader = new Reader(bytes);
  const format = reader.byte();
  if (format !== FORMAT) throw unreadable(`its format is ${format}, and this version reads ${FORMAT}`);
  const state = reader.byte();
  if (state === RELEASED) return reader.ended({ state: "released", attempt: reader.number() });
  if (state === COMPLETED) {
    const fingerprint2 = reader.text();
    const attempt = reader.number();
    return reader.ended({ state: "completed", fingerprint: fingerprint2, attempt, result: decodeResult(reader) });
  }
  if (state !== IN_PROGRESS) throw unreadable(`its state is ${state}`);
  const head = {
    state: "in-progress",
    fingerprint: reader.text(),
    attempt: reader.number(),
    leaseMs: reader.number(),
  };
  const checkpoints = decodeCheckpoints(reader);
  return reader.ended(checkpoints === void 0 ? head : { ...head, checkpoints });
}
function encodeResult(writer, result) {
  if (!isOmitted(result)) {
    writer.byte(RESULT);
    writer.raw(result);
  } else if (result.summary === void 0) {
    writer.byte(NO_SUMMARY);
  } else {
    writer.byte(SUMMARY);
    writer.raw(result.summary);
  }
}
function decodeResult(reader) {
  const kind = reader.byte();
  if (kind === RESULT) return reader.rest();
  if (kind === SUMMARY) return { omitted: true, summary: reader.rest() };
  if (kind === NO_SUMMARY) return { omitted: true };
  throw unreadable(`its result is of kind ${kind}`);
}
function encodeCheckpoints(writer, checkpoints) {
  const entries = Object.entries(checkpoints ?? {});
  writer.number(entries.length);
  for (const [name, value] of entries) {
    writer.text(name);
    writer.number(value.byteLength);
    writer.raw(value);
  }
}
function decodeCheckpoints(reader) {
  const count = reader.number();
  if (count === 0) return void 0;
  const entries = [];
  for (let index = 0; index < count; index++) {
    const name = reader.text();
    entries.push([name, reader.take(reader.number())]);
  }
  return Object.fromEntries(entries);
}
var spare;
var SPARE_BYTES = 4096;
var MAX_SPARE_BYTES = 65536;
var Writer = class {
  #buffer = spare ?? new Uint8Array(SPARE_BYTES);
  #length = 0;
  constructor() {
    spare = void 0;
  }
  raw(bytes) {
    this.#reserve(bytes.byteLength);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.byteLength;
  }
  byte(value) {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
  }
  number(value) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new TypeError(`a record's numbers are whole and not negative; got ${value}`);
    }
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.byte((rest % 128) | 128);
    this.byte(rest);
  }
  text(value) {
    const start = this.#length;
    if (this.#ascii(value)) return;
    this.#length = start;
    const bytes = utf8.encode(value);
    this.number(bytes.byteLength);
    this.raw(bytes);
  }
  /** Writes a text whose characters are one byte each; answers false half-way where one is not. */
  #ascii(value) {
    this.number(value.length);
    this.#reserve(value.length);
    for (let index = 0; index < value.length; index++) {
      const unit = value.charCodeAt(index);
      if (unit >= 128) return false;
      this.#buffer[this.#length++] = unit;
    }
    return true;
  }
  finish(take) {
    const taken = take(this.#buffer, this.#length);
    if (this.#buffer.byteLength <= MAX_SPARE_BYTES) spare = this.#buffer;
    return taken;
  }
  #reserve(length) {
    const needed = this.#length + length;
    if (needed <= this.#buffer.byteLength) return;
    const grown = new Uint8Array(Math.max(needed + 64, 2 * this.#buffer.byteLength));
    grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
  }
};
var Reader = class {
  #bytes;
  #offset = 0;
  constructor(bytes) {
    this.#bytes = bytes;
  }
  byte() {
    const value = this.#bytes[this.#offset];
    if (value === void 0) throw unreadable("it ends too early");
    this.#offset += 1;
    return value;
  }
  number() {
    let value = 0;
    for (let scale = 1; scale <= Number.MAX_SAFE_INTEGER; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128 && Number.isSafeInteger(value)) return value;
    }
    throw unreadable("a number is too large");
  }
  take(length) {
    return new Uint8Array(this.#view(length));
  }
  #view(length) {
    const end = this.#offset + length;
    if (end > this.#bytes.byteLength) throw unreadable("it ends too early");
    const view2 = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return view2;
  }
  rest() {
    return this.take(this.#bytes.byteLength - this.#offset);
  }
  text() {
    const bytes = this.#view(this.number());
    try {
      return strictUtf8.decode(bytes);
    } catch (cause) {
      throw unreadable("a text is not UTF-8", cause);
    }
  }
  ended(record) {
    if (this.#offset !== this.#bytes.byteLength) throw unreadable("bytes follow its end");
    return record;
  }
};
function unreadable(why, cause) {
  return new OncekeyError("RECORD_UNREADABLE", `the stored record cannot be read: ${why}`, { cause });
}

// ../../packages/core/src/decide.ts
function decide(current, claim) {
  if (current === void 0 || current.expiresInMs <= 0) return begin(claim);
  const { record } = current;
  if (record.state === "released") return reclaim(current.version, record.attempt, claim);
  if (!matches(record.fingerprint, claim)) return { do: "refuse", because: "mismatch" };
  if (record.state === "completed") {
    const { result, attempt } = record;
    if (isOmitted(result)) return { do: "refuse", because: "result-unavailable", omitted: result };
    return { do: "replay", result, attempt };
  }
  return contend(current, record, claim);
}
function begin(claim) {
  if (claim.mayRun === false) return { do: "refuse", because: "in-progress", leaseLeftMs: 0 };
  const { fingerprint: fingerprint2, leaseMs } = claim;
  return {
    do: "create",
    record: { state: "in-progress", fingerprint: fingerprint2, attempt: 1, leaseMs },
    keepMs: claim.retentionMs,
  };
}
function reclaim(expected, previous, claim) {
  if (claim.mayRun === false) return { do: "refuse", because: "in-progress", leaseLeftMs: 0 };
  const { fingerprint: fingerprint2, leaseMs } = claim;
  const record = { state: "in-progress", fingerprint: fingerprint2, attempt: previous + 1, leaseMs };
  return { do: "replace", over: "released", expected, record, keepMs: claim.retentionMs };
}
function contend(current, running2, claim) {
  const leaseLeftMs = running2.leaseMs - current.ageMs;
  if (leaseLeftMs > 0) return { do: "refuse", because: "in-progress", leaseLeftMs };
  if (claim.abandoned === "reject") return { do: "refuse", because: "outcome-unknown" };
  if (claim.mayRun === false) return { do: "refuse", because: "in-progress", leaseLeftMs: 0 };
  const record = { ...running2, attempt: running2.attempt + 1, leaseMs: claim.leaseMs };
  return { do: "replace", over: "abandoned", expected: current.version, record, keepMs: claim.keepMs };
}
function matches(stored, claim) {
  if (stored === claim.fingerprint) return true;
  if (claim.alternates?.includes(stored)) return true;
  return schemeOf(stored) !== schemeOf(claim.fingerprint);
}
function schemeOf(fingerprint2) {
  return fingerprint2.slice(0, fingerprint2.indexOf(":") + 1);
}

// ../../packages/core/src/fingerprint/sha256.ts
var BLOCK_BYTES = 64;
var DIGEST_BYTES = 32;
var { initial: INITIAL, rounds: ROUNDS } = /* @__PURE__ */ constants();
function constants() {
  const initial = new Int32Array(8);
  const rounds = new Int32Array(64);
  let found = 0;
  for (let candidate = 2; found < 64; candidate++) {
    if (!isPrime(candidate)) continue;
    if (found < 8) initial[found] = fraction(Math.sqrt(candidate));
    rounds[found++] = fraction(Math.cbrt(candidate));
  }
  return { initial, rounds };
}
function isPrime(candidate) {
  for (let divisor = 2; divisor * divisor <= candidate; divisor++) if (candidate % divisor === 0) return false;
  return true;
}
function fraction(root) {
  return ((root - Math.floor(root)) * 2 ** 32) | 0;
}
function sha256(message) {
  const state = Int32Array.from(INITIAL);
  const schedule = new Int32Array(64);
  const whole = message.length - (message.length % BLOCK_BYTES);
  for (let at = 0; at < whole; at += BLOCK_BYTES) compress(state, schedule, message, at);
  const tail = paddedTail(message, whole);
  for (let at = 0; at < tail.length; at += BLOCK_BYTES) compress(state, schedule, tail, at);
  const digest = new Uint8Array(DIGEST_BYTES);
  const view2 = new DataView(digest.buffer);
  for (let word = 0; word < 8; word++) view2.setInt32(word * 4, state[word] ?? 0);
  return digest;
}
function paddedTail(message, from) {
  const rest = message.length - from;
  const tail = new Uint8Array(rest + 9 <= BLOCK_BYTES ? BLOCK_BYTES : 2 * BLOCK_BYTES);
  tail.set(message.subarray(from));
  tail[rest] = 128;
  const view2 = new DataView(tail.buffer);
  view2.setUint32(tail.length - 8, Math.floor(message.length / 2 ** 29));
  view2.setUint32(tail.length - 4, (message.length << 3) >>> 0);
  return tail;
}
function compress(state, schedule, block, at) {
  expand(schedule, block, at);
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
  add(state, 0, a);
  add(state, 1, b);
  add(state, 2, c);
  add(state, 3, d);
  add(state, 4, e);
  add(state, 5, f);
  add(state, 6, g);
  add(state, 7, h);
}
function add(state, index, value) {
  state[index] = (state[index] ?? 0) + value;
}
function expand(schedule, block, at) {
  for (let word = 0; word < 16; word++) {
    const byte = at + word * 4;
    schedule[word] =
      ((block[byte] ?? 0) << 24) |
      ((block[byte + 1] ?? 0) << 16) |
      ((block[byte + 2] ?? 0) << 8) |
      (block[byte + 3] ?? 0);
  }
  for (let word = 16; word < 64; word++) {
    const w15 = schedule[word - 15] ?? 0;
    const w2 = schedule[word - 2] ?? 0;
    const s0 = rotate(w15, 7) ^ rotate(w15, 18) ^ (w15 >>> 3);
    const s1 = rotate(w2, 17) ^ rotate(w2, 19) ^ (w2 >>> 10);
    schedule[word] = (schedule[word - 16] ?? 0) + s0 + (schedule[word - 7] ?? 0) + s1;
  }
}
function rotate(word, bits) {
  return (word >>> bits) | (word << (32 - bits));
}
function hmacSha256(key, message) {
  const short = key.length > BLOCK_BYTES ? sha256(key) : key;
  const inner = new Uint8Array(BLOCK_BYTES + message.length);
  const outer = new Uint8Array(BLOCK_BYTES + DIGEST_BYTES);
  for (let index = 0; index < BLOCK_BYTES; index++) {
    inner[index] = (short[index] ?? 0) ^ 54;
    outer[index] = (short[index] ?? 0) ^ 92;
  }
  inner.set(message, BLOCK_BYTES);
  outer.set(sha256(inner), BLOCK_BYTES);
  return sha256(outer);
}

// ../../packages/core/src/fingerprint/utf8.ts
var encoder = new TextEncoder();
var UNITS_PER_CALL = 4096;
var LONE_SURROGATE = /\p{Surrogate}/u;
function utf82(text2) {
  return LONE_SURROGATE.test(text2) ? generalisedUtf8(text2) : encoder.encode(text2);
}
function generalisedUtf8(text2) {
  const bytes = new Uint8Array(text2.length * 3);
  let length = 0;
  for (const character of text2) length = writeCodePoint(bytes, length, character.codePointAt(0) ?? 0);
  return bytes.subarray(0, length);
}
function writeCodePoint(bytes, at, codePoint) {
  let end = at;
  if (codePoint < 128) {
    bytes[end++] = codePoint;
  } else if (codePoint < 2048) {
    bytes[end++] = 192 | (codePoint >> 6);
    bytes[end++] = 128 | (codePoint & 63);
  } else if (codePoint < 65536) {
    bytes[end++] = 224 | (codePoint >> 12);
    bytes[end++] = 128 | ((codePoint >> 6) & 63);
    bytes[end++] = 128 | (codePoint & 63);
  } else {
    bytes[end++] = 240 | (codePoint >> 18);
    bytes[end++] = 128 | ((codePoint >> 12) & 63);
    bytes[end++] = 128 | ((codePoint >> 6) & 63);
    bytes[end++] = 128 | (codePoint & 63);
  }
  return end;
}
function sequenceLength(bytes, at) {
  const lead = bytes[at] ?? 0;
  const second = bytes[at + 1] ?? 0;
  if (lead < 194) return 0;
  if (lead < 224) return isContinuation(second) ? 2 : 0;
  if (lead < 240) {
    const lowest2 = lead === 224 ? 160 : 128;
    const highest2 = lead === 237 ? 159 : 191;
    return second >= lowest2 && second <= highest2 && isContinuation(bytes[at + 2]) ? 3 : 0;
  }
  if (lead > 244) return 0;
  const lowest = lead === 240 ? 144 : 128;
  const highest = lead === 244 ? 143 : 191;
  const inRange = second >= lowest && second <= highest;
  return inRange && isContinuation(bytes[at + 2]) && isContinuation(bytes[at + 3]) ? 4 : 0;
}
function isContinuation(byte) {
  return byte !== void 0 && (byte & 192) === 128;
}
function latin1Bytes(text2) {
  const bytes = new Uint8Array(text2.length);
  for (let index = 0; index < text2.length; index++) bytes[index] = text2.charCodeAt(index);
  return bytes;
}
function latin1Text(bytes, start = 0, end = bytes.length) {
  let text2 = "";
  for (let at = start; at < end; at += UNITS_PER_CALL) {
    text2 += String.fromCharCode(...bytes.subarray(at, Math.min(end, at + UNITS_PER_CALL)));
  }
  return text2;
}

// ../../packages/core/src/fingerprint/digest.ts
var ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
function base64url(bytes) {
  let text2 = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const characters = Math.min(4, bytes.length - at + 1);
    for (let index = 0; index < characters; index++) text2 += ALPHABET.charAt((group >> (18 - 6 * index)) & 63);
  }
  return text2;
}
function fromBase64url(text2) {
  if (text2.length % 4 === 1 || !/^[A-Za-z0-9_-]*$/.test(text2)) return void 0;
  let bits = 0;
  let held = 0;
  let bytes = "";
  for (const character of text2) {
    held = ((held << 6) | ALPHABET.indexOf(character)) & 65535;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += String.fromCharCode((held >> bits) & 255);
  }
  return latin1Bytes(bytes);
}
var portableDigest = {
  raw: (bytes) => latin1Text(sha256(bytes)),
  base64url: (bytes) => base64url(sha256(bytes)),
  hmac: (key, bytes) => base64url(hmacSha256(key, bytes)),
};
function nativeDigest() {
  if (typeof process === "undefined" || typeof process.getBuiltinModule !== "function") return void 0;
  const crypto = process.getBuiltinModule("node:crypto");
  if (crypto === void 0) return void 0;
  const { createHash, createHmac, hash } = crypto;
  const hmac = (key, bytes) => createHmac("sha256", key).update(bytes).digest("base64url");
  if (typeof hash === "function") {
    return {
      raw: (bytes) => hash("sha256", bytes, "binary"),
      base64url: (bytes) => hash("sha256", bytes, "base64url"),
      hmac,
    };
  }
  return {
    raw: (bytes) => createHash("sha256").update(bytes).digest("binary"),
    base64url: (bytes) => createHash("sha256").update(bytes).digest("base64url"),
    hmac,
  };
}
var platformDigest = /* @__PURE__ */ nativeDigest() ?? portableDigest;

// ../../packages/core/src/fingerprint/netstrings.ts
var COLON = 58;
var COMMA = 44;
var ZERO = 48;
var INITIAL_BYTES = 1024;
var PREFIX_AND_COMMA_BYTES = 18;
var DIGEST_BYTES2 = 32;
var DIGEST_PREFIX_BYTES = 3;
var Netstrings = class {
  #buffer = new Uint8Array(INITIAL_BYTES);
  #length = 0;
  #firstLength;
  // Making a view costs a tenth of hashing it, and sizes recur.
  #views = [];
  /** @param first the part that every input begins with: what is hashed, and the version of how */
  constructor(first) {
    this.text(first);
    this.#firstLength = this.#length;
  }
  /** Starts anew, with the first part alone or with as much as {@link length} told before. */
  reset(length = this.#firstLength) {
    this.#length = length;
    return this;
  }
  /** The length in bytes of what has been appended so far. */
  get length() {
    return this.#length;
  }
  /** Appends a text as UTF-8. */
  text(value) {
    const before = this.#length;
    const units = value.length;
    let length = this.#prefix(units);
    const buffer = this.#buffer;
    for (let index = 0; index < units; index++) {
      const unit = value.charCodeAt(index);
      if (unit > 127) {
        this.#length = before;
        return this.raw(utf82(value));
      }
      buffer[length++] = unit;
    }
    buffer[length] = COMMA;
    this.#length = length + 1;
    return this;
  }
  /** Appends bytes. */
  raw(bytes) {
    const start = this.#prefix(bytes.length);
    this.#buffer.set(bytes, start);
    return this.#end(start + bytes.length);
  }
  /** Appends a digest, given as {@link Digest.raw} returns it. */
  digest(raw) {
    return this.#end(this.#units(raw, this.#prefix(DIGEST_BYTES2)));
  }
  /** All up to `length`, where {@link digest} has been called before, with another digest; what {@link bytes} returns. */
  otherDigest(raw, length) {
    this.#length = this.#units(raw, length + DIGEST_PREFIX_BYTES) + 1;
    return this.bytes();
  }
  #units(raw, from) {
    const buffer = this.#buffer;
    let length = from;
    for (let index = 0; index < raw.length; index++) buffer[length++] = raw.charCodeAt(index);
    return length;
  }
  /** What has been appended so far; valid until the next {@link reset}. */
  bytes() {
    const length = this.#length;
    if (length >= INITIAL_BYTES) return this.#buffer.subarray(0, length);
    const known = this.#views[length];
    if (known !== void 0) return known;
    const view2 = this.#buffer.subarray(0, length);
    this.#views[length] = view2;
    return view2;
  }
  #end(length) {
    this.#buffer[length] = COMMA;
    this.#length = length + 1;
    return this;
  }
  /** Writes the length and the colon, makes room for as many bytes as follow, and returns where they start. */
  #prefix(value) {
    let length = this.#length;
    if (length + value + PREFIX_AND_COMMA_BYTES > this.#buffer.length) this.#grow(length + value);
    const buffer = this.#buffer;
    if (value > 99) length = this.#digits(Math.floor(value / 100), length);
    if (value > 9) buffer[length++] = ZERO + (Math.floor(value / 10) % 10);
    buffer[length++] = ZERO + (value % 10);
    buffer[length++] = COLON;
    return length;
  }
  #digits(value, from) {
    const at = value > 9 ? this.#digits(Math.floor(value / 10), from) : from;
    this.#buffer[at] = ZERO + (value % 10);
    return at + 1;
  }
  #grow(needed) {
    const grown = new Uint8Array(2 * (needed + PREFIX_AND_COMMA_BYTES));
    grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
    this.#views = [];
  }
};

// ../../packages/core/src/record-id.ts
var ID_BYTES = 32;
var identity = /* @__PURE__ */ new Netstrings("idempotency-key/1");
var derivation = /* @__PURE__ */ new Netstrings("idempotency-derive/1");
function recordId(namespace, scope, key) {
  return recordIdWith(platformDigest, namespace, scope, key);
}
function recordIdWith(digest, namespace, scope, key) {
  return digest.base64url(identity.reset().text(namespace).text(scope).text(key).bytes());
}
function deriveKey(id, name, format = "base64url") {
  return deriveKeyWith(platformDigest, id, name, format);
}
function deriveKeyWith(digest, id, name, format) {
  const raw = fromBase64url(id);
  if (raw?.length !== ID_BYTES) throw new TypeError(`A record id has 43 characters of base64url, but this is "${id}".`);
  const preimage2 = derivation.reset().raw(raw).text(name).bytes();
  return format === "uuid" ? uuid(digest.raw(preimage2)) : digest.base64url(preimage2);
}
function uuid(bytes) {
  let hex = "";
  for (let index = 0; index < 16; index++) {
    let byte = bytes.charCodeAt(index);
    if (index === 6) byte = (byte & 15) | 128;
    if (index === 8) byte = (byte & 63) | 128;
    hex += byte.toString(16).padStart(2, "0");
  }
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

// ../../packages/core/src/steps.ts
function beginClaim(current, claim, mint) {
  return act(decide(current, claim), [], mint);
}
function afterClaim(claiming, reply, claim, mint) {
  if (reply === "no-reply") return { next: "call", claiming };
  if (reply.written) return granted(claiming, reply.stored);
  const { current } = reply;
  if (current !== void 0 && claiming.minted.includes(current.version)) {
    return granted(claiming, current);
  }
  return act(decide(current, claim), claiming.minted, mint);
}
function granted(claiming, stored) {
  const record = stored.record.state === "in-progress" ? stored.record : claiming.attempt.record;
  return { next: "run", stored, record, minted: claiming.minted };
}
function act(decision, sent, mint) {
  if (decision.do === "replay" || decision.do === "refuse") return { next: "answer", decision };
  const version = mint();
  const { record, keepMs } = decision;
  const call =
    decision.do === "create"
      ? { op: "create", version, record, keepMs }
      : { op: "replace", expected: decision.expected, version, record, keepMs };
  return { next: "call", claiming: { call, attempt: decision, minted: [...sent, version] } };
}
function beginVacating(claiming, mint) {
  const { attempt, call } = claiming;
  if (attempt.do === "replace" && attempt.over === "abandoned") {
    return vacating([call.version], { ...attempt.record, leaseMs: 0 }, void 0, call.version, mint);
  }
  const released = { state: "released", attempt: attempt.record.attempt };
  const targets = attempt.do === "replace" ? [call.version, attempt.expected] : [call.version];
  const occupyMs = attempt.do === "create" ? attempt.keepMs : void 0;
  return vacating(targets, released, occupyMs, call.version, mint);
}
function afterVacating(current, reply, mint) {
  if (reply === "no-reply") return { next: "call", vacating: current };
  if (reply.written) return { next: "done" };
  const standing = reply.current;
  const { targets, record, occupyMs } = current;
  if (standing !== void 0) {
    if (!targets.includes(standing.version)) return { next: "done" };
    return { next: "call", vacating: vacating(targets, record, occupyMs, standing.version, mint) };
  }
  if (occupyMs === void 0) return { next: "done" };
  const call = { op: "create", version: mint(), record, keepMs: occupyMs };
  return { next: "call", vacating: { ...current, call } };
}
function vacating(targets, record, occupyMs, expected, mint) {
  return { call: { op: "replace", expected, version: mint(), record, keepMs: void 0 }, targets, record, occupyMs };
}
function beginWriting(purpose, standing, record, keepMs, mint) {
  return { purpose, call: { op: "replace", expected: standing, version: mint(), record, keepMs }, doubtful: false };
}
function afterWriting(writing, reply, minted, retentionMs, mint) {
  const { purpose, call } = writing;
  if (reply === "no-reply") return { next: "call", writing: { ...writing, doubtful: true } };
  if (reply.written) return { next: "done", stored: reply.stored };
  const { current } = reply;
  if (current === void 0) return afterVanishing(writing, retentionMs, mint);
  if (current.version === call.version) return { next: "done", stored: current };
  if (minted.includes(current.version)) {
    if (current.record.state === "completed") return { next: "completed-before", current };
    const { version, record } = call;
    const keepMs = call.op === "replace" ? call.keepMs : void 0;
    const again = { op: "replace", expected: current.version, version, record, keepMs };
    return { next: "call", writing: { ...writing, call: again } };
  }
  if (purpose === "release" && writing.doubtful) return { next: "done", stored: void 0 };
  return { next: "superseded", current };
}
function afterVanishing(writing, retentionMs, mint) {
  if (writing.purpose === "renew") return { next: "vanished" };
  if (writing.purpose === "release") return { next: "done", stored: void 0 };
  const call = { op: "create", version: mint(), record: writing.call.record, keepMs: retentionMs };
  return { next: "call", writing: { ...writing, call } };
}
function answerSuperseded(current, claim) {
  const decision = decide(current, { ...claim, mayRun: false });
  if (decision.do === "replay" || decision.do === "refuse") return decision;
  return { do: "refuse", because: "in-progress", leaseLeftMs: 0 };
}
function afterCommit(current, version, minted) {
  if (current === void 0) return { verdict: "unknown" };
  if (current.version === version) return { verdict: "committed" };
  if (minted.includes(current.version)) {
    if (current.record.state === "completed") return { verdict: "completed-before", current };
    return { verdict: "rolled-back", standing: current.version };
  }
  return { verdict: "superseded", current };
}
function leaseEndMs(sentAtMs, stored) {
  const leaseMs = stored.record.state === "in-progress" ? stored.record.leaseMs : 0;
  return sentAtMs + leaseMs - stored.ageMs;
}

// ../../packages/core/src/engine/pacing.ts
function pause(clock, ms) {
  return new Promise((resolve) => {
    clock.setTimer(resolve, ms);
  });
}
function inTime(clock, work, timeoutMs, what) {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`${what} did not answer within ${Math.ceil(timeoutMs)} ms`));
    const cancel = clock.setTimer(late, timeoutMs, "idle");
    Promise.resolve(work).then(resolve, reject).finally(cancel);
  });
}
var Backoff = class {
  #nextMs;
  #maxMs;
  constructor(firstMs, maxMs) {
    this.#nextMs = firstMs;
    this.#maxMs = maxMs;
  }
  nextMs() {
    const ms = this.#nextMs;
    this.#nextMs = Math.min(this.#maxMs, ms * 2);
    return ms * (0.5 + Math.random() / 2);
  }
};

// ../../packages/core/src/engine/sealing.ts
var MARK = 245;
var PLAIN = 0;
var SEALED = 1;
var HEAD_BYTES = 2;
var Sealing = class {
  /** Whether what is kept from now on is sealed. */
  seals;
  #sealer;
  #requires;
  #clock;
  constructor(sealer, stage, clock) {
    this.#sealer = sealer;
    this.#clock = clock;
    this.seals = sealer !== void 0 && stage !== "prepare";
    this.#requires = sealer !== void 0 && stage === "require";
  }
  /** How bytes are kept that are not sealed. */
  plain(bytes) {
    return bytes[0] === MARK ? marked(PLAIN, bytes) : bytes;
  }
  /** Seals bytes for one place; whatever the sealer does wrong is an error. */
  async seal(bytes, place, timeoutMs) {
    const sealer = this.#sealer;
    if (sealer === void 0) throw new TypeError("unreachable: nothing is sealed without a sealer");
    const sealed2 = await this.#call("seal", () => sealer.seal(bytes, place), timeoutMs);
    return marked(SEALED, sealed2);
  }
  /** True unless the bytes are the codec's, as they stand there. */
  isWrapped(kept) {
    return kept[0] === MARK || this.#requires;
  }
  /** Takes the codec's bytes out of what is kept in one place; rejects with `RECORD_NOT_OPENED` where it cannot. */
  async open(kept, place, timeoutMs) {
    const kind = kept[0] === MARK ? kept[1] : void 0;
    if (kind === SEALED) return this.#openSealed(kept.subarray(HEAD_BYTES), place, timeoutMs);
    if (kept[0] === MARK && kind !== PLAIN) throw notOpened("it is of a form that this version does not know");
    if (this.#requires) throw notOpened('it is not sealed, and the option sealing is "require"');
    return kind === PLAIN ? kept.subarray(HEAD_BYTES) : kept;
  }
  async #openSealed(sealed2, place, timeoutMs) {
    const sealer = this.#sealer;
    if (sealer === void 0) throw notOpened("it is sealed, and the option seal is not set here");
    try {
      return await this.#call("open", () => sealer.open(sealed2, place), timeoutMs);
    } catch (cause) {
      if (isOncekeyError(cause, "RECORD_NOT_OPENED")) throw cause;
      throw notOpened("the sealer failed", cause);
    }
  }
  async #call(name, call, timeoutMs) {
    const bytes = await inTime(this.#clock, call(), timeoutMs, `seal: ${name}()`);
    if (bytes instanceof Uint8Array) return bytes;
    throw new TypeError(`seal: ${name}() answered ${bytes === null ? "null" : typeof bytes}, and not bytes`);
  }
};
function placeOfSummary(id) {
  return `${id}:summary`;
}
function marked(kind, bytes) {
  const whole = new Uint8Array(HEAD_BYTES + bytes.byteLength);
  whole[0] = MARK;
  whole[1] = kind;
  whole.set(bytes, HEAD_BYTES);
  return whole;
}
function notOpened(why, cause) {
  return new OncekeyError("RECORD_NOT_OPENED", `what is stored cannot be opened: ${why}`, { cause });
}

// ../../packages/core/src/engine/answering.ts
function answerWith(teller, id, decision, codec2) {
  const { emit, tools } = teller;
  const kept = keptBytes(decision);
  if (kept === void 0 || !tools.sealing.isWrapped(kept)) return tell(teller, id, decision, codec2);
  const place = decision.do === "replay" ? id : placeOfSummary(id);
  return tools.sealing.open(kept, place, tools.claimTimeoutMs).then(
    (bytes) => tell(teller, id, withKept(decision, bytes), codec2),
    (cause) => {
      emit({ type: "result-not-opened", id, cause });
      throw cause;
    },
  );
}
function tell({ emit }, id, decision, codec2) {
  if (decision.do === "replay") {
    const kept = decodeResult2(codec2, decision.result);
    const { attempt } = decision;
    emit({ type: "replayed", id, attempt });
    if (kept.ok) return { outcome: "replayed", value: kept.value, attempt };
    return { outcome: "replayed-failure", error: kept.error, attempt };
  }
  emit({ type: "refused", id, because: decision.because });
  if (decision.because === "in-progress") return { outcome: "in-progress", leaseLeftMs: decision.leaseLeftMs };
  if (decision.because === "result-unavailable") return { outcome: "result-unavailable", omitted: decision.omitted };
  return { outcome: decision.because };
}
function keptBytes(decision) {
  if (decision.do === "replay") return decision.result;
  return decision.because === "result-unavailable" ? decision.omitted.summary : void 0;
}
function withKept(decision, bytes) {
  if (decision.do === "replay") return { ...decision, result: bytes };
  if (decision.because !== "result-unavailable") return decision;
  return { ...decision, omitted: { omitted: true, summary: bytes } };
}
function decodeResult2(codec2, result) {
  try {
    return codec2.decode(result);
  } catch (cause) {
    throw new OncekeyError("RECORD_UNREADABLE", "the stored result cannot be read by this operation's codec", {
      cause,
    });
  }
}

// ../../packages/core/src/engine/result-codec.ts
var utf83 = new TextEncoder();
var text = new TextDecoder();
var scratch = new Uint8Array(3 * 1024);
function encodeText(value) {
  if (3 * value.length > scratch.length) return utf83.encode(value);
  return scratch.slice(0, utf83.encodeInto(value, scratch).written);
}
function classifyPlain(settled) {
  if (settled.ok) return "success";
  return isNotExecutedError(settled.error) ? "not-executed" : "thrown";
}
var json = {
  classify: classifyPlain,
  encode: (settled) =>
    encodeText(JSON.stringify(settled.ok ? { value: settled.value } : { error: describe(settled.error) })),
  decode: (result) => {
    const kept = JSON.parse(text.decode(result));
    if (kept.error === void 0) return { ok: true, value: kept.value };
    const { name, message } = kept.error;
    const error = new OncekeyError("REPLAYED_FAILURE", `the first run threw ${name}: ${message}`, {
      cause: kept.error,
    });
    return { ok: false, error };
  },
};
function jsonCodec() {
  return json;
}
function describe(error) {
  if (typeof error !== "object" || error === null) return { name: "Error", message: String(error) };
  const name = "name" in error ? String(error.name) : "Error";
  const message = "message" in error ? String(error.message) : String(error);
  const code =
    "code" in error && (typeof error.code === "string" || typeof error.code === "number") ? error.code : void 0;
  return code === void 0 ? { name, message } : { name, message, code };
}

// ../../packages/core/src/engine/stepping.ts
var MAX_CHECKPOINT_BYTES = 65536;
var MAX_NAME_LENGTH = 256;
var codec = /* @__PURE__ */ jsonCodec();
var utf84 = new TextEncoder();
var Steps = class {
  #finished;
  #keeper;
  #begun = /* @__PURE__ */ new Set();
  #running;
  constructor(finished, keeper) {
    this.#finished = finished;
    this.#keeper = keeper;
  }
  async run(name, step) {
    this.#begin(name, step);
    const result = this.#finished.get(name);
    if (result !== void 0) return readValue(result);
    this.#running = name;
    try {
      return readValue(await this.#finish(name, step));
    } finally {
      this.#running = void 0;
    }
  }
  #begin(name, step) {
    if (typeof name !== "string" || name === "" || name.length > MAX_NAME_LENGTH) {
      throw new TypeError(`step: its name has to be a text of 1 to ${MAX_NAME_LENGTH} characters`);
    }
    if (typeof step !== "function") throw new TypeError(`step ${JSON.stringify(name)}: expected a function`);
    if (this.#running !== void 0) {
      throw new TypeError(
        `step ${JSON.stringify(name)}: step ${JSON.stringify(this.#running)} is still running; steps go one after the other`,
      );
    }
    if (this.#begun.has(name)) {
      throw new TypeError(`step ${JSON.stringify(name)}: there was one of this name already; give each step its own`);
    }
    this.#begun.add(name);
  }
  async #finish(name, step) {
    let value;
    try {
      this.#keeper.check();
      value = await step();
    } catch (error) {
      this.#begun.delete(name);
      throw error;
    }
    const bytes = codec.encode({ ok: true, value });
    if (!(bytes instanceof Uint8Array)) throw new TypeError("unreachable: JSON is bytes");
    await this.#keeper.save(name, bytes);
    return bytes;
  }
};
function readValue(bytes) {
  const kept = codec.decode(bytes);
  if (!kept.ok) throw kept.error;
  return kept.value;
}
function placeOfStep(id, name) {
  return `${id}:step:${name}`;
}
function keeperOf(hold, { sealing, completionTimeoutMs }) {
  const save = async (name, result) => {
    const bytes = sealing.seals
      ? await sealing.seal(result, placeOfStep(hold.id, name), completionTimeoutMs)
      : sealing.plain(result);
    const size = sizeOf({ ...hold.record.checkpoints, [name]: bytes });
    if (size > MAX_CHECKPOINT_BYTES) {
      throw new OncekeyError(
        "RECORD_TOO_LARGE",
        `step ${JSON.stringify(name)}: the results of all steps would have ${size} bytes, and may have ${MAX_CHECKPOINT_BYTES}; return less, such as an id`,
      );
    }
    await hold.checkpoint(name, bytes);
  };
  return { check: () => hold.requireLease(), save };
}
async function finishedSteps(id, checkpoints, sealing, timeoutMs) {
  const finished = /* @__PURE__ */ new Map();
  for (const [name, bytes] of Object.entries(checkpoints)) {
    const plain2 = sealing.isWrapped(bytes) ? await sealing.open(bytes, placeOfStep(id, name), timeoutMs) : bytes;
    finished.set(name, plain2);
  }
  return finished;
}
function sizeOf(checkpoints) {
  let size = 0;
  for (const [name, bytes] of Object.entries(checkpoints)) size += utf84.encode(name).byteLength + bytes.byteLength;
  return size;
}

// ../../packages/core/src/engine/attempt.ts
var HeldAttempt = class {
  commitWith;
  step;
  #hold;
  constructor(hold, commitWith, step) {
    this.#hold = hold;
    this.commitWith = commitWith;
    this.step = step;
  }
  get id() {
    return this.#hold.id;
  }
  get number() {
    return this.#hold.record.attempt;
  }
  get signal() {
    return this.#hold.signal;
  }
  // A property, not a method: handlers take it out of the attempt.
  deriveKey = (name, format) => deriveKey(this.#hold.id, name, format);
};
function unprotectedAttempt(id) {
  const { signal } = new AbortController();
  const commitWith = () =>
    Promise.reject(new OncekeyError("STORE_UNAVAILABLE", "this attempt runs without a claim, so it cannot commit one"));
  const steps = new Steps(/* @__PURE__ */ new Map(), { check() {}, async save() {} });
  return {
    id,
    number: 1,
    signal,
    deriveKey: (name, format) => deriveKey(id, name, format),
    step: (name, step) => steps.run(name, step),
    commitWith,
  };
}
function callHandler(handler, attempt) {
  try {
    return Promise.resolve(handler(attempt)).then(returned, threw);
  } catch (error) {
    return Promise.resolve(threw(error));
  }
}
function returned(value) {
  return { ok: true, value };
}
function threw(error) {
  return { ok: false, error };
}

// ../../packages/core/src/engine/background.ts
var Background = class {
  #count = 0;
  #whenIdle = [];
  /** Something begins; `leave` must follow. */
  enter() {
    this.#count += 1;
  }
  /** Something has ended. */
  leave() {
    this.#count -= 1;
    if (this.#count === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
  }
  /** Counts a task until it ends. Tasks report their own failures. */
  track(task) {
    this.enter();
    const leave = () => this.leave();
    task.then(leave, leave);
  }
  /** Waits until nothing is left, or until the time is over; answers how many have not ended. */
  async idle(clock, timeoutMs) {
    if (this.#count > 0) {
      await new Promise((resolve) => {
        const cancel = clock.setTimer(resolve, timeoutMs);
        this.#whenIdle.push(() => {
          cancel();
          resolve();
        });
      });
    }
    return this.#count;
  }
};

// ../../packages/core/src/engine/claim.ts
var MAX_LENGTH = { key: 1024, scope: 65536 };
var FINGERPRINT = /^[a-z0-9]{1,8}:[\x21-\x7e]{1,128}$/;
function toClaim(operation, settings) {
  const { key, scope, fingerprint: fingerprint2 } = operation;
  requireText("key", key);
  requireText("scope", scope);
  if (operation.quotaScope !== void 0) requireText("scope", operation.quotaScope, "quotaScope");
  const { value, alternates } =
    typeof fingerprint2 === "object" ? fingerprint2 : { value: fingerprint2, alternates: void 0 };
  if (typeof value !== "string" || !FINGERPRINT.test(value)) {
    throw new TypeError(`fingerprint: ${JSON.stringify(value)} is not one; pass what fingerprint() returned`);
  }
  const { leaseMs, retentionMs, keepMs } = settings;
  const claim = { fingerprint: value, leaseMs, retentionMs, keepMs, abandoned: settings.policy.abandoned };
  return alternates === void 0 ? claim : { ...claim, alternates };
}
function requireText(kind, value, name = kind) {
  if (typeof value !== "string") throw new TypeError(`${name}: expected a text, got ${typeof value}`);
  if (value.length === 0 || value.length > MAX_LENGTH[kind]) {
    throw new TypeError(
      `${name}: a text of 1 to ${MAX_LENGTH[kind]} characters is expected, this one has ${value.length}`,
    );
  }
}

// ../../packages/core/src/engine/store-port.ts
var Fault = class {
  cause;
  /** True where the store says that nothing was written and that asking again is no use. */
  definite;
  constructor(cause) {
    this.cause = cause;
    this.definite = isOncekeyError(cause);
  }
};
var StorePort = class {
  #store;
  #clock;
  constructor(store, clock) {
    this.#store = store;
    this.#clock = clock;
  }
  /** Sends one copy of a call. After a time-out the call may still be applied, now or later. */
  send(id, call, timeoutMs) {
    try {
      return this.#within(timeoutMs, applyCall(this.#store, id, call), isWrite);
    } catch (cause) {
      return Promise.resolve(new Fault(cause));
    }
  }
  get(id, timeoutMs) {
    try {
      return this.#within(timeoutMs, this.#store.get(id), isStanding);
    } catch (cause) {
      return Promise.resolve(new Fault(cause));
    }
  }
  #within(timeoutMs, answer2, fits) {
    return new Promise((resolve) => {
      const cancel = this.#clock.setTimer(() => resolve(new Fault(timedOut(timeoutMs))), timeoutMs, "idle");
      Promise.resolve(answer2).then(
        (value) => {
          cancel();
          resolve(fits(value) ? value : new Fault(misanswered(value)));
        },
        (cause) => {
          cancel();
          resolve(new Fault(cause));
        },
      );
    });
  }
};
function isWrite(value) {
  if (typeof value !== "object" || value === null || !("written" in value)) return false;
  if (value.written === true) return "stored" in value && isStanding(value.stored) && value.stored !== void 0;
  return value.written === false && (!("current" in value) || isStanding(value.current));
}
function isStanding(value) {
  return value === void 0 || (typeof value === "object" && value !== null && "record" in value);
}
function misanswered(value) {
  const given = value === null ? "null" : typeof value;
  return new TypeError(
    `the store's answer (${given}) is none that IdempotencyStore allows; the conformance suite finds it`,
  );
}
function timedOut(timeoutMs) {
  return new Error(`the store did not answer within ${Math.ceil(timeoutMs)} ms`);
}
function applyCall(store, id, call) {
  if (call.op === "create") return store.create(id, call.version, call.record, call.keepMs);
  return store.replace(id, call.expected, call.version, call.record, call.keepMs);
}

// ../../packages/core/src/engine/claiming.ts
async function claimKey(tools, id, claim, current) {
  const { port, clock, mint } = tools;
  let sentAtMs = clock.nowMs();
  const endMs = sentAtMs + tools.claimTimeoutMs;
  let backoff;
  let step = beginClaim(current, claim, mint);
  let doubtful = false;
  let takeOver = false;
  let cause;
  while (step.next === "call") {
    const { claiming } = step;
    takeOver = claiming.attempt.do === "replace" && claiming.attempt.over === "abandoned";
    if (sentAtMs >= endMs) {
      return { result: "unavailable", cause: cause ?? contended(), lost: doubtful ? claiming : void 0 };
    }
    const reply = await port.send(id, claiming.call, endMs - sentAtMs);
    if (reply instanceof Fault) {
      cause = reply.cause;
      if (reply.definite) return { result: "unavailable", cause, lost: doubtful ? claiming : void 0 };
      doubtful = true;
      backoff ??= new Backoff(10, 200);
      await pause(clock, Math.min(backoff.nextMs(), Math.max(0, endMs - clock.nowMs())));
      step = afterClaim(claiming, "no-reply", claim, mint);
    } else {
      doubtful = false;
      step = afterClaim(claiming, reply, claim, mint);
    }
    if (step.next === "call") sentAtMs = clock.nowMs();
  }
  if (step.next === "answer") return { result: "answered", decision: step.decision };
  const { stored, record, minted } = step;
  const grant = { version: stored.version, record, minted, leaseEndMs: leaseEndMs(sentAtMs, stored), takeOver };
  return { result: "granted", grant };
}
function contended() {
  return new OncekeyError("STORE_UNAVAILABLE", "the key changed hands faster than it could be claimed");
}
async function vacateKey(tools, id, lost2, giveUpAfterMs) {
  const { port, clock, mint } = tools;
  const endMs = clock.nowMs() + giveUpAfterMs;
  const backoff = new Backoff(50, 5e3);
  let vacating2 = beginVacating(lost2, mint);
  for (;;) {
    const reply = await port.send(id, vacating2.call, tools.completionTimeoutMs);
    const step = afterVacating(vacating2, reply instanceof Fault ? "no-reply" : reply, mint);
    if (step.next === "done") return { done: true };
    vacating2 = step.vacating;
    if (!(reply instanceof Fault)) continue;
    if (reply.definite || clock.nowMs() >= endMs || tools.stopped()) return { done: false, cause: reply.cause };
    await pause(clock, backoff.nextMs());
  }
}

// ../../packages/core/src/engine/clock.ts
var systemClock = {
  nowMs: () => performance.now(),
  setTimer: (run, ms, kind) => {
    const timer = setTimeout(run, Math.min(ms, 2147483647));
    if (kind === "idle") timer.unref?.();
    return () => clearTimeout(timer);
  },
};

// ../../packages/core/src/engine/events.ts
function createEmitter(listener) {
  const channel = diagnosticsChannel();
  const failed = (error) => channel?.publish({ type: "listener-failed", error });
  return (event) => {
    if (channel?.hasSubscribers) channel.publish(event);
    if (listener === void 0) return;
    try {
      const told = listener(event);
      if (told instanceof Promise) told.catch(failed);
    } catch (error) {
      failed(error);
    }
  };
}
function diagnosticsChannel() {
  if (typeof process === "undefined") return void 0;
  return process.getBuiltinModule?.("node:diagnostics_channel")?.channel("oncekey");
}

// ../../packages/core/src/engine/lease-loss.ts
var LazyAbort = class {
  #controller;
  #reason;
  get reason() {
    return this.#reason;
  }
  get aborted() {
    return this.#reason !== void 0;
  }
  get signal() {
    this.#controller ??= new AbortController();
    if (this.#reason !== void 0) this.#controller.abort(lossError(this.#reason));
    return this.#controller.signal;
  }
  abort(reason) {
    this.#reason = reason;
    this.#controller?.abort(lossError(reason));
  }
};
function lossError(reason) {
  const why = {
    lapsed: "it could not be renewed in time",
    superseded: "another attempt has taken over",
    vanished: "its record is gone from the store",
    ended: "no step may follow commitWith, or the end of the handler",
    committed: "an earlier transaction of this attempt has completed the operation; roll this one back",
  };
  return new OncekeyError("LEASE_LOST", `the lease of this attempt is lost: ${why[reason]}`);
}

// ../../packages/core/src/engine/hold.ts
var Hold = class {
  id;
  #tools;
  #settings;
  #minted;
  #onLoss;
  #abort = new LazyAbort();
  #record;
  #standing;
  #leaseEndMs;
  #renewUntilMs = 0;
  #renewal;
  #cancelTimer;
  #renewing = true;
  #ended = false;
  #commitVersion;
  #lastMinted;
  constructor(tools, settings, id, grant, onLoss) {
    this.#tools = tools;
    this.#settings = settings;
    this.id = id;
    this.#record = grant.record;
    this.#minted = [...grant.minted];
    this.#standing = grant.version;
    this.#leaseEndMs = grant.leaseEndMs;
    this.#onLoss = onLoss;
  }
  /** The record as its next renewal writes it. */
  get record() {
    return this.#record;
  }
  /** The record of an attempt that ends without a result: free at once, for one that goes on after its finished steps. */
  get resumable() {
    return this.#record.checkpoints === void 0 ? void 0 : { ...this.#record, leaseMs: 0 };
  }
  /** Aborts when the lease is lost. */
  get signal() {
    return this.#abort.signal;
  }
  /** True once another attempt has taken over, or the lease has ended by our own clock. */
  get lost() {
    return this.#abort.aborted;
  }
  /** True where the grant arrived so late that its lease is over: it must be renewed before anything is run. */
  get lapsed() {
    return this.#tools.clock.nowMs() >= this.#leaseEndMs;
  }
  /** Renews the lease once; no answer before `endMs` leaves it as it is. */
  async renew(endMs) {
    const writing = beginWriting("renew", this.#standing, this.record, this.#settings.keepMs, this.#tools.mint);
    const written = await this.#write(writing, endMs);
    if (written.next === "superseded" || written.next === "vanished") this.#lose(written.next);
    return written;
  }
  /** Renews at a third of the lease, until the attempt settles or the longest execution is over. */
  startRenewing() {
    const nowMs = this.#tools.clock.nowMs();
    this.#renewUntilMs = nowMs + this.#settings.maxExecutionMs;
    this.#scheduleRenewal(nowMs, 0);
  }
  /**
   * Renews the lease with a record that holds one more checkpoint; tries until the lease would end.
   *
   * It takes the place of the renewals meanwhile, so that one write is under way at a time. Whatever became of it, later
   * renewals write the checkpoint too.
   */
  async checkpoint(name, bytes) {
    while (this.#renewing && this.#renewal !== void 0) await this.#renewal;
    this.requireLease("lapsed");
    this.#cancelTimer?.();
    const before = this.#record;
    this.#record = { ...before, checkpoints: { ...before.checkpoints, [name]: bytes } };
    const renewal = this.renew(Math.max(this.#leaseEndMs, this.#tools.clock.nowMs() + this.#settings.leaseMs / 3));
    this.#renewal = renewal;
    const written = await renewal;
    if (written.next === "too-large") this.#record = before;
    this.#renewed(written);
    if (written.next === "superseded" || written.next === "vanished") throw lossError(written.next);
    if (written.next !== "done") throw notSaved(name, written);
  }
  /** Throws where nothing new may begin under this lease; one that has lapsed may be `tolerated`, and tried to renew. */
  requireLease(tolerated) {
    const { reason } = this.#abort;
    if (reason !== void 0 && reason !== tolerated) throw lossError(reason);
    if (!this.#renewing) throw lossError("ended");
  }
  /** Begins the last write, after the renewal that may be under way; answers what the rules make of the replies until `endMs`. */
  settle(purpose, record, endMs) {
    this.#end();
    if (this.#renewal === void 0) return this.#writeLast(purpose, record, endMs);
    return this.#renewal.then(() => this.#writeLast(purpose, record, endMs));
  }
  #writeLast(purpose, record, endMs) {
    return this.#write(beginWriting(purpose, this.#standing, record, void 0, this.#tools.mint), endMs);
  }
  /**
   * Writes the completion through a store that is bound to the caller's transaction; its faults are the caller's to see.
   * The renewal stops: a renewal beside it would wait for the transaction's lock, and change the version under it. What
   * becomes of the transaction is not known here, so the end of the lease is still told.
   */
  async commit(store, record) {
    this.#stopRenewing();
    if (this.#renewal !== void 0) await this.#renewal;
    const { mint, clock } = this.#tools;
    this.#cancelTimer = clock.setTimer(
      () => this.#lose("lapsed"),
      Math.max(0, this.#leaseEndMs - clock.nowMs()),
      "idle",
    );
    let step = { next: "call", writing: beginWriting("complete", this.#standing, record, void 0, mint) };
    while (step.next === "call") {
      const { writing } = step;
      this.#remember(writing.call.version);
      this.#commitVersion = writing.call.version;
      const reply = await applyCall(store, this.id, writing.call);
      step = afterWriting(writing, reply, this.#minted, this.#settings.retentionMs, mint);
    }
    if (step.next === "done") return;
    throw lossError(step.next === "completed-before" ? "committed" : "superseded");
  }
  /** Looks once what became of the transaction that `commit` wrote in; `undefined` where there was none. */
  async judgeCommit(timeoutMs) {
    if (this.#commitVersion === void 0) return void 0;
    this.#end();
    const current = await this.#tools.port.get(this.id, timeoutMs);
    if (current instanceof Fault) return current;
    const judged = afterCommit(current, this.#commitVersion, this.#minted);
    if (judged.verdict === "rolled-back") this.#standing = judged.standing;
    return judged;
  }
  /** Repeats a last write that went unanswered. */
  resume(writing, endMs) {
    return this.#write(writing, endMs);
  }
  /** Ends the renewing. One that is under way ends soon: its call is answered or times out, and is not repeated. */
  #stopRenewing() {
    this.#renewing = false;
    this.#cancelTimer?.();
  }
  /** The handler has ended: whether its lease holds is nobody's question any more. */
  #end() {
    this.#stopRenewing();
    this.#ended = true;
  }
  /** Copies of one write follow each other, so one look at the last version keeps each once. */
  #remember(version) {
    if (version === this.#lastMinted) return;
    this.#lastMinted = version;
    this.#minted.push(version);
  }
  async #write(first, endMs) {
    const { port, clock, mint, completionTimeoutMs } = this.#tools;
    let backoff;
    let step = { next: "call", writing: first };
    while (step.next === "call") {
      const { writing } = step;
      const { call } = writing;
      this.#remember(call.version);
      const sentAtMs = clock.nowMs();
      const reply = await port.send(this.id, call, Math.max(1, Math.min(endMs - sentAtMs, completionTimeoutMs)));
      if (!(reply instanceof Fault)) {
        step = afterWriting(writing, reply, this.#minted, this.#settings.retentionMs, mint);
        if (step.next === "done" && step.stored !== void 0) this.#hold(step.stored, sentAtMs);
        continue;
      }
      const { cause } = reply;
      if (isOncekeyError(cause, "RECORD_TOO_LARGE")) return { next: "too-large", writing, cause };
      step = afterWriting(writing, "no-reply", this.#minted, this.#settings.retentionMs, mint);
      if (step.next !== "call") return step;
      const givingWay = !this.#renewing && writing.purpose === "renew";
      const leftMs = endMs - clock.nowMs();
      if (leftMs <= 0 || givingWay || this.#tools.stopped())
        return { next: "unanswered", writing: step.writing, cause };
      backoff ??= new Backoff(20, 1e3);
      await pause(clock, Math.min(backoff.nextMs(), leftMs));
    }
    return step;
  }
  #hold(stored, sentAtMs) {
    this.#standing = stored.version;
    if (stored.record.state === "in-progress") this.#leaseEndMs = leaseEndMs(sentAtMs, stored);
  }
  /** A third of the lease counts from its beginning: an answer that came late leaves less of it. */
  #scheduleRenewal(nowMs, leastMs) {
    if (!this.#renewing) return;
    const renewing = nowMs < this.#renewUntilMs;
    const leftMs = this.#leaseEndMs - nowMs;
    const delayMs = renewing ? Math.max(leastMs, leftMs - (this.#settings.leaseMs * 2) / 3) : Math.max(0, leftMs);
    const run = renewing ? () => this.#renewOnTime() : () => this.#lose("lapsed");
    this.#cancelTimer = this.#tools.clock.setTimer(run, delayMs, "idle");
  }
  #renewOnTime() {
    const { clock } = this.#tools;
    if (this.lapsed) this.#lose("lapsed");
    const endMs = this.lapsed ? clock.nowMs() + this.#settings.leaseMs / 3 : this.#leaseEndMs;
    this.#renewal = this.renew(endMs).then((written) => this.#renewed(written));
  }
  #renewed(written) {
    this.#renewal = void 0;
    if (this.lapsed) this.#lose("lapsed");
    if (written.next === "superseded" || written.next === "vanished") return;
    this.#scheduleRenewal(this.#tools.clock.nowMs(), this.#settings.leaseMs / (written.next === "done" ? 30 : 3));
  }
  #lose(reason) {
    if (this.#abort.aborted || this.#ended) return;
    this.#abort.abort(reason);
    this.#onLoss(reason);
  }
};
function notSaved(name, written) {
  if (written.next === "too-large") return written.cause;
  const cause = "cause" in written ? written.cause : void 0;
  return new OncekeyError(
    "STORE_UNAVAILABLE",
    `step ${JSON.stringify(name)} was done, and the store did not take its result while the lease lasted`,
    { cause },
  );
}

// ../../packages/core/src/engine/keeping.ts
var RECORD_HEAD_BYTES = 1024;
function completedRecord(ending) {
  const result = encodeResult2(ending);
  if (ending.tools.sealing.seals) return sealed(ending, result).then((bytes) => completed(ending.hold, bytes));
  return completed(ending.hold, plain(ending, result));
}
function omit({ hold, emit }, cause) {
  emit({ type: "result-omitted", id: hold.id, attempt: hold.record.attempt, cause });
  return { omitted: true };
}
function completed({ record }, result) {
  const { fingerprint: fingerprint2, attempt } = record;
  return { state: "completed", fingerprint: fingerprint2, attempt, result };
}
function encodeResult2(ending) {
  try {
    const result = ending.codec.encode(ending.settled);
    if (isOmitted(result)) return result;
    if (!(result instanceof Uint8Array)) {
      throw new TypeError("codec: encode() answered neither bytes nor { omitted: true }; it may not be asynchronous");
    }
    return fitting(ending, result);
  } catch (cause) {
    return omit(ending, cause);
  }
}
function fitting(ending, result) {
  const limit = ending.maxRecordBytes - RECORD_HEAD_BYTES;
  if (result.byteLength <= limit) return result;
  throw new OncekeyError("RECORD_TOO_LARGE", `the result has ${result.byteLength} bytes and the store takes ${limit}`);
}
function plain({ tools }, result) {
  if (!isOmitted(result)) return tools.sealing.plain(result);
  return result.summary === void 0 ? result : { omitted: true, summary: tools.sealing.plain(result.summary) };
}
async function sealed(ending, result) {
  const { sealing, completionTimeoutMs } = ending.tools;
  const { id } = ending.hold;
  try {
    if (!isOmitted(result)) return fitting(ending, await sealing.seal(result, id, completionTimeoutMs));
    if (result.summary === void 0) return result;
    return { omitted: true, summary: await sealing.seal(result.summary, placeOfSummary(id), completionTimeoutMs) };
  } catch (cause) {
    return omit(ending, cause);
  }
}

// ../../packages/core/src/policy.ts
var storing = (...stored) => {
  const kept = new Set(stored);
  return (outcome) => (kept.has(outcome) ? "store" : "release");
};
var policies = {
  retryable: { settle: storing("success", "rejected"), abandoned: "take-over" },
  "at-most-once": { settle: storing("success", "rejected", "failed", "thrown"), abandoned: "reject" },
  "success-only": { settle: storing("success"), abandoned: "take-over" },
};
function resolvePolicy(policy) {
  if (typeof policy === "function") return { settle: policy, abandoned: "take-over" };
  if (typeof policy === "string") {
    if (Object.hasOwn(policies, policy)) return policies[policy];
  } else if (typeof policy?.settle === "function" && /^(take-over|reject)$/.test(policy.abandoned)) {
    return policy;
  }
  throw new TypeError(
    `policy: ${JSON.stringify(policy)} is no policy; use ${Object.keys(policies)
      .map((name) => JSON.stringify(name))
      .join(
        ", ",
      )}, a function from outcome class to "store" or "release", or { settle, abandoned: "take-over" | "reject" }`,
  );
}

// ../../packages/core/src/engine/options.ts
var SECOND = 1e3;
var MINUTE = 60 * SECOND;
var HOUR = 60 * MINUTE;
var MIN_RETENTION_MS = MINUTE;
var LEASE_MARGIN_MS = SECOND;
var operationOptionNames = /* @__PURE__ */ new Set([
  "policy",
  "retentionMs",
  "leaseMs",
  "maxExecutionMs",
  "waitMs",
  "onStoreUnavailable",
  "onCompletionFailure",
  "quota",
]);
var engineOptionNames = /* @__PURE__ */ new Set([
  ...operationOptionNames,
  "store",
  "namespace",
  "claimTimeoutMs",
  "completionTimeoutMs",
  "on",
  "seal",
  "sealing",
  "clock",
]);
function resolveLimits(options) {
  refuseUnknown("createOncekey", options, engineOptionNames);
  const { claimTimeoutMs = SECOND, completionTimeoutMs = 2 * SECOND, namespace = "default" } = options;
  requireStore(options.store);
  wholeNumber("claimTimeoutMs", claimTimeoutMs, 1);
  wholeNumber("completionTimeoutMs", completionTimeoutMs, 1);
  if (typeof namespace !== "string" || namespace === "") {
    throw new TypeError(`namespace: ${JSON.stringify(namespace)} is not a text of at least one character`);
  }
  if (options.on !== void 0 && typeof options.on !== "function") throw new TypeError("on: expected a function");
  checkSealing(options);
  return { claimTimeoutMs, completionTimeoutMs };
}
function resolveSettings(options, store, limits) {
  const { retentionMs = 24 * HOUR, leaseMs = MINUTE, waitMs = 0 } = options;
  wholeNumber("retentionMs", retentionMs, MIN_RETENTION_MS);
  const { maxExecutionMs = Math.min(10 * MINUTE, Math.floor(retentionMs / 2)) } = options;
  wholeNumber("leaseMs", leaseMs, Math.max(10, 3 * store.capabilities.resolutionMs));
  wholeNumber("maxExecutionMs", maxExecutionMs, 1);
  wholeNumber("waitMs", waitMs, 0);
  if (maxExecutionMs < leaseMs) {
    throw new TypeError(
      `maxExecutionMs: ${maxExecutionMs} is shorter than leaseMs (${leaseMs}); a lease that may not even be used up is a mistake`,
    );
  }
  if (retentionMs < 2 * maxExecutionMs) {
    throw new TypeError(
      `retentionMs: ${retentionMs} is less than twice maxExecutionMs (${maxExecutionMs}); lengthen the one or shorten the other`,
    );
  }
  if (retentionMs <= limits.claimTimeoutMs) {
    throw new TypeError(`retentionMs: ${retentionMs} is not longer than claimTimeoutMs (${limits.claimTimeoutMs})`);
  }
  const { quota } = options;
  if (quota !== void 0 && typeof quota !== "function") {
    throw new TypeError(
      "quota: expected a function of { scope, id } that answers { admit: true } or { admit: false, retryAfterMs }",
    );
  }
  return {
    policy: resolvePolicy(options.policy ?? "retryable"),
    retentionMs,
    leaseMs,
    maxExecutionMs,
    waitMs,
    onStoreUnavailable: oneOf("onStoreUnavailable", options.onStoreUnavailable ?? "refuse", ["refuse", "bypass"]),
    onCompletionFailure: oneOf("onCompletionFailure", options.onCompletionFailure ?? "answer", ["answer", "unknown"]),
    quota,
    keepMs: Math.max(leaseMs + LEASE_MARGIN_MS + store.capabilities.skewMarginMs, maxExecutionMs),
  };
}
function checkOperationOptions(options) {
  refuseUnknown("with", options, operationOptionNames);
}
function checkSealing({ seal, sealing }) {
  if (seal === void 0) {
    if (sealing === void 0) return;
    throw new TypeError("sealing: there is nothing to seal with; give seal too, such as aesGcm({ keys })");
  }
  if (typeof seal?.seal !== "function" || typeof seal.open !== "function") {
    throw new TypeError("seal: expected a Sealer with seal() and open(), such as aesGcm({ keys })");
  }
  oneOf("sealing", sealing ?? "seal", ["prepare", "seal", "require"]);
}
function refuseUnknown(where, options, known) {
  if (typeof options !== "object" || options === null) throw new TypeError(`${where}: expected an object of options`);
  for (const name of Object.keys(options)) {
    if (!known.has(name)) {
      throw new TypeError(`${where}: ${JSON.stringify(name)} is no option; there are ${[...known].join(", ")}`);
    }
  }
}
function requireStore(store) {
  const methods = ["get", "create", "replace", "remove"];
  const missing = methods.filter((method) => typeof store?.[method] !== "function");
  if (missing.length > 0 || typeof store.capabilities !== "object") {
    throw new TypeError(
      `store: expected an IdempotencyStore; it lacks ${[...missing, ...(typeof store?.capabilities === "object" ? [] : ["capabilities"])].join(", ")}`,
    );
  }
}
function wholeNumber(name, value, least) {
  if (Number.isSafeInteger(value) && value < least) {
    throw new TypeError(`${name}: ${value} is too short; it has to be at least ${least} ms`);
  }
  if (!Number.isSafeInteger(value)) {
    throw new TypeError(`${name}: ${JSON.stringify(value) ?? String(value)} is not a whole number of milliseconds`);
  }
}
function oneOf(name, value, choices) {
  if (choices.includes(value)) return value;
  throw new TypeError(
    `${name}: ${JSON.stringify(value)} is none of ${choices.map((choice) => JSON.stringify(choice)).join(", ")}`,
  );
}

// ../../packages/core/src/engine/quota.ts
async function askQuota({ port, clock, claimTimeoutMs }, quota, request2) {
  const answer2 = await answerOf(() => inTime(clock, quota(request2), claimTimeoutMs, "quota"));
  if (!(answer2 instanceof Fault) && answer2.admit) return { result: "admitted", current: void 0 };
  const current = await port.get(request2.id, claimTimeoutMs);
  if (current instanceof Fault) return { result: "unavailable", cause: current.cause, lost: void 0 };
  if (stateOf(current) !== "expired") return { result: "admitted", current };
  if (answer2 instanceof Fault) throw answer2.cause;
  return { result: "over-quota", retryAfterMs: answer2.retryAfterMs };
}
async function answerOf(ask) {
  try {
    const answer2 = await ask();
    if (isAnswer(answer2)) return answer2;
    const given = JSON.stringify(answer2) ?? typeof answer2;
    throw new TypeError(`quota: it answered ${given}; expected { admit: true } or { admit: false, retryAfterMs }`);
  } catch (cause) {
    return new Fault(cause);
  }
}
function isAnswer(answer2) {
  if (typeof answer2 !== "object" || answer2 === null || !("admit" in answer2)) return false;
  if (answer2.admit === true) return true;
  if (answer2.admit !== false || !("retryAfterMs" in answer2)) return false;
  const { retryAfterMs } = answer2;
  return typeof retryAfterMs === "number" && retryAfterMs >= 0 && retryAfterMs < Number.POSITIVE_INFINITY;
}

// ../../packages/core/src/engine/settling.ts
function settleAttempt(ended) {
  return ended.committed === void 0 ? settleWrite(ended) : settleCommitted(ended);
}
async function settleCommitted(ended) {
  return (await settleCommit(ended)) ?? settleWrite(ended);
}
async function settleCommit(ended) {
  const { hold, settled, settings, emit } = ended;
  const { attempt } = hold.record;
  const judged = await hold.judgeCommit(ended.tools.completionTimeoutMs);
  if (judged === void 0) return void 0;
  if (judged instanceof Fault) {
    emit({ type: "completion-failed", id: hold.id, attempt, cause: judged.cause });
    const known = settled.ok && settings.onCompletionFailure === "answer";
    return known ? ownOutcome(settled, attempt, false) : { outcome: "outcome-unknown" };
  }
  if (judged.verdict === "rolled-back") return void 0;
  if (judged.verdict === "unknown") return { outcome: "outcome-unknown" };
  if (judged.verdict === "superseded") return superseded(ended, judged.current);
  emit({ type: "completed", id: hold.id, attempt, late: false });
  if (judged.verdict === "completed-before") return ended.answer(judged.current);
  return ended.committed === void 0
    ? ownOutcome(settled, attempt, true)
    : ownOutcome({ ok: true, ...ended.committed }, attempt, true);
}
function superseded({ hold, emit, answer: answer2 }, current) {
  emit({ type: "superseded", id: hold.id, attempt: hold.record.attempt, by: current.record.attempt });
  return answer2(current);
}
async function settleWrite(ended) {
  const { hold, settings, tools, emit, background } = ended;
  const id = hold.id;
  const { attempt } = hold.record;
  const last = isKept(ended) ? completedRecord(ended) : releasedRecord(ended);
  const record = last instanceof Promise ? await last : last;
  const endMs = tools.clock.nowMs() + tools.completionTimeoutMs;
  const first = await hold.settle(record.state === "completed" ? "complete" : "release", record, endMs);
  const written = first.next === "too-large" ? await writeBare(ended, record, first, endMs) : first;
  if (written.next === "superseded") return superseded(ended, written.current);
  const kept = record.state === "completed";
  if (written.next === "completed-before") {
    emit({ type: "completed", id, attempt, late: true });
    return ended.answer(written.current);
  }
  if (written.next !== "unanswered") {
    emit({ type: kept ? "completed" : "released", id, attempt, late: false });
    return ownOutcome(ended.settled, attempt, kept);
  }
  emit({ type: "completion-failed", id, attempt, cause: written.cause });
  background.track(finishLater(ended, record, written));
  if (kept && settings.onCompletionFailure === "unknown") return { outcome: "outcome-unknown" };
  return ownOutcome(ended.settled, attempt, false);
}
function ownOutcome(settled, attempt, stored) {
  if (settled.ok) return { outcome: "executed", value: settled.value, stored, attempt };
  return { outcome: "threw", error: settled.error, stored, attempt };
}
function releasedRecord({ hold, settings }) {
  const resumable = settings.policy.abandoned === "take-over" ? hold.resumable : void 0;
  return resumable ?? { state: "released", attempt: hold.record.attempt };
}
function isKept({ hold, settled, codec: codec2, settings, emit }) {
  try {
    const outcome = codec2.classify(settled);
    if (outcome === "not-executed") return false;
    const disposition = settings.policy.settle(outcome);
    if (disposition === "store" || disposition === "release") return disposition === "store";
    throw new TypeError(`policy: ${JSON.stringify(disposition)} for ${outcome} is neither "store" nor "release"`);
  } catch (cause) {
    emit({ type: "policy-failed", id: hold.id, attempt: hold.record.attempt, cause });
    return true;
  }
}
async function writeBare(ended, record, { writing, cause }, endMs) {
  if (record.state !== "completed" || isOmitted(record.result)) return { next: "unanswered", writing, cause };
  const bare = { ...record, result: omit(ended, cause) };
  const written = await ended.hold.settle("complete", bare, endMs);
  return written.next === "too-large" ? writeBare(ended, bare, written, endMs) : written;
}
async function finishLater(ended, record, first) {
  const { hold, tools, emit } = ended;
  const { attempt } = hold.record;
  const backoff = new Backoff(100, 5e3);
  let written = first;
  while (written.next === "unanswered") {
    if (tools.stopped()) return;
    await pause(tools.clock, backoff.nextMs());
    const endMs = tools.clock.nowMs() + tools.completionTimeoutMs;
    const again = await hold.resume(written.writing, endMs);
    written = again.next === "too-large" ? await writeBare(ended, record, again, endMs) : again;
  }
  if (written.next === "superseded") {
    emit({ type: "superseded", id: hold.id, attempt, by: written.current.record.attempt });
  } else {
    const kept = record.state === "completed" || written.next === "completed-before";
    emit({ type: kept ? "completed" : "released", id: hold.id, attempt, late: true });
  }
}

// ../../packages/core/src/engine/unwrap.ts
function unwrap(outcome) {
  switch (outcome.outcome) {
    case "executed":
    case "replayed":
      return outcome.value;
    case "threw":
    case "replayed-failure":
      throw outcome.error;
    case "mismatch":
      throw new OncekeyError("KEY_REUSED", "this key was used for another request; use a new key for a new operation");
    case "in-progress": {
      const retryAfterMs = outcome.leaseLeftMs;
      throw new OncekeyError("IN_PROGRESS", "this operation is running elsewhere; ask again with the same key", {
        retryAfterMs,
      });
    }
    case "outcome-unknown":
      throw new OncekeyError(
        "OUTCOME_UNKNOWN",
        "an attempt began and its outcome is not known; look before you repeat it",
      );
    case "result-unavailable":
      throw new OncekeyError("RESULT_UNAVAILABLE", "this operation is done, and its result was not kept");
    case "quota-exceeded": {
      const { retryAfterMs } = outcome;
      throw new OncekeyError("QUOTA_EXCEEDED", "this scope may have no more keys for now, so nothing was run", {
        retryAfterMs,
      });
    }
    case "store-unavailable": {
      const { cause } = outcome;
      if (isOncekeyError(cause, "STORE_MISCONFIGURED")) throw cause;
      throw new OncekeyError(
        "STORE_UNAVAILABLE",
        "the store did not answer, so nothing was run; ask again with the same key",
        { cause },
      );
    }
  }
}

// ../../packages/core/src/engine/versions.ts
function createMint() {
  let prefix;
  let count = 0;
  return () => {
    prefix ??= globalThis.crypto.randomUUID().replaceAll("-", "");
    count += 1;
    return `${prefix}.${count.toString(36)}`;
  };
}

// ../../packages/core/src/engine/engine.ts
function createOncekey(options) {
  const limits = resolveLimits(options);
  const clock = options.clock ?? systemClock;
  const shared2 = {
    options,
    namespace: options.namespace ?? "default",
    background: new Background(),
    emit: createEmitter(options.on),
    tools: {
      port: new StorePort(options.store, clock),
      sealing: new Sealing(options.seal, options.sealing ?? "seal", clock),
      clock,
      mint: createMint(),
      ...limits,
      stopped: () => shared2.stopped,
    },
    cleanUps: 0,
    closed: false,
    stopped: false,
  };
  return new Engine(shared2, options, resolveSettings(options, options.store, limits));
}
var MAX_CLEAN_UPS = 1e3;
var noSteps = /* @__PURE__ */ new Map();
var Engine = class _Engine {
  #shared;
  #options;
  #settings;
  constructor(shared2, options, settings) {
    this.#shared = shared2;
    this.#options = options;
    this.#settings = settings;
  }
  with(options) {
    checkOperationOptions(options);
    const merged = { ...this.#options, ...options };
    return new _Engine(this.#shared, merged, resolveSettings(merged, this.#shared.options.store, this.#shared.tools));
  }
  run(operation, handler, codec2) {
    return this.execute(operation, handler, codec2).then(unwrap);
  }
  async execute(operation, handler, codec2 = jsonCodec()) {
    const { namespace, background, tools, closed } = this.#shared;
    if (closed) throw new OncekeyError("CLOSED", "this engine is closed and takes no new operations");
    const claim = toClaim(operation, this.#settings);
    const id = recordId(namespace, operation.scope, operation.key);
    const { quota, retentionMs, waitMs } = this.#settings;
    background.enter();
    try {
      let current;
      if (quota !== void 0) {
        const scope = operation.quotaScope ?? operation.scope;
        const admission = await askQuota(tools, quota, { namespace, scope, id, retentionMs });
        if (admission.result === "over-quota") return this.#overQuota(id, admission.retryAfterMs);
        if (admission.result === "unavailable") return await this.#refuseOrBypass(id, admission, handler);
        current = admission.current;
      }
      let claimed = await claimKey(tools, id, claim, current);
      if (waitMs > 0) claimed = await this.#wait(id, claim, claimed);
      if (claimed.result === "granted") return await this.#runHeld(id, claim, claimed.grant, handler, codec2);
      if (claimed.result === "answered") {
        const outcome = answerWith(this.#shared, id, claimed.decision, codec2);
        return outcome instanceof Promise ? await outcome : outcome;
      }
      return await this.#refuseOrBypass(id, claimed, handler);
    } finally {
      background.leave();
    }
  }
  async idle({ timeoutMs = 3e4 } = {}) {
    const { background, tools } = this.#shared;
    return { unfinished: await background.idle(tools.clock, timeoutMs) };
  }
  async close(options) {
    this.#shared.closed = true;
    const left = await this.idle(options);
    this.#shared.stopped = true;
    return left;
  }
  /** Where another attempt runs, waits for it to end and claims again. */
  async #wait(id, claim, first) {
    const { tools } = this.#shared;
    const endMs = tools.clock.nowMs() + this.#settings.waitMs;
    const backoff = new Backoff(10, 250);
    let claimed = first;
    while (isRunningElsewhere(claimed)) {
      const leftMs = endMs - tools.clock.nowMs();
      if (leftMs <= 0) break;
      await pause(tools.clock, Math.min(leftMs, backoff.nextMs()));
      const current = await tools.port.get(id, tools.claimTimeoutMs);
      if (!(current instanceof Fault)) claimed = await claimKey(tools, id, claim, current);
    }
    return claimed;
  }
  async #runHeld(id, claim, grant, handler, codec2) {
    const { tools, emit, background } = this.#shared;
    const attempt = grant.record.attempt;
    const hold = new Hold(tools, this.#settings, id, grant, (because) =>
      emit({ type: "lease-lost", id, attempt, because }),
    );
    const answer2 = (current) => answerWith(this.#shared, id, answerSuperseded(current, claim), codec2);
    if (hold.lapsed) {
      const renewed = await hold.renew(tools.clock.nowMs() + tools.claimTimeoutMs);
      if (renewed.next === "superseded") return answer2(renewed.current);
      if (renewed.next !== "done") return this.#giveBack(hold, renewed);
    }
    const finished = grant.record.checkpoints === void 0 ? noSteps : await this.#finishedSteps(hold);
    emit({ type: "started", id, attempt, takeOver: grant.takeOver });
    hold.startRenewing();
    const { maxRecordBytes } = this.#shared.options.store.capabilities;
    let committed;
    let steps;
    const settled = await callHandler(
      handler,
      new HeldAttempt(
        hold,
        async (store, answer3) => {
          const value = answer3;
          committed = { value };
          const record = completedRecord({
            hold,
            codec: codec2,
            maxRecordBytes,
            tools,
            emit,
            settled: { ok: true, value },
          });
          await hold.commit(store, record instanceof Promise ? await record : record);
        },
        (name, step) => {
          steps ??= new Steps(finished, keeperOf(hold, tools));
          return steps.run(name, step);
        },
      ),
    );
    return settleAttempt({
      hold,
      codec: codec2,
      maxRecordBytes,
      tools,
      emit,
      settled,
      committed,
      settings: this.#settings,
      background,
      answer: answer2,
    });
  }
  /** Ends an attempt that never began its handler: the key is released in the background. */
  #giveBack(hold, renewed) {
    const cause =
      "cause" in renewed
        ? renewed.cause
        : new OncekeyError("LEASE_LOST", "the record vanished before the handler began");
    this.#shared.emit({ type: "store-unavailable", id: hold.id, cause });
    this.#letGo(hold);
    return { outcome: "store-unavailable", cause };
  }
  /** Frees a key in the background under which this attempt ran nothing; what earlier ones have finished stays. */
  #letGo(hold) {
    const { background, tools } = this.#shared;
    const record = hold.resumable ?? { state: "released", attempt: hold.record.attempt };
    background.track(hold.settle("release", record, tools.clock.nowMs() + this.#freeForMs()));
  }
  /** Opened before the handler begins: one that began and met a step that does not open would leave the key to a second run of it. */
  async #finishedSteps(hold) {
    const { sealing, claimTimeoutMs } = this.#shared.tools;
    try {
      return await finishedSteps(hold.id, hold.record.checkpoints ?? {}, sealing, claimTimeoutMs);
    } catch (cause) {
      this.#shared.emit({ type: "result-not-opened", id: hold.id, cause });
      this.#letGo(hold);
      throw cause;
    }
  }
  async #refuseOrBypass(id, claimed, handler) {
    const { cause, lost: lost2 } = claimed;
    const { emit } = this.#shared;
    emit({ type: "store-unavailable", id, cause });
    if (lost2 !== void 0) this.#cleanUp(id, lost2);
    if (this.#settings.onStoreUnavailable === "refuse") return { outcome: "store-unavailable", cause };
    emit({ type: "bypassed", id, cause });
    const settled = await callHandler(handler, unprotectedAttempt(id));
    return ownOutcome(settled, 1, false);
  }
  #cleanUp(id, lost2) {
    const { tools, background, emit } = this.#shared;
    if (this.#shared.cleanUps >= MAX_CLEAN_UPS) {
      emit({
        type: "claim-cleaned-up",
        id,
        done: false,
        cause: new Error(`${MAX_CLEAN_UPS} clean-ups are under way already`),
      });
      return;
    }
    this.#shared.cleanUps += 1;
    const task = vacateKey(tools, id, lost2, this.#freeForMs()).then((end) => {
      this.#shared.cleanUps -= 1;
      emit({ type: "claim-cleaned-up", id, ...end });
    });
    background.track(task);
  }
  /**
   * How long to go on freeing a key under which nothing has run. Under take-over it heals by itself after one lease;
   * where take-overs are forbidden it never would.
   */
  #freeForMs() {
    const { policy, retentionMs, leaseMs } = this.#settings;
    return policy.abandoned === "reject" ? retentionMs : leaseMs;
  }
  #overQuota(id, retryAfterMs) {
    this.#shared.emit({ type: "refused", id, because: "quota-exceeded" });
    return { outcome: "quota-exceeded", retryAfterMs };
  }
};
function isRunningElsewhere(claimed) {
  return (
    claimed.result === "answered" && claimed.decision.do === "refuse" && claimed.decision.because === "in-progress"
  );
}

// ../../packages/core/src/fingerprint/json-buffer.ts
var SENTINEL_BYTES = 16;
var SLACK_BYTES = 64;
var SMALL_INPUT_BYTES = 4 * 1024 + 512;
var LARGEST_KEPT_BYTES = 1024 * 1024;
var MOST_KEPT_SPANS = 16 * 1024;
var BLOCK_COPY_FROM_BYTES = 128;
var JsonBuffer = class {
  bytes = new Uint8Array(0);
  /** The same memory, four bytes at a time at any offset. */
  words = new DataView(this.bytes.buffer);
  /** Where the input ends. */
  end = 0;
  shift = 0;
  depth = 0;
  /** Whether the string read last is ASCII without escapes. */
  plain = true;
  /** Start and end in the output of each member of the objects that are open, `spanTop` numbers in all. */
  spans = [];
  spanTop = 0;
  #outputAt = 0;
  // Making a view costs a tenth of hashing a small body, and sizes recur.
  #views = [];
  /** Takes a copy of the input; reading starts at 0. */
  load(input) {
    const { length } = input;
    const small = length + SENTINEL_BYTES <= SMALL_INPUT_BYTES;
    const outputAt = small ? SMALL_INPUT_BYTES : length + SENTINEL_BYTES;
    this.#outputAt = outputAt;
    this.end = length;
    this.shift = outputAt;
    this.depth = 0;
    this.spanTop = 0;
    this.#require(3 * outputAt + SLACK_BYTES, 0);
    this.bytes.set(input);
    const { words } = this;
    words.setFloat64(length, 0, true);
    words.setFloat64(length + 8, 0, true);
  }
  /** The output, when the reader stands at `at`; valid until the next {@link load}. */
  written(at) {
    const length = at + this.shift - this.#outputAt;
    if (this.#outputAt !== SMALL_INPUT_BYTES || length > SMALL_INPUT_BYTES) return this.#view(length);
    const known = this.#views[length];
    if (known !== void 0) return known;
    const view2 = this.#view(length);
    this.#views[length] = view2;
    return view2;
  }
  #view(length) {
    return this.bytes.subarray(this.#outputAt, this.#outputAt + length);
  }
  /** Gives large memory back. */
  unload() {
    if (this.spans.length > MOST_KEPT_SPANS) this.spans.length = 0;
    if (this.bytes.length > LARGEST_KEPT_BYTES) this.#replace(new Uint8Array(0));
  }
  /** Makes sure of room for `extra` bytes beside what is still to be read. */
  reserve(extra) {
    const written = this.end + this.shift;
    this.#require(written + extra + SLACK_BYTES, written);
  }
  #require(capacity, kept) {
    if (capacity <= this.bytes.length) return;
    const grown = new Uint8Array(kept === 0 ? capacity : Math.ceil(capacity * 1.5));
    grown.set(this.bytes.subarray(0, kept));
    this.#replace(grown);
  }
  #replace(bytes) {
    this.bytes = bytes;
    this.words = new DataView(bytes.buffer);
    this.#views = [];
  }
  /** Skips white space, of which there mostly is none. */
  skipSpace(at) {
    return (this.bytes[at] ?? 0) > 32 ? at : this.#skipRun(at);
  }
  #skipRun(at) {
    const { bytes } = this;
    let next = at;
    while (isSpace(bytes[next])) next++;
    this.shift -= next - at;
    return next;
  }
  /** Copies one byte of the input to the output. */
  copyByte(at) {
    this.bytes[at + this.shift] = this.bytes[at] ?? 0;
    return at + 1;
  }
  /** Writes ASCII text in place of the input from `at` to `end`. */
  replace(at, end, text2) {
    const target = at + this.shift;
    for (let index = 0; index < text2.length; index++) this.bytes[target + index] = text2.charCodeAt(index);
    this.shift += text2.length - (end - at);
    return end;
  }
  /** Copies within the memory, running over by up to three bytes. */
  copy(target, from, to) {
    if (to - from >= BLOCK_COPY_FROM_BYTES) {
      this.bytes.copyWithin(target, from, to);
      return;
    }
    const { words } = this;
    const distance = target - from;
    for (let at = from; at < to; at += 4) words.setInt32(at + distance, words.getInt32(at, true), true);
  }
};
function isSpace(byte) {
  return byte === 32 || byte === 10 || byte === 13 || byte === 9;
}

// ../../packages/core/src/fingerprint/exact-number.ts
function exactNumber(literal) {
  const number = Number(literal);
  if (!Number.isFinite(number)) return void 0;
  const text2 = String(number);
  if (text2 === literal) return text2;
  const written = decimalOf(literal);
  if (number === 0) return written.digits === "" ? "0" : void 0;
  const held = decimalOf(text2);
  return written.digits === held.digits && written.exponent === held.exponent ? text2 : void 0;
}
function decimalOf(literal) {
  const exponentAt = literal.search(/e/i);
  const mantissa = exponentAt < 0 ? literal : literal.slice(0, exponentAt);
  const power = exponentAt < 0 ? 0 : Number(literal.slice(exponentAt + 1));
  const first = firstNonZero(mantissa);
  if (first < 0) return { digits: "", exponent: 0 };
  const last = lastNonZero(mantissa);
  const point = mantissa.indexOf(".");
  const wholeEnd = point < 0 ? mantissa.length : point;
  const digits = mantissa.slice(first, last + 1).replace(".", "");
  const place = last < wholeEnd ? wholeEnd - 1 - last : wholeEnd - last;
  return { digits, exponent: place + power };
}
function firstNonZero(mantissa) {
  for (let index = 0; index < mantissa.length; index++) if (isNonZeroDigit(mantissa.charCodeAt(index))) return index;
  return -1;
}
function lastNonZero(mantissa) {
  for (let index = mantissa.length - 1; index >= 0; index--) {
    if (isNonZeroDigit(mantissa.charCodeAt(index))) return index;
  }
  return -1;
}
function isNonZeroDigit(unit) {
  return unit > 48 && unit <= 57;
}

// ../../packages/core/src/fingerprint/json-number.ts
var PLUS = 43;
var MINUS = 45;
var POINT = 46;
var ZERO2 = 48;
var NINE = 57;
var LOWER_E = 101;
var FAILED = -1;
var SAFE_DIGITS = 15;
var PLAIN_LEADING_ZEROS = 5;
function readNumber(buffer, at) {
  const { bytes, shift } = buffer;
  let byte = bytes[at] ?? 0;
  if (byte === ZERO2 || !isDigit(byte)) return readAnyNumber(buffer, at);
  let end = at;
  do {
    bytes[end + shift] = byte;
    byte = bytes[++end] ?? 0;
  } while (isDigit(byte));
  if (byte === POINT || (byte | 32) === LOWER_E || end - at > SAFE_DIGITS) return readAnyNumber(buffer, at);
  return end;
}
function plainNumberEnd(bytes, at) {
  const whole = bytes[at] === MINUS ? at + 1 : at;
  const first = bytes[whole] ?? 0;
  if (first === ZERO2 || !isDigit(first))
    return first === ZERO2 && whole === at && !isNumeric(bytes[at + 1]) ? at + 1 : FAILED;
  let end = digitsEnd(bytes, whole);
  if (bytes[end] === POINT) {
    end = digitsEnd(bytes, end + 1);
    if (bytes[end - 1] === ZERO2 || bytes[end - 1] === POINT) return FAILED;
  }
  return end - whole > SAFE_DIGITS || isNumeric(bytes[end]) ? FAILED : end;
}
function isNumeric(byte) {
  return byte !== void 0 && (isDigit(byte) || byte === POINT || (byte | 32) === LOWER_E);
}
function readAnyNumber(buffer, at) {
  const { bytes } = buffer;
  const whole = bytes[at] === MINUS ? at + 1 : at;
  const wholeEnd = digitsEnd(bytes, whole);
  if (wholeEnd === whole || (wholeEnd - whole > 1 && bytes[whole] === ZERO2)) return FAILED;
  let mantissaEnd = wholeEnd;
  if (bytes[wholeEnd] === POINT) {
    mantissaEnd = digitsEnd(bytes, wholeEnd + 1);
    if (mantissaEnd === wholeEnd + 1) return FAILED;
  }
  if (((bytes[mantissaEnd] ?? 0) | 32) === LOWER_E) {
    const end = exponentEnd(bytes, mantissaEnd + 1);
    return end < 0 ? FAILED : writeExact(buffer, at, end);
  }
  if (mantissaEnd - whole > SAFE_DIGITS) return writeExact(buffer, at, mantissaEnd);
  return copyDecimal(buffer, at, wholeEnd, mantissaEnd);
}
function copyDecimal(buffer, at, wholeEnd, end) {
  const { bytes } = buffer;
  let last = end;
  if (end > wholeEnd) {
    while (bytes[last - 1] === ZERO2) last--;
    if (last === wholeEnd + 1) last = wholeEnd;
  }
  if (bytes[wholeEnd - 1] === ZERO2 && needsNumber(bytes, at, wholeEnd, last)) return writeExact(buffer, at, end);
  buffer.copy(at + buffer.shift, at, last);
  buffer.shift -= end - last;
  return end;
}
function needsNumber(bytes, at, wholeEnd, last) {
  if (last === wholeEnd) return bytes[at] === MINUS;
  let zeros = 0;
  while (bytes[wholeEnd + 1 + zeros] === ZERO2) zeros++;
  return zeros > PLAIN_LEADING_ZEROS;
}
function writeExact(buffer, at, end) {
  const text2 = exactNumber(latin1Text(buffer.bytes, at, end));
  if (text2 === void 0) return FAILED;
  buffer.reserve(text2.length);
  return buffer.replace(at, end, text2);
}
function exponentEnd(bytes, at) {
  const sign2 = bytes[at];
  const digits = sign2 === PLUS || sign2 === MINUS ? at + 1 : at;
  const end = digitsEnd(bytes, digits);
  return end === digits ? FAILED : end;
}
function digitsEnd(bytes, from) {
  let at = from;
  while (isDigit(bytes[at] ?? 0)) at++;
  return at;
}
function isDigit(byte) {
  return byte >= ZERO2 && byte <= NINE;
}

// ../../packages/core/src/fingerprint/json-pieces.ts
var QUOTE = 34;
var COLON2 = 58;
var BACKSLASH = 92;
function cut(text2) {
  const between = [];
  const scalars = [];
  let done = 0;
  let at = 0;
  while (at < text2.length) {
    const end = tokenEnd(text2, at);
    if (isScalar(text2, at, end)) {
      const quotes = text2[at] === QUOTE ? 1 : 0;
      between.push(text2.slice(done, at + quotes));
      scalars.push(text2.slice(at + quotes, end - quotes));
      done = end - quotes;
    }
    at = end;
  }
  between.push(text2.slice(done));
  return { between, scalars };
}
function isScalar(text2, at, end) {
  if (text2[at] !== QUOTE) return !isPunctuation(text2[at]);
  let next = end;
  while (next < text2.length && (text2[next] ?? 0) <= 32) next++;
  return text2[next] !== COLON2;
}
function tokenEnd(text2, at) {
  let end = at + 1;
  if (isPunctuation(text2[at])) return end;
  if (text2[at] !== QUOTE) {
    while (end < text2.length && !isPunctuation(text2[end])) end++;
    return end;
  }
  while (text2[end] !== QUOTE) end += text2[end] === BACKSLASH ? 2 : 1;
  return end + 1;
}
function isPunctuation(byte) {
  return byte !== void 0 && (byte <= 32 || "{}[],:".includes(String.fromCharCode(byte)));
}

// ../../packages/core/src/fingerprint/json-string.ts
var QUOTE2 = 34;
var BACKSLASH2 = 92;
var LOWER_U = 117;
var HEX_DIGITS = "0123456789abcdef";
var FAILED2 = -1;
var SHORT_ESCAPES = [
  ['"', QUOTE2],
  ["\\", BACKSLASH2],
  ["/", 47],
  ["b", 8],
  ["t", 9],
  ["n", 10],
  ["f", 12],
  ["r", 13],
];
var UNIT_OF_LETTER = /* @__PURE__ */ letterTable();
var LETTER_OF_UNIT = /* @__PURE__ */ unitTable();
function letterTable() {
  const table = new Uint8Array(256);
  for (const [letter, unit] of SHORT_ESCAPES) table[letter.charCodeAt(0)] = unit;
  return table;
}
function unitTable() {
  const table = new Uint8Array(128);
  for (const [letter, unit] of SHORT_ESCAPES) if (letter !== "/") table[unit] = letter.charCodeAt(0);
  return table;
}
function readString(buffer, from) {
  const { bytes, words } = buffer;
  let at = buffer.copyByte(from);
  let { shift } = buffer;
  buffer.plain = true;
  while (true) {
    const word = words.getInt32(at, true);
    words.setInt32(at + shift, word, true);
    const special = specialBytes(word);
    if (special === 0) {
      at += 4;
      continue;
    }
    at += (31 - Math.clz32(special & -special)) >> 3;
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE2) return at + 1;
    buffer.plain = false;
    at = byte === BACKSLASH2 ? readEscape(buffer, at) : readSequence(buffer, at);
    if (at < 0) return FAILED2;
    shift = buffer.shift;
  }
}
function plainEnd(words, from) {
  for (let at = from; ; at += 8) {
    const low = specialBytes(words.getInt32(at, true));
    const high = specialBytes(words.getInt32(at + 4, true));
    if ((low | high) === 0) continue;
    const special = low === 0 ? high : low;
    return at + (low === 0 ? 4 : 0) + ((31 - Math.clz32(special & -special)) >> 3);
  }
}
function specialBytes(word) {
  return (((word ^ 572662306) - 16843009) | ((word ^ 1549556828) - 16843009) | (word - 538976288) | word) & 2155905152;
}
function readSequence(buffer, at) {
  const length = sequenceLength(buffer.bytes, at);
  if (length === 0) return FAILED2;
  buffer.words.setInt32(at + buffer.shift, buffer.words.getInt32(at, true), true);
  return at + length;
}
function readEscape(buffer, at) {
  const letter = buffer.bytes[at + 1] ?? 0;
  if (letter === LOWER_U) return readUnicodeEscape(buffer, at);
  const unit = UNIT_OF_LETTER[letter] ?? 0;
  return unit === 0 ? FAILED2 : writeCharacter(buffer, at, at + 2, unit);
}
function readUnicodeEscape(buffer, at) {
  const { bytes } = buffer;
  const unit = hexUnit(bytes, at + 2);
  if (unit < 0 || isLowSurrogate(unit)) return FAILED2;
  if (unit < 55296 || unit > 57343) return writeCharacter(buffer, at, at + 6, unit);
  if (bytes[at + 6] !== BACKSLASH2 || bytes[at + 7] !== LOWER_U) return FAILED2;
  const low = hexUnit(bytes, at + 8);
  if (!isLowSurrogate(low)) return FAILED2;
  return writeCharacter(buffer, at, at + 12, 65536 + ((unit - 55296) << 10) + (low - 56320));
}
function isLowSurrogate(unit) {
  return unit >= 56320 && unit <= 57343;
}
function hexUnit(bytes, at) {
  let unit = 0;
  for (let index = at; index < at + 4; index++) {
    const digit = hexDigit(bytes[index] ?? 0);
    if (digit < 0) return -1;
    unit = (unit << 4) | digit;
  }
  return unit;
}
function hexDigit(byte) {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}
function writeCharacter(buffer, at, end, codePoint) {
  const letter = codePoint < 128 ? (LETTER_OF_UNIT[codePoint] ?? 0) : 0;
  if (letter !== 0) return buffer.replace(at, end, `\\${String.fromCharCode(letter)}`);
  if (codePoint < 32) {
    return buffer.replace(at, end, `\\u00${HEX_DIGITS.charAt(codePoint >> 4)}${HEX_DIGITS.charAt(codePoint & 15)}`);
  }
  buffer.shift = writeCodePoint(buffer.bytes, at + buffer.shift, codePoint) - end;
  return end;
}

// ../../packages/core/src/fingerprint/packed-strips.ts
var WORD_BYTES = 8;
var LENGTH_BYTES = 4;
var HEAD_WORD_BYTES = 4;
function packStrips(strips) {
  const packed = strips.map(packStrip);
  const bytes = new Uint8Array(packed.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const strip of packed) {
    bytes.set(strip, at);
    at += strip.length;
  }
  return new DataView(bytes.buffer);
}
function packStrip(strip) {
  const rest = strip.length % WORD_BYTES;
  const maskAt = LENGTH_BYTES + strip.length - rest + WORD_BYTES;
  const packed = new Uint8Array(maskAt + WORD_BYTES);
  new DataView(packed.buffer).setInt32(0, strip.length, true);
  packed.set(strip, LENGTH_BYTES);
  packed.fill(255, maskAt, maskAt + rest);
  return packed;
}
function packHead(head) {
  const words = [];
  const padded = new DataView(Uint8Array.of(...head, 0, 0, 0).buffer);
  for (let at = 0; at < head.length; at += HEAD_WORD_BYTES) words.push(padded.getInt32(at, true));
  return [words.length, ...words, head.length];
}

// ../../packages/core/src/fingerprint/json-layout.ts
var QUOTE3 = 34;
var TRUE = 1702195828;
var NULL = 1819047278;
var FALS = 1936482662;
var LOWER_E2 = 101;
var FAILED3 = -1;
var encoder2 = new TextEncoder();
var JsonLayout = class _JsonLayout {
  // Each has all that one loop reads, in the order in which it does: other code runs between two texts, and each array
  // more would be to fetch into the processor's nearest cache again.
  /** The strips between the scalars, as {@link packStrips} writes them. */
  #between;
  /** For each run the words of its head and what it copies (see {@link stepsOf}), then the words of the tail. */
  #steps;
  /** Where each scalar of a text starts and ends. */
  #marks;
  #verbatim;
  constructor({ between, scalars }, canonical, verbatim) {
    const pieces = cut(canonical);
    const order = pieces.scalars.map((scalar) => Number(decode(scalar)));
    const tail = pieces.between.at(-1) ?? new Uint8Array(0);
    this.#between = packStrips(between);
    this.#steps = Int32Array.from([...runsOf(between, pieces.between, order).flatMap(stepsOf), ...packHead(tail)]);
    this.#verbatim = verbatim;
    this.#marks = new Int32Array(2 * scalars.length);
  }
  /**
   * The layout of a text, or `undefined` if that of its canonical form depends on its values.
   *
   * @param text valid JSON
   * @param canonicalise gives the canonical form of the text with a number for each scalar, to see where they go
   */
  static of(text2, canonicalise) {
    const pieces = cut(text2);
    const { between, scalars } = pieces;
    const numbered = between.map((strip, index) => decode(strip) + (index < scalars.length ? index : "")).join("");
    const canonical = canonicalise(encoder2.encode(numbered));
    return canonical && new _JsonLayout(pieces, canonical, decode(canonical) === numbered);
  }
  /**
   * The canonical form of the text in the buffer if it is laid out as expected, which is the text itself where that is
   * canonical; else `undefined`, and nothing is written.
   */
  apply(buffer, text2) {
    if (!this.#match(buffer)) return void 0;
    if (this.#verbatim) return text2;
    buffer.shift = this.#arrange(buffer.words, buffer.shift) - buffer.end;
    return buffer.written(buffer.end);
  }
  /** Finds the scalars of a text that is laid out as expected. */
  #match({ words, bytes, end }) {
    const between = this.#between;
    const marks = this.#marks;
    let at = 0;
    let next = 0;
    for (let mark = 0; ; mark += 2) {
      let rest = between.getInt32(next, true);
      next += LENGTH_BYTES;
      for (; rest >= WORD_BYTES; rest -= WORD_BYTES, next += WORD_BYTES, at += WORD_BYTES) {
        if (between.getFloat64(next, true) !== words.getFloat64(at, true)) return false;
      }
      const low = (between.getInt32(next, true) ^ words.getInt32(at, true)) & between.getInt32(next + 8, true);
      const high =
        (between.getInt32(next + 4, true) ^ words.getInt32(at + 4, true)) & between.getInt32(next + 12, true);
      if ((low | high) !== 0) return false;
      next += 2 * WORD_BYTES;
      at += rest;
      if (mark === marks.length) return at === end;
      marks[mark] = at;
      at = scalarEnd(words, bytes, at);
      if (at < 0) return false;
      marks[mark + 1] = at;
    }
  }
  /** Writes the pieces of the text that was matched to `from` in the canonical order; returns the offset after them. */
  #arrange(words, from) {
    const steps = this.#steps;
    const marks = this.#marks;
    let target = from;
    let step = 0;
    while (true) {
      const last = step + (steps[step] ?? 0);
      let offset = target;
      for (step++; step <= last; step++, offset += 4) words.setInt32(offset, steps[step] ?? 0, true);
      target += steps[step] ?? 0;
      step++;
      if (step === steps.length) return target;
      const start = (marks[steps[step] ?? 0] ?? 0) - (steps[step + 1] ?? 0);
      const end = marks[steps[step + 2] ?? 0] ?? 0;
      step += 3;
      const distance = target - start;
      for (let at = start; at < end; at += WORD_BYTES) {
        words.setFloat64(at + distance, words.getFloat64(at, true), true);
      }
      target += end - start;
    }
  }
};
function stepsOf({ head, first, lead, last }) {
  return [...packHead(head), 2 * first, lead, 2 * last + 1];
}
function runsOf(between, canonical, order) {
  const runs = [];
  order.forEach((scalar, place) => {
    const strip = canonical[place] ?? new Uint8Array(0);
    const before = between[scalar] ?? new Uint8Array(0);
    const lead = commonEnd(strip, before);
    const run = runs.at(-1);
    const goesOn = run?.last === scalar - 1 && lead === strip.length && lead === before.length;
    if (run !== void 0 && goesOn) runs[runs.length - 1] = { ...run, last: scalar };
    else runs.push({ head: strip.slice(0, strip.length - lead), lead, first: scalar, last: scalar });
  });
  return runs;
}
function commonEnd(a, b) {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[a.length - 1 - length] === b[b.length - 1 - length]) length++;
  return length;
}
function scalarEnd(words, bytes, at) {
  if (bytes[at - 1] === QUOTE3) return plainEnd(words, at);
  switch (words.getInt32(at, true)) {
    case TRUE:
    case NULL:
      return at + 4;
    case FALS:
      return bytes[at + 4] === LOWER_E2 ? at + 5 : FAILED3;
    default:
      return plainNumberEnd(bytes, at);
  }
}
var decoder = new TextDecoder("utf-8", { ignoreBOM: true });
function decode(bytes) {
  return decoder.decode(bytes);
}

// ../../packages/core/src/fingerprint/json-layouts.ts
var LARGEST_BYTES = 2048;
var MOST_LAYOUTS = 8;
var RELEARN_AFTER_MISSES = 512;
var JsonLayouts = class {
  /** Roughly the last used first: whichever fits moves up by one. */
  #layouts = [];
  #misses = 0;
  /** The canonical form of the text in the buffer if it is laid out like one of late; else `undefined`. */
  apply(buffer, text2) {
    const layouts2 = this.#layouts;
    let above;
    for (let index = 0; index < layouts2.length; index++) {
      const layout = layouts2[index];
      const canonical = layout?.apply(buffer, text2);
      if (layout !== void 0 && canonical !== void 0) {
        if (above !== void 0) {
          layouts2[index - 1] = layout;
          layouts2[index] = above;
        }
        return canonical;
      }
      above = layout;
    }
    this.#misses++;
    return void 0;
  }
  /** Whether it is time to learn how a text is laid out. */
  wants(text2) {
    if (text2.length > LARGEST_BYTES) return false;
    return this.#misses >= RELEARN_AFTER_MISSES || this.#layouts.length < MOST_LAYOUTS;
  }
  /** Learns how a text is laid out; the arguments are those of {@link JsonLayout.of}. */
  learn(...of) {
    this.#misses = 0;
    const layout = JsonLayout.of(...of);
    if (layout === void 0) return;
    if (this.#layouts.length === MOST_LAYOUTS) this.#layouts.pop();
    this.#layouts.push(layout);
  }
};

// ../../packages/core/src/fingerprint/member-order.ts
var QUOTE4 = 34;
var COMMA2 = 44;
var BACKSLASH3 = 92;
var INSERTION_SORT_UP_TO = 16;
var decoder2 = new TextDecoder();
function comparePlainKeys(bytes, first, second) {
  for (let index = 1; ; index++) {
    const a = bytes[first + index] ?? 0;
    const b = bytes[second + index] ?? 0;
    if (a === b) {
      if (a === QUOTE4) return 0;
      continue;
    }
    if (a === QUOTE4) return -1;
    return b === QUOTE4 ? 1 : a - b;
  }
}
function orderMembers(buffer, base, plain2) {
  const first = buffer.spans[base] ?? 0;
  const last = buffer.spans[buffer.spanTop - 1] ?? 0;
  const few = buffer.spanTop - base <= 2 * INSERTION_SORT_UP_TO;
  const unique = plain2 && few ? insertionSort(buffer, base) : sortSpans(buffer, base, plain2);
  if (unique) moveMembers(buffer, base, first, last);
  return unique;
}
function insertionSort({ bytes, spans, spanTop }, base) {
  for (let index = base + 2; index < spanTop; index += 2) {
    const start = spans[index] ?? 0;
    const end = spans[index + 1] ?? 0;
    let hole = index;
    for (; hole > base; hole -= 2) {
      const before = spans[hole - 2] ?? 0;
      const order = comparePlainKeys(bytes, before, start);
      if (order === 0) return false;
      if (order < 0) break;
      spans[hole] = before;
      spans[hole + 1] = spans[hole - 1] ?? 0;
    }
    spans[hole] = start;
    spans[hole + 1] = end;
  }
  return true;
}
function sortSpans({ bytes, spans, spanTop }, base, plain2) {
  const members = [];
  for (let index2 = base; index2 < spanTop; index2 += 2) {
    const start = spans[index2] ?? 0;
    members.push({ key: plain2 ? "" : decodedKey(bytes, start), start, end: spans[index2 + 1] ?? 0 });
  }
  const compare = (a, b) => (plain2 ? comparePlainKeys(bytes, a.start, b.start) : compareTexts(a.key, b.key));
  members.sort(compare);
  let index = base;
  let before;
  for (const member of members) {
    if (before !== void 0 && compare(before, member) === 0) return false;
    spans[index++] = member.start;
    spans[index++] = member.end;
    before = member;
  }
  return true;
}
function decodedKey(bytes, start) {
  let end = start + 1;
  while (bytes[end] !== QUOTE4) end += bytes[end] === BACKSLASH3 ? 2 : 1;
  return JSON.parse(decoder2.decode(bytes.subarray(start, end + 1)));
}
function compareTexts(a, b) {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
function moveMembers(buffer, base, first, last) {
  const { spans, spanTop } = buffer;
  const distance = last - first;
  buffer.reserve(distance);
  buffer.bytes.copyWithin(last, first, last);
  let target = first;
  for (let index = base; index < spanTop; index += 2) {
    const start = spans[index] ?? 0;
    const end = spans[index + 1] ?? 0;
    if (target > first) buffer.bytes[target++] = COMMA2;
    buffer.copy(target, start + distance, end + distance);
    target += end - start;
  }
}

// ../../packages/core/src/fingerprint/canonical-json.ts
var MAX_DEPTH = 200;
var QUOTE5 = 34;
var COMMA3 = 44;
var COLON3 = 58;
var OPEN_BRACKET = 91;
var CLOSE_BRACKET = 93;
var LOWER_F = 102;
var LOWER_N = 110;
var LOWER_T = 116;
var OPEN_BRACE = 123;
var CLOSE_BRACE = 125;
var FAILED4 = -1;
var shared = /* @__PURE__ */ new JsonBuffer();
var layouts = /* @__PURE__ */ new JsonLayouts();
function canonicalJson(text2) {
  shared.load(text2);
  const known = layouts.apply(shared, text2);
  if (known !== void 0) return known;
  const canonical = readLoaded();
  if (canonical === void 0 || !layouts.wants(text2)) return canonical;
  layouts.learn(text2, readInFull);
  return readInFull(text2);
}
function readInFull(text2) {
  shared.load(text2);
  return readLoaded();
}
function readLoaded() {
  const end = readValue2(shared, shared.skipSpace(0));
  const canonical = end >= 0 && shared.skipSpace(end) === shared.end ? shared.written(shared.end) : void 0;
  shared.unload();
  return canonical;
}
function readValue2(buffer, at) {
  switch (buffer.bytes[at]) {
    case QUOTE5:
      return readString(buffer, at);
    case OPEN_BRACE:
      return readObject(buffer, at);
    case OPEN_BRACKET:
      return readArray(buffer, at);
    case LOWER_T:
      return readWord(buffer, at, "true");
    case LOWER_F:
      return readWord(buffer, at, "false");
    case LOWER_N:
      return readWord(buffer, at, "null");
    default:
      return readNumber(buffer, at);
  }
}
function readWord(buffer, from, word) {
  let at = from;
  for (let index = 0; index < word.length; index++) {
    if (buffer.bytes[at] !== word.charCodeAt(index)) return FAILED4;
    at = buffer.copyByte(at);
  }
  return at;
}
function readArray(buffer, from) {
  if (++buffer.depth > MAX_DEPTH) return FAILED4;
  let at = buffer.skipSpace(buffer.copyByte(from));
  while (buffer.bytes[at] !== CLOSE_BRACKET) {
    at = readValue2(buffer, at);
    if (at < 0) return FAILED4;
    if (buffer.bytes[at] !== COMMA3) {
      at = buffer.skipSpace(at);
      if (buffer.bytes[at] === CLOSE_BRACKET) break;
      if (buffer.bytes[at] !== COMMA3) return FAILED4;
    }
    at = buffer.skipSpace(buffer.copyByte(at));
    if (buffer.bytes[at] === CLOSE_BRACKET) return FAILED4;
  }
  buffer.depth--;
  return buffer.copyByte(at);
}
function readObject(buffer, from) {
  if (++buffer.depth > MAX_DEPTH) return FAILED4;
  const first = buffer.skipSpace(buffer.copyByte(from));
  const at = buffer.bytes[first] === CLOSE_BRACE ? first : readMembers(buffer, first);
  if (at < 0) return FAILED4;
  buffer.depth--;
  return buffer.copyByte(at);
}
function readMembers(buffer, from) {
  const { spans, spanTop: base } = buffer;
  let at = from;
  let before = -1;
  let plain2 = true;
  let ordered = true;
  do {
    if (buffer.bytes[at] !== QUOTE5) return FAILED4;
    const start = at + buffer.shift;
    at = readString(buffer, at);
    if (at < 0) return FAILED4;
    plain2 = plain2 && buffer.plain;
    ordered = ordered && (before < 0 || (plain2 && comparePlainKeys(buffer.bytes, before, start) < 0));
    before = start;
    if (buffer.bytes[at] !== COLON3) at = buffer.skipSpace(at);
    if (buffer.bytes[at] !== COLON3) return FAILED4;
    at = readValue2(buffer, buffer.skipSpace(buffer.copyByte(at)));
    if (at < 0) return FAILED4;
    spans[buffer.spanTop++] = start;
    spans[buffer.spanTop++] = at + buffer.shift;
    at = nextMember(buffer, at);
    if (at < 0) return FAILED4;
  } while (buffer.bytes[at] !== CLOSE_BRACE);
  if (!ordered && !orderMembers(buffer, base, plain2)) return FAILED4;
  buffer.spanTop = base;
  return at;
}
function nextMember(buffer, from) {
  const at = buffer.bytes[from] === COMMA3 ? from : buffer.skipSpace(from);
  if (buffer.bytes[at] === CLOSE_BRACE) return at;
  if (buffer.bytes[at] !== COMMA3) return FAILED4;
  const next = buffer.skipSpace(buffer.copyByte(at));
  return buffer.bytes[next] === QUOTE5 ? next : FAILED4;
}

// ../../packages/core/src/fingerprint/canonical-value.ts
var LONE_SURROGATE2 = /\p{Surrogate}/u;
function canonicalValue(root) {
  return new ValueWriter().run(root);
}
var ValueWriter = class {
  #text = "";
  #exact = true;
  #stack = [];
  /** The open objects below {@link MAX_DEPTH}: a cycle is sure to meet itself there. */
  #deep = /* @__PURE__ */ new Set();
  run(root) {
    this.#write(root);
    for (let frame = this.#stack.at(-1); frame !== void 0; frame = this.#stack.at(-1)) {
      if (frame.next === frame.count) this.#close(frame);
      else this.#member(frame);
    }
    return { text: this.#text, exact: this.#exact };
  }
  #member(frame) {
    const index = frame.next++;
    if (frame.names === void 0) {
      if (index > 0) this.#text += ",";
      this.#write(Reflect.get(frame.value, index));
      return;
    }
    const name = frame.names[index] ?? "";
    const value = Reflect.get(frame.value, name);
    if (value === void 0) return;
    if (frame.written++ > 0) this.#text += ",";
    this.#string(name);
    this.#text += ":";
    this.#write(value);
  }
  #write(value) {
    switch (typeof value) {
      case "string":
        this.#string(value);
        return;
      case "number":
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
  #string(value) {
    this.#text += JSON.stringify(value);
    this.#exact &&= !LONE_SURROGATE2.test(value);
  }
  #open(value) {
    const array = Array.isArray(value);
    if (!array && !isPlain(value)) throw this.#unfit(`an object of type ${Object.prototype.toString.call(value)}`);
    if (this.#stack.length >= MAX_DEPTH) {
      this.#exact = false;
      if (this.#deep.has(value)) throw this.#unfit("a cycle");
      this.#deep.add(value);
    }
    const names = array ? void 0 : Object.keys(value).sort();
    this.#text += array ? "[" : "{";
    this.#stack.push({ value, names, count: array ? value.length : (names?.length ?? 0), next: 0, written: 0 });
  }
  #close(frame) {
    this.#text += frame.names === void 0 ? "]" : "}";
    this.#stack.pop();
    this.#deep.delete(frame.value);
  }
  #unfit(what) {
    const path = this.#stack.slice(0, 8).map(({ names, next }) => `[${JSON.stringify(names?.[next - 1] ?? next - 1)}]`);
    const more = this.#stack.length > 8 ? "\u2026" : "";
    return new TypeError(
      `A fingerprint takes JSON values, but value${path.join("")}${more} is ${what}. Pass the body's bytes, or pick the JSON that counts with the option \`select\`.`,
    );
  }
};
function isPlain(value) {
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  return Object.prototype.toString.call(value) === "[object Object]";
}

// ../../packages/core/src/fingerprint/media-type.ts
var PARAMETER = /;[ \t]*([^\s=;"]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))[ \t]*/gy;
var JSON_SUFFIX = /^[^\s/,]+\/[^\s/,]+\+json$/;
var UTF8_CHARSETS = /* @__PURE__ */ new Set(["utf-8", "utf8", "us-ascii", "ascii"]);
var lastText;
var lastType = { essence: "", json: false, multipart: false };
function mediaTypeOf(contentType) {
  const text2 = contentType ?? "";
  if (text2 === lastText) return lastType;
  const semicolon = text2.indexOf(";");
  const essence = (semicolon < 0 ? text2 : text2.slice(0, semicolon)).trim().toLowerCase();
  const isJson = essence === "application/json" || JSON_SUFFIX.test(essence);
  lastType = {
    essence,
    json: isJson && isUtf8(text2),
    multipart: essence.startsWith("multipart/"),
  };
  lastText = text2;
  return lastType;
}
function comparesBytes(contentType) {
  const { json: json2, multipart } = mediaTypeOf(contentType);
  return !json2 && !multipart;
}
function isUtf8(contentType) {
  const charset = parametersOf(contentType)?.get("charset");
  return charset === void 0 || UTF8_CHARSETS.has(charset.toLowerCase());
}
function parametersOf(value) {
  const parameters = /* @__PURE__ */ new Map();
  let at = value.indexOf(";");
  if (at < 0) return parameters;
  while (at < value.length) {
    PARAMETER.lastIndex = at;
    const match = PARAMETER.exec(value);
    if (match === null) return /^;?[ \t]*$/.test(value.slice(at)) ? parameters : void 0;
    const name = (match[1] ?? "").toLowerCase();
    if (parameters.has(name)) return void 0;
    parameters.set(name, match[2] ?? match[3] ?? "");
    at = PARAMETER.lastIndex;
  }
  return parameters;
}

// ../../packages/core/src/fingerprint/multipart.ts
var CR = 13;
var LF = 10;
var DASH = 45;
var HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
var BOUNDARY = /^[ -~]{0,69}[!-~]$/;
var CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/;
function multipartDigest(body2, contentType, digest) {
  const boundary = parametersOf(contentType)?.get("boundary");
  if (boundary === void 0 || !BOUNDARY.test(boundary) || boundary.includes("\\")) return void 0;
  const form = /^\s*multipart\/form-data\s*(?:;|$)/i.test(contentType);
  const parts = splitParts(body2, boundary, form);
  if (parts === void 0) return void 0;
  let text2 = netstring(String(parts.length));
  for (const part of parts) text2 += describe2(part, digest);
  return latin1Bytes(text2);
}
function describe2({ name, filename, contentType, others, content }, digest) {
  const head = optional(name) + optional(filename) + optional(contentType) + netstring(digest.raw(content));
  return others.reduce(
    (text2, [key, value]) => text2 + netstring(key) + netstring(value),
    head + netstring(String(others.length)),
  );
}
function netstring(text2) {
  return `${text2.length}:${text2},`;
}
function optional(text2) {
  return text2 === void 0 ? "-" : netstring(text2);
}
function splitParts(body2, boundary, form) {
  const delimiter = latin1Bytes(`\r
--${boundary}`);
  const parts = [];
  const leading = startsWith(body2, 0, delimiter) ? 0 : 2;
  if (!startsWith(body2, 0, delimiter.subarray(leading))) return void 0;
  let at = delimiter.length - leading;
  while (body2[at] !== DASH) {
    const start = afterLineBreak(body2, at);
    if (start < 0) return void 0;
    const end = findDelimiter(body2, start, delimiter);
    const part = end < 0 ? void 0 : readPart(body2.subarray(start, Math.max(start, end)), form);
    if (part === void 0) return void 0;
    parts.push(part);
    at = end + delimiter.length;
  }
  return endsHere(body2, at) ? parts : void 0;
}
function endsHere(body2, at) {
  if (body2[at + 1] !== DASH) return false;
  return body2.length === at + 2 || (body2.length === at + 4 && afterLineBreak(body2, at + 2) === at + 4);
}
function afterLineBreak(body2, from) {
  let at = from;
  while (body2[at] === 32 || body2[at] === 9) at++;
  return body2[at] === CR && body2[at + 1] === LF ? at + 2 : -1;
}
function startsWith(body2, at, bytes) {
  for (let index = 0; index < bytes.length; index++) if (body2[at + index] !== bytes[index]) return false;
  return true;
}
function findDelimiter(body2, from, delimiter) {
  let at = body2.indexOf(CR, from);
  while (at >= 0 && !startsWith(body2, at, delimiter)) at = body2.indexOf(CR, at + 1);
  return at;
}
function readPart(part, form) {
  const headEnd = startsWith(part, 0, Uint8Array.of(CR, LF))
    ? 0
    : findDelimiter(part, 0, Uint8Array.of(CR, LF, CR, LF));
  if (headEnd < 0) return void 0;
  const content = part.subarray(headEnd === 0 ? 2 : headEnd + 4);
  const headers = readHeaders(latin1Text(part, 0, headEnd));
  return headers === void 0 ? void 0 : describeHead(headers, content, form);
}
function readHeaders(head) {
  if (head === "") return [];
  const headers = [];
  for (const line of head.split("\r\n")) {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(colon, 0));
    if (!HEADER_NAME.test(name) || CONTROL.test(line)) return void 0;
    headers.push([name.toLowerCase(), line.slice(colon + 1).trim()]);
  }
  return headers;
}
function describeHead(headers, content, form) {
  const known = /* @__PURE__ */ new Map();
  const others = [];
  for (const [name, value] of headers) {
    if (name !== "content-disposition" && name !== "content-type") others.push([name, value]);
    else if (known.has(name)) return void 0;
    else known.set(name, value);
  }
  const disposition = known.get("content-disposition") ?? "";
  const parameters = parametersOf(disposition);
  if (parameters === void 0 || (form && !parameters.has("name"))) return void 0;
  const plain2 = /^form-data\s*(?:;|$)/i.test(disposition);
  const usual = [...parameters.keys()].every((name) => name === "name" || name === "filename");
  if (disposition !== "" && !(plain2 && usual)) others.push(["content-disposition", disposition]);
  const contentType = known.get("content-type");
  return { name: parameters.get("name"), filename: parameters.get("filename"), contentType, others, content };
}

// ../../packages/core/src/fingerprint/preimage.ts
var NO_HEADERS = [];
var Preimage = class {
  #netstrings = new Netstrings("idempotency-fp/1");
  #method = "";
  #path = "";
  #query = "";
  #essence = "";
  #routeLength = -1;
  /** The kind that stands after the route, if no headers stand between them. */
  #kind = "";
  #kindLength = -1;
  /** The bytes to hash; valid until the next call. */
  bytes(request2, essence, kind, bodyDigest) {
    const { method, path, query = "", headers = NO_HEADERS } = request2;
    const known =
      this.#routeLength > 0 &&
      path === this.#path &&
      method === this.#method &&
      query === this.#query &&
      essence === this.#essence;
    if (known && headers.length === 0 && kind === this.#kind) {
      return this.#netstrings.otherDigest(bodyDigest, this.#kindLength);
    }
    this.#kind = "";
    if (known) this.#netstrings.reset(this.#routeLength);
    else this.#route(method, path, query, essence);
    this.#headers(headers);
    this.#netstrings.text(kind);
    if (headers.length === 0) {
      this.#kind = kind;
      this.#kindLength = this.#netstrings.length;
    }
    return this.#netstrings.digest(bodyDigest).bytes();
  }
  #route(method, path, query, essence) {
    this.#routeLength = -1;
    requireText2("method", method);
    requireText2("path", path);
    requireText2("query", query);
    const netstrings = this.#netstrings.reset().text(method.toUpperCase()).text(path).text(query).text(essence);
    this.#method = method;
    this.#path = path;
    this.#query = query;
    this.#essence = essence;
    this.#routeLength = netstrings.length;
  }
  #headers(headers) {
    const { length } = headers;
    this.#netstrings.text(length === 0 ? "0" : String(length));
    if (length === 0) return;
    for (const [name, value] of headers) {
      requireText2("header name", name);
      requireText2(`header ${name}`, value);
      this.#netstrings.text(name.toLowerCase()).text(value);
    }
  }
};
function requireText2(name, value) {
  if (typeof value === "string") return;
  throw new TypeError(`A request's ${name} must be a string, but is ${value === null ? "null" : typeof value}.`);
}

// ../../packages/core/src/fingerprint/fingerprint.ts
var NO_OPTIONS = {};
var EMPTY = new Uint8Array(0);
var preimage = /* @__PURE__ */ new Preimage();
function fingerprint(request2, options = NO_OPTIONS) {
  return fingerprintWith(platformDigest, request2, options);
}
function fingerprintWith(digest, request2, options) {
  const mediaType = mediaTypeOf(request2.contentType);
  const selected = options.select?.(request2);
  const body2 = selected === void 0 ? hashBody(digest, request2, mediaType) : hashSelection(digest, selected);
  return sign(
    digest,
    body2.kind,
    preimage.bytes(request2, mediaType.essence, body2.kind, body2.digest),
    options.hmacKey,
  );
}
function hashBody(digest, { body: body2, contentType }, mediaType) {
  if (typeof body2 === "object" && body2 !== null && !(body2 instanceof Uint8Array)) {
    return "sha256" in body2 ? takeDigest(digest, body2.sha256, mediaType) : hashParsed(digest, body2);
  }
  const bytes = bytesOf(body2);
  if (bytes.length === 0) return { kind: "none", digest: digest.raw(bytes) };
  if (mediaType.json) {
    const canonical = canonicalJson(bytes);
    if (canonical !== void 0) return { kind: "json", digest: digest.raw(canonical) };
  }
  if (mediaType.multipart) {
    const parts = multipartDigest(bytes, contentType ?? "", digest);
    if (parts !== void 0) return { kind: "multipart", digest: digest.raw(parts) };
  }
  return { kind: "raw", digest: digest.raw(bytes) };
}
function bytesOf(body2) {
  if (body2 instanceof Uint8Array) return body2;
  if (body2 === void 0 || body2 === null || body2 === "") return EMPTY;
  requireText2("body", body2);
  return utf82(body2);
}
function hashParsed(digest, body2) {
  const parsed = "parsed" in body2 ? body2.parsed : void 0;
  if (parsed === void 0) {
    throw new TypeError(
      "A request's body must be a Uint8Array, a string or { parsed: value }. An object that a framework made of the body goes into `parsed`; an unread body must be read first.",
    );
  }
  const { text: text2, exact } = canonicalValue(parsed);
  return { kind: exact ? "json" : "parsed", digest: digest.raw(utf82(text2)) };
}
function takeDigest(digest, sha2562, mediaType) {
  if (!(sha2562 instanceof Uint8Array) || sha2562.length !== 32) {
    throw new TypeError("A body's `sha256` must be a Uint8Array of 32 bytes.");
  }
  if (mediaType.json || mediaType.multipart) {
    throw new TypeError(
      `A digest cannot stand for a body of type ${mediaType.essence}, which counts by what it says; hand over the body. comparesBytes() tells for which types it can.`,
    );
  }
  const given = latin1Text(sha2562);
  return { kind: given === digest.raw(EMPTY) ? "none" : "raw", digest: given };
}
function hashSelection(digest, selected) {
  return { kind: "custom", digest: digest.raw(utf82(canonicalValue(selected).text)) };
}
function sign(digest, kind, bytes, hmacKey) {
  if (hmacKey === void 0) return { value: `s1:${digest.base64url(bytes)}`, kind };
  const secrets = Array.isArray(hmacKey) ? hmacKey : [hmacKey];
  const [value, ...alternates] = secrets.map((secret) => `h1:${digest.hmac(secretBytes(secret), bytes)}`);
  if (value === void 0) throw new TypeError("The option `hmacKey` is an empty list; give one secret at least.");
  return alternates.length === 0 ? { value, kind } : { value, kind, alternates };
}
function secretBytes(secret) {
  const bytes = typeof secret === "string" ? utf82(secret) : secret;
  if (bytes instanceof Uint8Array && bytes.length > 0) return bytes;
  throw new TypeError(
    "The option `hmacKey` must be a secret that is not empty (a string or bytes), or a list of them.",
  );
}

// ../../packages/core/src/memory-store.ts
var MemoryStore = class {
  capabilities = Object.freeze({
    clock: "store",
    resolutionMs: 1,
    skewMarginMs: 0,
    maxRecordBytes: Number.MAX_SAFE_INTEGER,
    durability: "memory",
    concurrent: false,
    transactional: false,
    list: true,
    sweep: true,
  });
  #entries = /* @__PURE__ */ new Map();
  #maxEntries;
  #nowMs;
  constructor(options = {}) {
    const { maxEntries = 1e5, nowMs = () => performance.now() } = options;
    if (!Number.isSafeInteger(maxEntries) || maxEntries < 1) {
      throw new TypeError(`MemoryStore maxEntries: ${maxEntries} is not a whole number of at least 1`);
    }
    if (typeof nowMs !== "function")
      throw new TypeError("MemoryStore nowMs: expected a function that returns milliseconds");
    this.#maxEntries = maxEntries;
    this.#nowMs = nowMs;
  }
  async get(id) {
    const nowMs = this.#nowMs();
    const entry = this.#live(id, nowMs);
    return entry && view(entry, nowMs);
  }
  async create(id, version, record, retentionMs) {
    const nowMs = this.#nowMs();
    const standing = this.#live(id, nowMs);
    if (standing !== void 0) {
      const current = view(standing, nowMs);
      return standing.version === version ? { written: true, stored: current } : { written: false, current };
    }
    this.#makeRoom(nowMs);
    const entry = {
      version,
      record: structuredCopy(record),
      writtenAtMs: nowMs,
      expiresAtMs: nowMs + retentionMs,
    };
    this.#entries.set(id, entry);
    return { written: true, stored: viewOf(entry, record, nowMs) };
  }
  async replace(id, expected, version, record, keepMs = 0) {
    const nowMs = this.#nowMs();
    const entry = this.#live(id, nowMs);
    if (entry === void 0) return { written: false, current: void 0 };
    if (entry.version === version) return { written: true, stored: view(entry, nowMs) };
    if (entry.version !== expected) return { written: false, current: view(entry, nowMs) };
    entry.version = version;
    entry.record = structuredCopy(record);
    entry.writtenAtMs = nowMs;
    entry.expiresAtMs = Math.max(entry.expiresAtMs, nowMs + keepMs);
    return { written: true, stored: viewOf(entry, record, nowMs) };
  }
  async remove(id, expected) {
    const nowMs = this.#nowMs();
    const entry = this.#live(id, nowMs);
    if (entry !== void 0 && entry.version !== expected) return { written: false, current: view(entry, nowMs) };
    this.#entries.delete(id);
    return { written: true };
  }
  async sweep(limit = 1e3) {
    return this.#sweep(this.#nowMs(), limit);
  }
  async list(options = {}) {
    const { cursor = "", limit = 100 } = options;
    const nowMs = this.#nowMs();
    const ids = [...this.#entries.keys()].filter((id) => id > cursor && this.#live(id, nowMs)).sort();
    const entries = ids.slice(0, limit).flatMap((id) => {
      const entry = this.#live(id, nowMs);
      return entry === void 0 ? [] : [{ id, stored: view(entry, nowMs) }];
    });
    const last = entries.at(-1);
    return last !== void 0 && ids.length > limit ? { entries, cursor: last.id } : { entries };
  }
  #live(id, nowMs) {
    const entry = this.#entries.get(id);
    return entry !== void 0 && entry.expiresAtMs > nowMs ? entry : void 0;
  }
  #makeRoom(nowMs) {
    if (this.#entries.size < this.#maxEntries) return;
    if (this.#sweep(nowMs, Number.POSITIVE_INFINITY) > 0) return;
    throw new OncekeyError(
      "STORE_FULL",
      `MemoryStore holds ${this.#maxEntries} live records and evicts none; raise maxEntries or shorten retentionMs`,
    );
  }
  #sweep(nowMs, limit) {
    let swept = 0;
    for (const [id, entry] of this.#entries) {
      if (swept >= limit) break;
      if (entry.expiresAtMs > nowMs) continue;
      this.#entries.delete(id);
      swept += 1;
    }
    return swept;
  }
};
function view(entry, nowMs) {
  return viewOf(entry, structuredCopy(entry.record), nowMs);
}
function viewOf(entry, record, nowMs) {
  const { version, writtenAtMs, expiresAtMs } = entry;
  return { version, record, ageMs: nowMs - writtenAtMs, expiresInMs: expiresAtMs - nowMs };
}
function structuredCopy(record) {
  if (record.state === "completed" && record.result instanceof Uint8Array) {
    return { ...record, result: new Uint8Array(record.result) };
  }
  if (record.state === "in-progress" && record.checkpoints !== void 0) return structuredClone(record);
  return record;
}

// src/stores/payload.ts
var body = { amount: 1e3, currency: "usd", customer: "cus_4QFJOjw2pOmAGJ", capture: true };
var answer = { id: "ch_3MmlLrLkdIwHu7ix0snN0B15", status: "succeeded", receipt: "r".repeat(290) };
var request = {
  method: "POST",
  path: "/v1/charges",
  contentType: "application/json",
  body: Buffer.from(JSON.stringify(body)),
};
var requestFingerprint = fingerprint(request).value;
var running = {
  state: "in-progress",
  fingerprint: requestFingerprint,
  attempt: 1,
  leaseMs: 6e5,
};
var lost = { ...running, leaseMs: 1 };
var retaken = { ...running, attempt: 2 };
var completed2 = {
  state: "completed",
  fingerprint: requestFingerprint,
  attempt: 1,
  result: Buffer.from(JSON.stringify(answer)),
};
var runningBytes = Buffer.from(encodeRecord(running));
var completedBytes = Buffer.from(encodeRecord(completed2));
var RETENTION_MS = 864e5;
var LOST_AFTER_MS = 20;

// src/http/request.ts
var PATH = "/v1/charges";
var ACCOUNT_HEADER = "x-account";
var KEY_HEADER = "idempotency-key";
var ACCOUNT = "acct_1";
var JSON_TYPE = "application/json; charset=utf-8";
var bodyText = JSON.stringify(body);
var RECEIPT = answer.id;

export {
  ACCOUNT,
  ACCOUNT_HEADER,
  answer,
  body,
  bodyText,
  classifyPlain,
  comparesBytes,
  completed2 as completed,
  completedBytes,
  createOncekey,
  decodeRecord,
  encodeRecord,
  fingerprint,
  isNotExecutedError,
  isOncekeyError,
  JSON_TYPE,
  KEY_HEADER,
  LOST_AFTER_MS,
  lost,
  MemoryStore,
  OncekeyError,
  PATH,
  RECEIPT,
  RETENTION_MS,
  recordId,
  request,
  retaken,
  running,
  runningBytes,
  withEncodedRecord,
};
