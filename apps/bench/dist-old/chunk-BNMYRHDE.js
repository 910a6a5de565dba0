import {
  classifyPlain,
  comparesBytes,
  createOncekey,
  fingerprint,
  isNotExecutedError,
  isOncekeyError,
  KEY_HEADER,
  OncekeyError,
  RETENTION_MS,
} from "./chunk-4RZPWTC5.js";
import {
  classifyStatus,
  defaultMethods,
  defaultProblemBase,
  hasNullBody,
  header,
  isEventStream,
  isRedirect,
  isStorable,
  jsonMediaType,
  noStore,
  problemMediaType,
  problemStatusRange,
  problems,
  RedisStore,
  replayedValue,
  safeMethods,
  storedHeaders,
} from "./chunk-CTAJ23BL.js";

// ../../packages/http/src/content-coding.ts
var nodeNames = {
  gzip: "gunzip",
  "x-gzip": "gunzip",
  deflate: "inflate",
  br: "brotliDecompress",
  zstd: "zstdDecompress",
};
function isCoded(contentEncoding2) {
  if (contentEncoding2 === null || contentEncoding2 === void 0) return false;
  return codingsOf(contentEncoding2).length > 0;
}
async function removeCodings(bytes, contentEncoding2, maxBytes) {
  const codings = codingsOf(contentEncoding2);
  if (codings.length > 3) return "unreadable";
  let decoded = bytes;
  for (const coding of codings.reverse()) {
    if (typeof decoded === "string") return decoded;
    decoded = await removeCoding(decoded, coding, maxBytes);
  }
  return decoded;
}
function codingsOf(contentEncoding2) {
  return contentEncoding2
    .split(",")
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== "" && coding !== "identity");
}
function removeCoding(bytes, coding, maxBytes) {
  const method = Object.hasOwn(nodeNames, coding) ? nodeNames[coding] : void 0;
  if (method === void 0) return Promise.resolve("unreadable");
  const zlib = typeof process === "undefined" ? void 0 : process.getBuiltinModule?.("node:zlib");
  const inflate = zlib?.[method];
  if (inflate !== void 0) return byZlib(inflate, bytes, maxBytes);
  if (method === "gunzip") return byStream("gzip", bytes, maxBytes);
  if (method === "inflate") return byStream("deflate", bytes, maxBytes);
  return Promise.resolve("unreadable");
}
function byZlib(inflate, bytes, maxBytes) {
  return new Promise((resolve) => {
    inflate(bytes, { maxOutputLength: Math.max(1, maxBytes) }, (error, result) => {
      if (error === null) resolve(result);
      else resolve("code" in error && error.code === "ERR_BUFFER_TOO_LARGE" ? "too-large" : "unreadable");
    });
  });
}
async function byStream(coding, bytes, maxBytes) {
  const stream = new DecompressionStream(coding);
  const writer = stream.writable.getWriter();
  writer.write(Uint8Array.from(bytes)).catch(() => {});
  writer.close().catch(() => {});
  const reader = stream.readable.getReader();
  const chunks = [];
  let length = 0;
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      length += read.value.byteLength;
      if (length > maxBytes) {
        await reader.cancel();
        return "too-large";
      }
      chunks.push(read.value);
    }
  } catch {
    return "unreadable";
  }
  return concat(chunks, length);
}
function concat(chunks, length) {
  const [only] = chunks;
  if (chunks.length === 1 && only !== void 0) return only;
  const all = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return all;
}

// ../../packages/http/src/incoming.ts
function joined(lines) {
  if (lines === null || lines === void 0) return void 0;
  if (typeof lines === "string") return lines;
  return lines.length === 0 ? void 0 : lines.join(", ");
}

// ../../packages/http/src/structured-fields.ts
var STRING = String.raw`"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"`;
var BYTE_SEQUENCE = String.raw`:(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}(?:==)?|[A-Za-z\d+/]{3}=?)?:`;
var KEY = String.raw`[a-z*][a-z\d_\-.*]*`;
var BARE_ITEMS = [
  String.raw`-?(?:\d{1,12}\.\d{1,3}|\d{1,15})`,
  STRING,
  String.raw`[A-Za-z*][!#$%&'*+\-.^_\`|~\dA-Za-z:/]*`,
  BYTE_SEQUENCE,
  String.raw`\?[01]`,
  String.raw`@-?\d{1,15}`,
  String.raw`%"(?:[\x20\x21\x23\x24\x26-\x7e]|%[\da-f]{2})*"`,
];
var PARAMETER = `; *${KEY}(?:=(?:${BARE_ITEMS.join("|")}))?`;
function trim(value) {
  let start = 0;
  let end = value.length;
  while (start < end && isBlank(value[start])) start++;
  while (end > start && isBlank(value[end - 1])) end--;
  return value.slice(start, end);
}
function isBlank(character) {
  return character === " " || character === "	";
}

// ../../packages/http/src/content-digest.ts
var MEMBER = new RegExp(`(${KEY})=(${BYTE_SEQUENCE})(?:${PARAMETER})*`, "y");
var COMMA = /[ \t]*,[ \t]*/y;
var SHA_256 = /^:([A-Za-z\d+/]{43})=?:$/;
function sha256Of(field) {
  const text2 = trim(field);
  let found;
  for (let at = 0; ; at = COMMA.lastIndex) {
    MEMBER.lastIndex = at;
    const [member = "", algorithm, value = ""] = MEMBER.exec(text2) ?? [];
    if (member === "") return void 0;
    if (algorithm === "sha-256") {
      if (found !== void 0) return void 0;
      found = value;
    }
    COMMA.lastIndex = at + member.length;
    if (COMMA.lastIndex === text2.length) break;
    if (!COMMA.test(text2)) return void 0;
  }
  const base64 = found === void 0 ? void 0 : SHA_256.exec(found)?.[1];
  return base64 === void 0 ? void 0 : Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0));
}
async function verifiedDigest(incoming, verified) {
  if (!comparesBytes(joined(incoming.lines(header.contentType.toLowerCase())))) return void 0;
  if (isCoded(joined(incoming.lines(header.contentEncoding.toLowerCase())))) return void 0;
  const field = await verified(incoming.request);
  if (field === void 0 || field === null) return void 0;
  if (typeof field !== "string") {
    throw new TypeError(
      `fingerprint.verifiedContentDigest: the function answered ${String(field)}; it must give the verified field as a text, such as sha-256=:\u2026:, or undefined where nobody has verified it`,
    );
  }
  const sha256 = sha256Of(field);
  return sha256 === void 0 ? void 0 : { sha256 };
}

// ../../packages/http/src/compared-body.ts
function isLost(body) {
  return typeof body === "object" && "lost" in body;
}
async function bodyToCompare(incoming, maxBytes, verified) {
  if (verified === void 0) return readToCompare(incoming, maxBytes);
  const kept = incoming.bodyWasRead === true ? await readToCompare(incoming, maxBytes) : void 0;
  if (kept !== void 0 && kept !== "too-large" && !isLost(kept.body)) return kept;
  const body = await verifiedDigest(incoming, verified);
  return body === void 0 ? (kept ?? readToCompare(incoming, maxBytes)) : { body };
}
async function readToCompare(incoming, maxBytes) {
  const body = await incoming.readBody(maxBytes);
  if (body === "too-large") return body;
  if (body === void 0 || "parsed" in body || "lost" in body) return { body };
  if (!(body instanceof Uint8Array)) return within(body.decoded, maxBytes);
  const coding = joined(incoming.lines(header.contentEncoding.toLowerCase()));
  if (!isCoded(coding)) return within(body, maxBytes);
  const decoded = await removeCodings(body, coding, maxBytes);
  if (decoded === "too-large") return decoded;
  return within(decoded === "unreadable" ? body : decoded, maxBytes);
}
function within(body, maxBytes) {
  const length = typeof body === "string" ? body.length : body.byteLength;
  return length > maxBytes ? "too-large" : { body };
}

// ../../packages/http/src/response.ts
function isHeaderName(name) {
  return typeof name === "string" && /^[\w!#$%&'*+\-.^`|~]+$/.test(name);
}
function checkHeaderLines(where, lines) {
  for (const [name, value] of lines) {
    if (!isHeaderName(name)) throw new TypeError(`${where}: ${JSON.stringify(name)} is not the name of a header`);
    if (typeof value === "string" && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)) continue;
    throw new TypeError(`${where}: the value of ${name} holds what no header may, such as a line break; encode it`);
  }
}
function headerValue(headers, name) {
  return headers.find(([each]) => each.toLowerCase() === name)?.[1];
}

// ../../packages/http/src/response-codec.ts
var FORMAT = 1;
var STATUS_AT = 1;
var HEAD_LENGTH_AT = 3;
var HEAD_AT = 7;
var utf8 = new TextEncoder();
var text = new TextDecoder("utf-8", { ignoreBOM: true });
function encodeResponse({ status, headers, body }) {
  let lines = "";
  for (const [name, value] of headers)
    lines += `${name}:${value}
`;
  const head = utf8.encode(lines);
  const bytes = new Uint8Array(HEAD_AT + head.byteLength + body.byteLength);
  writeStatus(bytes, status).setUint32(HEAD_LENGTH_AT, head.byteLength);
  bytes.set(head, HEAD_AT);
  bytes.set(body, HEAD_AT + head.byteLength);
  return bytes;
}
function omittedResponse(status) {
  const summary = new Uint8Array(HEAD_LENGTH_AT);
  writeStatus(summary, status);
  return { omitted: true, summary };
}
function decodeResponse(bytes) {
  const view = viewOf(bytes);
  const bodyAt = bytes.byteLength < HEAD_AT ? Number.POSITIVE_INFINITY : HEAD_AT + view.getUint32(HEAD_LENGTH_AT);
  if (bytes[0] !== FORMAT || bodyAt > bytes.byteLength) {
    throw new OncekeyError("RECORD_UNREADABLE", "the stored result is not a response that this version can read");
  }
  const head = text.decode(bytes.subarray(HEAD_AT, bodyAt));
  return { status: view.getUint16(STATUS_AT), headers: linesOf(head), body: bytes.subarray(bodyAt) };
}
function statusOfOmitted({ summary }) {
  if (summary?.[0] !== FORMAT || summary.byteLength !== HEAD_LENGTH_AT) return void 0;
  return viewOf(summary).getUint16(STATUS_AT);
}
function linesOf(head) {
  return head
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1)];
    });
}
function writeStatus(bytes, status) {
  const view = viewOf(bytes);
  view.setUint8(0, FORMAT);
  view.setUint16(STATUS_AT, status);
  return view;
}
function viewOf(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

// ../../packages/http/src/execution.ts
var contentEncoding = header.contentEncoding.toLowerCase();
async function toExecution(sent, ownHosts2, maxBytes) {
  const coding = headerValue(sent.headers, contentEncoding);
  if (sent.body === void 0 || sent.body.byteLength === 0 || !isCoded(coding)) {
    return { sent, plain: sent, ownHosts: ownHosts2 };
  }
  const body = await removeCodings(sent.body, coding, maxBytes);
  if (typeof body === "string") return { sent, plain: sent, ownHosts: ownHosts2 };
  const headers = sent.headers.filter(([name]) => name.toLowerCase() !== contentEncoding);
  return { sent, plain: { status: sent.status, headers, body }, ownHosts: ownHosts2 };
}
function executionCodec({ classify, kept, hooks }, failure) {
  return {
    classify(settled) {
      if (!settled.ok) return classifyPlain(settled);
      const { status, error } = settled.value.sent;
      const outcome = classify(status);
      return outcome !== "success" && isNotExecutedError(error) ? "not-executed" : outcome;
    },
    encode(settled) {
      if (!settled.ok) return encodeResponse(failure);
      const { plain, ownHosts: ownHosts2 } = settled.value;
      const { status, body } = plain;
      const lines = kept.of(status, plain.headers, ownHosts2);
      if (body === void 0 || lines === void 0) return omittedResponse(status);
      const whole = { status, headers: withCoding(lines, plain.headers), body };
      if (hooks.redact === void 0) return encodeResponse(whole);
      const redacted = hooks.redact(whole);
      if (redacted === void 0) return omittedResponse(status);
      checkHeaderLines("redact", redacted.headers);
      return encodeResponse(redacted);
    },
    decode(result) {
      const response = decodeResponse(result);
      return { ok: true, value: { sent: response, plain: response, ownHosts: [] } };
    },
  };
}
function withCoding(kept, all) {
  const coding = headerValue(all, contentEncoding);
  return isCoded(coding) ? [...kept, [contentEncoding, coding]] : kept;
}

// ../../packages/http/src/key-age.ts
function madeAtMs(key) {
  if (!/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/i.test(key)) return void 0;
  return Number.parseInt(key.slice(0, 8) + key.slice(9, 13), 16);
}

// ../../packages/http/src/key-header.ts
var DEFAULT_MAX_KEY_LENGTH = 255;
var QUOTED = new RegExp(`^(${STRING})(?:${PARAMETER})*`);
var ANOTHER_MEMBER = /^[ \t]*,/;
var BARE = /^(?![:?@(%])[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/;
function parseIdempotencyKey(lines, options = {}) {
  const { syntax = "lenient", maxLength = DEFAULT_MAX_KEY_LENGTH } = checkKeySyntax(options);
  if (lines === null || lines === void 0 || lines.length === 0) return typeof lines === "string" ? empty : missing;
  if (typeof lines !== "string" && lines.length > 1) return multiple;
  const value = trim(typeof lines === "string" ? lines : (lines[0] ?? ""));
  if (value === "") return empty;
  if (value.startsWith('"')) return parseQuoted(value, maxLength);
  if (syntax === "strict")
    return wrong("not-a-string", 'it must be a string in double quotes: Idempotency-Key: "\u2026"');
  return parseBare(value, maxLength);
}
function checkKeySyntax(options) {
  const { syntax, maxLength } = options;
  if (syntax !== void 0 && syntax !== "lenient" && syntax !== "strict") {
    throw new TypeError(`syntax: ${JSON.stringify(syntax)} is neither "lenient" nor "strict"`);
  }
  if (maxLength !== void 0 && !(Number.isSafeInteger(maxLength) && maxLength >= 1 && maxLength <= 1024)) {
    throw new TypeError(`maxLength: ${String(maxLength)} is not a whole number from 1 to 1024`);
  }
  return options;
}
function parseQuoted(value, maxLength) {
  const match = QUOTED.exec(value);
  const quoted = match?.[1];
  if (match === null || quoted === void 0) return malformedString;
  const rest = value.slice(match[0].length);
  if (rest !== "") return ANOTHER_MEMBER.test(rest) ? multiple : malformedString;
  const key = quoted.slice(1, -1).replace(/\\(["\\])/g, "$1");
  if (key === "") return empty;
  if (/[ ,]/.test(key)) return wrong("forbidden-char", "it must not hold a space or a comma");
  return limited(key, maxLength);
}
function parseBare(value, maxLength) {
  if (BARE.test(value)) return limited(value, maxLength);
  if (value.includes(",")) return multiple;
  return wrong("malformed", 'it must be visible ASCII without spaces, or a string in double quotes: "\u2026"');
}
function limited(key, maxLength) {
  if (key.length <= maxLength) return { key };
  return wrong("too-long", `it has ${key.length} characters; at most ${maxLength} are allowed`);
}
function wrong(code, why) {
  return { error: { code, message: `${header.idempotencyKey} is invalid: ${why}` } };
}
var missing = wrong("missing", "it is missing");
var empty = wrong("empty", "it is empty; send a key, such as a UUID, or no header at all");
var multiple = wrong("multiple", "there is more than one key; send one header line with one key");
var malformedString = wrong("malformed", "it begins with a double quote and is not a well-formed string");

// ../../packages/http/src/find-key.ts
function findKey(incoming, settings) {
  const { headerNames: headerNames2, syntax, maxKeyLength, required } = settings;
  const parsed = parseIdempotencyKey(keyLines(incoming, headerNames2), { syntax, maxLength: maxKeyLength });
  if (parsed.error === void 0) return checkKey(parsed.key, settings);
  const { code, message } = parsed.error;
  if (code !== "missing") return badKey(code, message);
  if (required) {
    const detail2 = "This operation needs an Idempotency-Key header, such as a new UUID for each operation.";
    return { refused: "key-missing", details: { detail: detail2 } };
  }
  if (joined(incoming.lines(header.earlyData.toLowerCase())) !== "1") return void 0;
  const detail = "Early data may be a replay. Send the request again after the handshake, or with a key.";
  return { refused: "too-early", details: { detail } };
}
function checkKey(key, { hooks }) {
  const { validateKey, maxKeyAgeMs } = hooks;
  const verdict = validateKey?.(key) ?? true;
  if (verdict !== true) {
    return badKey("not-accepted", verdict === false ? "The key has not the form that this API asks for." : verdict);
  }
  const madeMs = maxKeyAgeMs === void 0 ? void 0 : madeAtMs(key);
  if (maxKeyAgeMs === void 0 || madeMs === void 0 || Date.now() - madeMs <= maxKeyAgeMs) return { key };
  const detail = `The key was made more than ${maxKeyAgeMs} ms ago, so what became of it may be forgotten. Find out before you repeat the operation.`;
  return { refused: "key-expired", details: { detail } };
}
function badKey(reason, detail) {
  return { refused: "key-invalid", details: { detail, reason } };
}
function keyLines(incoming, names) {
  let found;
  for (const name of names) {
    const lines = incoming.lines(name);
    if (lines === null || lines === void 0 || (typeof lines !== "string" && lines.length === 0)) continue;
    found = found === void 0 ? lines : [found, lines].flat();
  }
  return found;
}

// ../../packages/http/src/http-attempt.ts
var utf82 = new TextEncoder();
function httpAttempt(attempt, ownHosts2) {
  return {
    id: attempt.id,
    number: attempt.number,
    get signal() {
      return attempt.signal;
    },
    deriveKey: (name, format) => attempt.deriveKey(name, format),
    step: (name, step) => attempt.step(name, step),
    commitWith: async (store, response) => {
      const sent = complete(response);
      await attempt.commitWith(store, { sent, plain: sent, ownHosts: ownHosts2 });
    },
  };
}
function isSameAnswer(one, other) {
  if (one === other) return true;
  if (one.plain.status !== other?.plain.status) return false;
  const [a, b] = [one.plain.body, other.plain.body];
  return a?.byteLength === b?.byteLength && (a?.every((byte, index) => byte === b?.[index]) ?? true);
}
function complete({ status, headers = [], body, json }) {
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new TypeError(
      `commitWith: ${String(status)} is not the status of a response; give { status, headers, body or json }`,
    );
  }
  checkHeaderLines("commitWith headers", headers);
  if (body !== void 0 && json !== void 0) throw new TypeError("commitWith: give body or json, not both");
  if (json !== void 0) {
    const lines = [[header.contentType, jsonMediaType], ...headers];
    return { status, headers: lines, body: utf82.encode(JSON.stringify(json)) };
  }
  return { status, headers, body: typeof body === "string" ? utf82.encode(body) : (body ?? new Uint8Array(0)) };
}

// ../../packages/http/src/scope.ts
async function resolveScope(scope, request) {
  if (scope === "global") return scope;
  const found = await scope(request);
  if (typeof found === "string" && found !== "") return found;
  throw new TypeError(
    `scope: the function answered ${found === "" ? "an empty text" : String(found)}; it must name the caller with a text. Authenticate before the idempotency check, and give scope "global" only where all callers are one`,
  );
}
function scopeOfRoute(scope, method, path) {
  return JSON.stringify([scope, method.toUpperCase(), path]);
}

// ../../packages/http/src/kept-headers.ts
var targets = [header.location.toLowerCase(), header.contentLocation.toLowerCase()];
function keptHeaders(more, origins) {
  const names = /* @__PURE__ */ new Set([...storedHeaders, ...more.map(storableName)]);
  const hosts = origins === "any" ? "any" : origins.map(hostOfOrigin);
  const isForeign = (value, ownHosts2) => {
    if (hosts === "any") return false;
    const host2 = hostOf(value);
    return host2 !== void 0 && !ownHosts2.includes(host2) && !hosts.includes(host2);
  };
  return {
    of(status, headers, ownHosts2) {
      const kept = [];
      for (const [given, value] of headers) {
        const name = given.toLowerCase();
        if (!names.has(name)) continue;
        if (!targets.includes(name) || !isForeign(value, ownHosts2)) kept.push([name, value]);
        else if (isRedirect(status)) return void 0;
      }
      return kept;
    },
  };
}
function hostOf(reference) {
  if (!/^(?:[a-z][a-z\d+\-.]*:|[/\\]{2})/i.test(reference.trim())) return void 0;
  const placeholder = "http://own-host.invalid";
  return URL.canParse(reference, placeholder) ? new URL(reference, placeholder).host : "";
}
function storableName(name) {
  const lower = String(name).toLowerCase();
  if (!isHeaderName(lower)) {
    throw new TypeError(`storedHeaders: ${JSON.stringify(name)} is not the name of a header`);
  }
  if (!isStorable(lower)) {
    throw new TypeError(
      `storedHeaders: ${JSON.stringify(name)} is never stored, because it belongs to one exchange, connection or session; leave it out`,
    );
  }
  return lower;
}
function hostOfOrigin(origin) {
  if (typeof origin === "string" && URL.canParse(origin)) {
    const url = new URL(origin);
    if (url.origin === origin.toLowerCase()) return url.host;
  }
  throw new TypeError(
    `locationOrigins: ${JSON.stringify(origin)} is not an origin; write one such as "https://pay.example.com", or "any"`,
  );
}

// ../../packages/http/src/problem.ts
var utf83 = new TextEncoder();
function problemWriter(base = defaultProblemBase, statuses = {}) {
  checkBase(base);
  checkStatuses(statuses);
  const prefix = /[/#=]$/.test(base) ? base : `${base}/`;
  return (slug, details, retryAfterMs) => {
    const kind = problems[slug];
    const { title, retryable, safeNewKey } = kind;
    const status = statuses[slug] ?? kind.status;
    const { detail, ...members } = details;
    const body = {
      type: prefix + slug,
      title,
      status,
      detail,
      retryable,
      ...(safeNewKey === void 0 ? {} : { safeNewKey }),
      ...members,
    };
    const headers = [
      [header.contentType, problemMediaType],
      [header.cacheControl, noStore],
    ];
    if (retryAfterMs !== void 0) headers.push([header.retryAfter, wholeSeconds(retryAfterMs)]);
    return { status, headers, body: utf83.encode(JSON.stringify(body)) };
  };
}
function wholeSeconds(ms) {
  return String(Math.floor(ms / 1e3));
}
function checkBase(base) {
  if (typeof base === "string" && URL.canParse(base)) return;
  throw new TypeError(
    `problemBase: ${JSON.stringify(base)} is not an absolute URL; the types of problems begin with it, such as https://api.example.com/problems/`,
  );
}
function checkStatuses(statuses) {
  const { least, most } = problemStatusRange;
  for (const [slug, status] of Object.entries(statuses)) {
    if (!Object.hasOwn(problems, slug)) {
      throw new TypeError(
        `statuses: ${JSON.stringify(slug)} is no problem; there are ${Object.keys(problems).join(", ")}`,
      );
    }
    if (!Number.isInteger(status) || status < least || status > most) {
      throw new TypeError(`statuses: ${slug}: ${String(status)} is not a status from ${least} to ${most}`);
    }
  }
}

// ../../packages/http/src/settings.ts
var operationOptions = {
  policy: true,
  retentionMs: true,
  leaseMs: true,
  maxExecutionMs: true,
  waitMs: true,
  onStoreUnavailable: true,
  onCompletionFailure: true,
  quota: true,
};
var engineOptions = {
  namespace: true,
  claimTimeoutMs: true,
  completionTimeoutMs: true,
  on: true,
  seal: true,
  sealing: true,
  clock: true,
};
var protocolOptions = {
  scope: true,
  scopeByRoute: true,
  methods: true,
  required: true,
  headerName: true,
  syntax: true,
  maxKeyLength: true,
  validateKey: true,
  maxKeyAgeMs: true,
  fingerprint: true,
  maxBodyBytes: true,
  maxResponseBytes: true,
  storedHeaders: true,
  locationOrigins: true,
  redact: true,
  classify: true,
  statuses: true,
  problemBase: true,
  replayedHeader: true,
  retryAfterMs: true,
  onReplay: true,
  onResponseUnavailable: true,
};
var fingerprintOptions = {
  hmacKey: true,
  headers: true,
  select: true,
  verifiedContentDigest: true,
};
var routeOptions = { ...protocolOptions, ...operationOptions };
var allOptions = { ...routeOptions, ...engineOptions, oncekey: true, store: true };
function resolveEngine(options) {
  refuseUnknown("options", options, allOptions);
  const operation = pick(options, operationOptions);
  const engine = pick(options, engineOptions);
  if (options.oncekey === void 0) {
    if (options.store === void 0) {
      throw new TypeError("options: there is neither a store nor an oncekey; give one of them");
    }
    return createOncekey({ ...operation, ...engine, store: options.store });
  }
  const [both] = [...(options.store === void 0 ? [] : ["store"]), ...Object.keys(engine)];
  if (both !== void 0) {
    throw new TypeError(`${both}: it belongs to the engine, and options.oncekey is one already; leave one of them out`);
  }
  return Object.keys(operation).length === 0 ? options.oncekey : options.oncekey.with(operation);
}
function deriveEngine(engine, options) {
  refuseUnknown("with", options, routeOptions);
  const operation = pick(options, operationOptions);
  return Object.keys(operation).length === 0 ? engine : engine.with(operation);
}
function resolveSettings(options) {
  const { syntax = "lenient", maxKeyLength = DEFAULT_MAX_KEY_LENGTH, fingerprint: fingerprint2 = {} } = options;
  checkKeySyntax({ syntax, maxLength: maxKeyLength });
  if (options.scope !== "global" && typeof options.scope !== "function") {
    throw new TypeError(
      `scope: ${JSON.stringify(options.scope)} is no scope; give a function that names the authenticated caller, such as (request) => request.user.id, or "global" where all callers are one`,
    );
  }
  checkFingerprint(fingerprint2);
  if (options.maxKeyAgeMs !== void 0) wholeNumber("maxKeyAgeMs", options.maxKeyAgeMs, 1);
  for (const name of ["validateKey", "redact", "classify", "onReplay", "onResponseUnavailable"]) {
    const given = options[name];
    if (given !== void 0 && typeof given !== "function") throw new TypeError(`${name}: expected a function`);
  }
  const names = headerNames("headerName", options.headerName ?? header.idempotencyKey);
  if (names.length === 0) throw new TypeError("headerName: the list is empty; name one header at least");
  const { validateKey, maxKeyAgeMs, redact, onReplay, onResponseUnavailable } = options;
  return {
    scope: options.scope,
    scopeByRoute: flag("scopeByRoute", options.scopeByRoute, false),
    required: flag("required", options.required, true),
    syntax,
    maxKeyLength,
    fingerprint: fingerprint2,
    maxBodyBytes: wholeNumber("maxBodyBytes", options.maxBodyBytes ?? 1048576, 0),
    maxResponseBytes: wholeNumber("maxResponseBytes", options.maxResponseBytes ?? 262144, 0),
    retryAfterMs: wholeNumber("retryAfterMs", options.retryAfterMs ?? 1e3, 0),
    classify: options.classify ?? classifyStatus,
    replayedHeader: headerName("replayedHeader", options.replayedHeader ?? header.replayed),
    methods: methodsOf(options.methods ?? defaultMethods),
    headerNames: names,
    boundHeaders: headerNames("fingerprint.headers", fingerprint2.headers ?? []),
    kept: keptHeaders(options.storedHeaders ?? [], options.locationOrigins ?? []),
    problem: problemWriter(options.problemBase, options.statuses),
    hooks: defined({ validateKey, maxKeyAgeMs, redact, onReplay, onResponseUnavailable }),
  };
}
function checkFingerprint(fingerprint2) {
  refuseUnknown("fingerprint", fingerprint2, fingerprintOptions);
  for (const name of ["select", "verifiedContentDigest"]) {
    const given = fingerprint2[name];
    if (given !== void 0 && typeof given !== "function") {
      throw new TypeError(`fingerprint.${name}: expected a function`);
    }
  }
  if (fingerprint2.select !== void 0 && fingerprint2.verifiedContentDigest !== void 0) {
    throw new TypeError(
      "fingerprint.verifiedContentDigest: with it the body is not read, and fingerprint.select picks from the body; leave one of them out",
    );
  }
}
function methodsOf(methods) {
  if (!Array.isArray(methods) || methods.length === 0) {
    throw new TypeError('methods: expected a list of methods, such as ["POST", "PATCH", "DELETE"]');
  }
  const upper = methods.map((method) => String(method).toUpperCase());
  const safe = upper.find((method) => safeMethods.includes(method));
  if (safe !== void 0) {
    throw new TypeError(`methods: ${safe} asks for no effect, so a key means nothing on it; leave it out`);
  }
  return new Set(upper);
}
function headerNames(option, names) {
  return (typeof names === "string" ? [names] : names).map((name) => headerName(option, name).toLowerCase());
}
function headerName(option, name) {
  if (isHeaderName(name)) return name;
  throw new TypeError(`${option}: ${JSON.stringify(name)} is not the name of a header`);
}
function flag(name, value, fallback) {
  if (value === void 0 || typeof value === "boolean") return value ?? fallback;
  throw new TypeError(`${name}: ${JSON.stringify(value)} is neither true nor false`);
}
function wholeNumber(name, value, least) {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new TypeError(`${name}: ${String(value)} is not a whole number of at least ${least}`);
}
function refuseUnknown(where, options, known) {
  if (typeof options !== "object" || options === null) throw new TypeError(`${where}: expected an object of options`);
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(known, name)) continue;
    throw new TypeError(`${where}: ${JSON.stringify(name)} is no option; there are ${Object.keys(known).join(", ")}`);
  }
}
function pick(options, names) {
  const picked = Object.entries(options).filter(([name, value]) => Object.hasOwn(names, name) && value !== void 0);
  return Object.fromEntries(picked);
}
function defined(values) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== void 0));
}

// ../../packages/http/src/guard.ts
function createGuard(options) {
  return new ProtocolGuard(options, resolveEngine(options));
}
var pass = { kind: "pass" };
var ProtocolGuard = class _ProtocolGuard {
  #options;
  #settings;
  #engine;
  #codec;
  #failure;
  constructor(options, engine) {
    this.#options = options;
    this.#engine = engine;
    this.#settings = resolveSettings(options);
    this.#failure = this.#settings.problem("handler-failed", {
      detail: "The first request with this key failed, and may have had effects. Find out before you repeat it.",
    });
    this.#codec = executionCodec(this.#settings, this.#failure);
  }
  get maxResponseBytes() {
    return this.#settings.maxResponseBytes;
  }
  covers(method) {
    return this.#settings.methods.has(method.toUpperCase());
  }
  with(options) {
    return new _ProtocolGuard({ ...this.#options, ...options }, deriveEngine(this.#engine, options));
  }
  idle(options) {
    return this.#engine.idle(options);
  }
  close(options) {
    return this.#engine.close(options);
  }
  async handle(incoming, run) {
    return this.handleRead(incoming, await this.read(incoming), run);
  }
  async read(incoming) {
    if (!this.covers(incoming.method)) return { instead: pass };
    const found = findKey(incoming, this.#settings);
    if (found === void 0) return { instead: pass };
    if ("refused" in found) return { instead: this.#refuse(found.refused, found.details) };
    const { maxBodyBytes: limit, fingerprint: choice } = this.#settings;
    const compared = await bodyToCompare(incoming, limit, choice.verifiedContentDigest);
    if (compared !== "too-large") return { key: found.key, body: compared.body };
    const detail = `The request body is larger than ${limit} bytes, so a retry could not be recognised. Send less.`;
    return { instead: this.#refuse("body-too-large", { detail, limit }) };
  }
  async handleRead(incoming, known, run) {
    if ("instead" in known) return known.instead;
    const { key, body } = known;
    const { scope: scopeOption, scopeByRoute, maxResponseBytes } = this.#settings;
    const { method, target } = incoming;
    const caller = await resolveScope(scopeOption, incoming.request);
    const mark = target.indexOf("?");
    const path = mark < 0 ? target : target.slice(0, mark);
    const query = mark < 0 ? "" : target.slice(mark + 1);
    const scope = scopeByRoute ? scopeOfRoute(caller, method, path) : caller;
    const operation = {
      key,
      scope,
      // A client chooses the paths it asks for: its keys are counted over all of them.
      quotaScope: caller,
      fingerprint: this.#fingerprint(incoming, path, query, body),
    };
    let own;
    const execute = async (attempt) => {
      const hosts = ownHosts(incoming);
      own = await toExecution(await run(httpAttempt(attempt, hosts)), hosts, maxResponseBytes);
      return own;
    };
    try {
      const outcome = await this.#engine.execute(operation, execute, this.#codec);
      return outcome.outcome === "executed"
        ? this.#executed(outcome.value, own)
        : await this.#answer(incoming.request, outcome);
    } catch (error) {
      if (!isOncekeyError(error, "CLOSED")) throw error;
      return this.#unavailable("This server is shutting down. Nothing was done; ask again with the same key.");
    }
  }
  #fingerprint(incoming, path, query, body) {
    const { boundHeaders, fingerprint: choice } = this.#settings;
    const headers = [];
    for (const name of boundHeaders) {
      const value = joined(incoming.lines(name));
      if (value !== void 0) headers.push([name, value]);
    }
    const { hmacKey, select } = choice;
    const contentType = joined(incoming.lines(header.contentType.toLowerCase()));
    const pick2 = (description2) => {
      const picked = select?.(description2, incoming.request);
      if (picked === void 0 && isLost(body)) throw new TypeError(body.lost);
      return picked;
    };
    const description = { method: incoming.method, path, query, contentType, headers };
    return fingerprint(isLost(body) ? description : { ...description, body }, { hmacKey, select: pick2 });
  }
  /** What was committed in a transaction is the answer, even if the handler failed to send it. */
  #executed(result, own) {
    if (own !== void 0 && isSameAnswer(result, own)) return { kind: "executed", response: own.sent };
    const { status, headers, body } = result.plain;
    if (body === void 0) throw new Error("a committed response has its body");
    return { kind: "answer", because: "committed", response: { status, headers, body } };
  }
  async #answer(request, outcome) {
    switch (outcome.outcome) {
      case "threw": {
        const { error, stored } = outcome;
        return stored ? { kind: "threw", error, answer: this.#failure } : { kind: "threw", error };
      }
      case "replayed":
        return this.#replay(request, outcome.value);
      case "replayed-failure":
        throw outcome.error;
      case "mismatch":
        return this.#refuse("key-reused", {
          detail:
            "This key was used for a different request. Send the first request again unchanged, or use a new key for a new operation.",
        });
      case "in-progress": {
        const retryAfterMs = outcome.leaseLeftMs > 0 ? Math.min(this.#settings.retryAfterMs, outcome.leaseLeftMs) : 0;
        const detail = "The first request with this key is still running. Ask again with the same key.";
        return this.#refuse("request-in-progress", { detail }, retryAfterMs);
      }
      case "outcome-unknown":
        return this.#refuse("outcome-unknown", {
          detail:
            "The first request with this key began, and what became of it is not known. Find out before you repeat it; a new key may do it twice.",
        });
      case "result-unavailable":
        return this.#unkept(request, statusOfOmitted(outcome.omitted));
      case "quota-exceeded":
        return this.#refuse(
          "too-many-keys",
          { detail: "Too many keys of this caller are in use. Nothing was done; ask again later with the same key." },
          // Whoever comes too early is refused again.
          Math.ceil(outcome.retryAfterMs / 1e3) * 1e3,
        );
      case "store-unavailable":
        if (isOncekeyError(outcome.cause, "STORE_MISCONFIGURED")) throw outcome.cause;
        return this.#unavailable(
          "It cannot be told at the moment whether this is a retry. Nothing was done; ask again with the same key.",
        );
    }
  }
  async #replay(request, { plain }) {
    const { hooks, replayedHeader } = this.#settings;
    const { status, headers, body } = plain;
    if (body === void 0) return this.#unkept(request, status);
    const marked = { status, headers: [...headers, [replayedHeader, replayedValue]], body };
    const response = hooks.onReplay === void 0 ? marked : await hooks.onReplay(marked, request);
    return { kind: "answer", because: "replay", response };
  }
  async #unkept(request, originalStatus) {
    const instead = await this.#settings.hooks.onResponseUnavailable?.(request, originalStatus);
    if (instead !== void 0) return { kind: "answer", because: "response-unavailable", response: instead };
    return this.#refuse("response-unavailable", {
      detail:
        "The operation was done, and its response was not kept because of its size or by choice. Do not repeat it; read its result where the API offers that.",
      ...(originalStatus === void 0 ? {} : { originalStatus }),
    });
  }
  #unavailable(detail) {
    return this.#refuse("store-unavailable", { detail }, this.#settings.retryAfterMs);
  }
  #refuse(slug, ...details) {
    return { kind: "answer", because: slug, response: this.#settings.problem(slug, ...details) };
  }
};
function ownHosts(incoming) {
  const hosts = [];
  for (const name of [header.host, header.forwardedHost]) {
    const value = joined(incoming.lines(name.toLowerCase()));
    if (value !== void 0) hosts.push(...value.split(",").map((host2) => host2.trim().toLowerCase()));
  }
  return hosts;
}

// ../../packages/http/src/byte-stream.ts
async function readUpTo(stream, maxBytes) {
  const reader = stream.getReader();
  const chunks = [];
  let length = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    chunks.push(read.value);
    length += read.value.byteLength;
    if (length > maxBytes) return { whole: false, chunks, reader };
  }
  return { whole: true, bytes: concat(chunks, length) };
}
function resume({ chunks, reader }) {
  let next = 0;
  return new ReadableStream({
    async pull(controller) {
      const chunk = chunks[next];
      if (chunk !== void 0) {
        next += 1;
        controller.enqueue(chunk);
        return;
      }
      const read = await reader.read();
      if (read.done) controller.close();
      else controller.enqueue(read.value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

// ../../packages/http/src/capture.ts
var NO_BYTES = new Uint8Array(0);
var nothing = () => {};
async function captureResponse(response, maxBytes) {
  const head = headOf(response);
  if (response.body === null) {
    return { response: { ...head, body: NO_BYTES }, send: () => response, drop: nothing };
  }
  const { body: stream } = response;
  if (isEventStream(response.headers.get(header.contentType))) {
    const drop = () => void stream.cancel().catch(nothing);
    return { response: { ...head, body: void 0 }, send: () => response, drop };
  }
  const beginning = await readUpTo(stream, maxBytes);
  const send = (body) => {
    const { status, statusText, headers } = response;
    return new Response(body, { status, statusText, headers });
  };
  if (beginning.whole) {
    const body = plainBytes(beginning.bytes);
    return { response: { ...head, body }, send: () => send(body), drop: nothing };
  }
  return {
    response: { ...head, body: void 0 },
    send: () => send(resume(beginning)),
    // The answer does not depend on how the handler's stream takes it.
    drop: () => void beginning.reader.cancel().catch(nothing),
  };
}
function toResponse({ status, headers, body }) {
  const lines = new Headers();
  for (const [name, value] of headers) lines.append(name, value);
  const none = hasNullBody(status) || body.byteLength === 0;
  return new Response(none ? null : plainBytes(body), { status, headers: lines });
}
function headOf(response) {
  const given = response;
  if (typeof given !== "object" || given === null || !("headers" in given) || !("status" in given)) {
    throw new TypeError(`the handler answered ${String(given)}, which is not a Response`);
  }
  return { status: response.status, headers: [...response.headers] };
}
function plainBytes(bytes) {
  const { buffer, byteOffset, byteLength } = bytes;
  return buffer instanceof ArrayBuffer ? new Uint8Array(buffer, byteOffset, byteLength) : Uint8Array.from(bytes);
}

// ../../packages/http/src/web-request.ts
var host = header.host.toLowerCase();
function incomingRequest(web, request) {
  return {
    request,
    method: web.method,
    target: targetOf(web.url),
    lines: (name) => web.headers.get(name) ?? (name === host ? new URL(web.url).host : null),
    readBody: (maxBytes) => readBody(web, maxBytes),
  };
}
function targetOf(url) {
  const authority = url.indexOf("//") + 2;
  const path = url.indexOf("/", authority);
  const end = url.indexOf("#", authority);
  return path < 0 ? "/" : url.slice(path, end < 0 ? void 0 : end);
}
async function readBody(request, maxBytes) {
  if (request.bodyUsed) {
    throw new TypeError(
      "the request's body was read before the idempotency check; let the protected handler be the first to read it",
    );
  }
  if (request.body === null || request.body === void 0) return void 0;
  if (Number(request.headers.get(header.contentLength) ?? 0) > maxBytes) return "too-large";
  const copy = request.clone().body;
  if (copy === null) return void 0;
  const beginning = await readUpTo(copy, maxBytes);
  if (beginning.whole) return beginning.bytes;
  void beginning.reader.cancel();
  return "too-large";
}

// src/http/floor.ts
import { createHash } from "crypto";
import { Redis } from "ioredis";

function floor(redis) {
  return async ({ account, key, text: text2 }, charge) => {
    const name = `${account}:${key}`;
    const hash = createHash("sha256").update(text2()).digest("base64url");
    const found = await redis.set(name, JSON.stringify({ hash }), "PX", RETENTION_MS, "NX", "GET");
    if (found === null) {
      const given = { status: 201, body: JSON.stringify(charge()) };
      await redis.set(name, JSON.stringify({ hash, ...given }), "PX", RETENTION_MS);
      return given;
    }
    const kept = JSON.parse(found);
    if (kept.hash !== hash) return { status: 422, body: "{}" };
    if (kept.status === void 0 || kept.body === void 0) return { status: 409, body: "{}" };
    return { status: kept.status, body: kept.body };
  };
}
function connectRedis(url) {
  const redis = new Redis(url);
  redis.on("error", () => {});
  return redis;
}

// src/http/node-idempotency.ts
import { Idempotency } from "@node-idempotency/core";
import { RedisStorageAdapter } from "@node-idempotency/storage-adapter-redis";

async function nodeIdempotency(url) {
  const adapter = new RedisStorageAdapter({ url });
  await adapter.connect();
  const idempotency = new Idempotency(adapter);
  const once = async ({ key, method, path, order }, charge) => {
    if (!isObject(order)) throw new TypeError("There is no order.");
    const request = { method, path, headers: { "content-type": "application/json", [KEY_HEADER]: key }, body: order };
    const kept = await idempotency.onRequest(request);
    if (kept !== void 0) {
      return { status: Number(kept.additional?.["statusCode"]), body: JSON.stringify(kept.body) };
    }
    const body = charge();
    await idempotency.onResponse(request, { body, additional: { statusCode: 201 } });
    return { status: 201, body: JSON.stringify(body) };
  };
  return { once, close: () => adapter.disconnect() };
}
function isObject(value) {
  return typeof value === "object" && value !== null;
}

// src/http/contenders.ts
var patience = { claimTimeoutMs: 2e4, completionTimeoutMs: 2e4 };
function unprotected(start) {
  return { name: "unprotected", role: "unprotected", serve: ({ charge }) => serving(start(charge), async () => {}) };
}
function byHand(start) {
  return [
    {
      name: "floor",
      role: "floor",
      serve: async ({ redisUrl, charge }) => {
        const redis = connectRedis(redisUrl);
        return serving(start(floor(redis), charge), async () => redis.disconnect());
      },
    },
    {
      name: "@node-idempotency/core",
      role: "peer",
      serve: async ({ redisUrl, charge }) => {
        const { once, close } = await nodeIdempotency(redisUrl);
        return serving(start(once, charge), close);
      },
    },
  ];
}
function oncekey(name, start) {
  return {
    name,
    role: "engine",
    serve: async ({ redisUrl, charge }) => {
      const redis = connectRedis(redisUrl);
      return serving(start({ store: new RedisStore(redis), ...patience }, charge), async () => redis.disconnect());
    },
  };
}
async function serving(app, disconnect) {
  const { close, ...rest } = await app;
  return {
    ...rest,
    close: async () => {
      await close();
      await disconnect();
    },
  };
}

export { byHand, captureResponse, createGuard, incomingRequest, oncekey, serving, toResponse, unprotected };
