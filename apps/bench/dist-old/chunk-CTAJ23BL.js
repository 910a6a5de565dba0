import { decodeRecord, isOncekeyError, OncekeyError, withEncodedRecord } from "./chunk-4RZPWTC5.js";

// ../../packages/http/src/protocol.ts
var header = {
  /** Names the operation (draft, section 2.1). */
  idempotencyKey: "Idempotency-Key",
  /** `true` on a replay, absent on a first answer. */
  replayed: "Idempotent-Replayed",
  cacheControl: "Cache-Control",
  contentEncoding: "Content-Encoding",
  contentLength: "Content-Length",
  contentType: "Content-Type",
  /** `1`: the request came in TLS early data and may itself be a replay (RFC 8470, section 5.1). */
  earlyData: "Early-Data",
  forwardedHost: "X-Forwarded-Host",
  host: "Host",
  location: "Location",
  contentLocation: "Content-Location",
  retryAfter: "Retry-After",
  transferEncoding: "Transfer-Encoding",
};
var replayedValue = "true";
var noStore = "no-store";
var problemMediaType = "application/problem+json";
var jsonMediaType = "application/json";
var multipartPrefix = "multipart/";
var problems = {
  "key-missing": { status: 400, title: "Idempotency-Key is missing", retryable: false },
  "key-invalid": { status: 400, title: "Idempotency-Key is invalid", retryable: false },
  "key-expired": { status: 412, title: "Idempotency-Key is too old", retryable: false },
  "key-reused": { status: 422, title: "Idempotency-Key is already used", retryable: false, safeNewKey: false },
  "request-in-progress": {
    status: 409,
    title: "A request is outstanding for this Idempotency-Key",
    retryable: true,
    safeNewKey: false,
  },
  "outcome-unknown": {
    status: 409,
    title: "The outcome of the first request is not known",
    retryable: false,
    safeNewKey: false,
  },
  "response-unavailable": {
    status: 409,
    title: "The response to the first request was not kept",
    retryable: false,
    safeNewKey: false,
  },
  "store-unavailable": {
    status: 503,
    title: "Repeated requests cannot be recognised at the moment",
    retryable: true,
    safeNewKey: false,
  },
  "too-many-keys": { status: 429, title: "Too many Idempotency-Keys are in use", retryable: true },
  "body-too-large": { status: 413, title: "The request body is too large", retryable: false },
  "too-early": { status: 425, title: "The request needs an Idempotency-Key in early data", retryable: true },
  "handler-failed": { status: 500, title: "The request failed", retryable: false, safeNewKey: false },
};
var defaultProblemBase = "https://github.com/oncekey/oncekey/blob/main/docs/problems.md#";
var defaultMethods = ["POST", "PATCH"];
var safeMethods = ["GET", "HEAD", "OPTIONS", "TRACE", "QUERY"];
var transientStatuses = [401, 403, 407, 408, 421, 425, 429, 503];
function classifyStatus(status) {
  if (status < 200 || status === 304 || transientStatuses.includes(status)) return "transient";
  if (status < 400) return "success";
  return status < 500 ? "rejected" : "failed";
}
function isRedirect(status) {
  return status >= 300 && status < 400;
}
function isEventStream(contentType) {
  return /^\s*text\/event-stream\s*(?:;|$)/i.test(String(contentType));
}
function hasNullBody(status) {
  return status === 204 || status === 205 || status === 304 || status < 200;
}
var abortedStatus = 400;
var problemStatusRange = { least: 400, most: 599 };
var storedHeaders = [
  "cache-control",
  "content-disposition",
  "content-language",
  "content-location",
  "content-type",
  "etag",
  "last-modified",
  "link",
  "location",
  "retry-after",
];
var neverStored = [
  "age",
  "authentication-info",
  "connection",
  "content-encoding",
  "content-length",
  "date",
  "keep-alive",
  "server",
  "set-cookie",
  "set-cookie2",
  "strict-transport-security",
  "te",
  "traceparent",
  "tracestate",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "via",
  "www-authenticate",
  "x-cache",
  "x-cache-hits",
  "x-request-id",
];
function isStorable(name) {
  return !neverStored.includes(name) && !name.startsWith("proxy-") && !name.startsWith("access-control-");
}

// ../../packages/stores/redis/src/value.ts
import { isAscii } from "buffer";

var LENGTH_BASE = 32;
var BYTES = 58;
var TEXT = 126;
var LIFE = 59;
var MAX_TEXT_BYTES = 4096;
function headOf(version) {
  return String.fromCharCode(LENGTH_BASE + version.length) + version;
}
function storedValue(version, record, maxRecordBytes) {
  return withEncodedRecord(record, (buffer, length) => {
    if (length > maxRecordBytes) {
      const message = `RedisStore: the record has ${length} bytes, and at most ${maxRecordBytes} are stored`;
      throw new OncekeyError("RECORD_TOO_LARGE", message);
    }
    const head = headOf(version);
    const bytes = viewOf(buffer);
    if (length <= MAX_TEXT_BYTES) {
      const text = bytes.latin1Slice(0, length);
      if (Buffer.byteLength(text) <= length * 1.125) return `${head}~${text};`;
    }
    const value = Buffer.allocUnsafe(head.length + length + 2);
    value.write(head, "latin1");
    value[head.length] = BYTES;
    bytes.copy(value, head.length + 1, 0, length);
    value[value.length - 1] = LIFE;
    return value;
  });
}
var viewed;
function viewOf(bytes) {
  if (viewed?.bytes !== bytes) {
    viewed = { bytes, view: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
  }
  return viewed.view;
}
function readStanding(expiresInMs, value) {
  if (expiresInMs < 0) throw unreadable("it has no time to live, so something else has written or persisted it");
  const versionEnd = 1 + (value[0] ?? 0) - LENGTH_BASE;
  const mark = value[versionEnd];
  const lifeAt = startOfDigits(value);
  const isValue = versionEnd > 1 && (mark === BYTES || mark === TEXT) && lifeAt > versionEnd + 1;
  if (!isValue || lifeAt === value.length || value[lifeAt - 1] !== LIFE) {
    throw unreadable("it is not made as the values of this store are");
  }
  const record = value.subarray(versionEnd + 1, lifeAt - 1);
  return {
    version: value.latin1Slice(1, versionEnd),
    record: decodeRecord(mark === BYTES || isAscii(record) ? record : bytesOfText(record)),
    ageMs: Math.max(0, numberAt(value, lifeAt) - expiresInMs),
    expiresInMs,
  };
}
function bytesOfText(text) {
  const bytes = new Uint8Array(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const byte = text[at] ?? 0;
    const next = text[at + 1] ?? 0;
    if (byte < 128) bytes[length++] = byte;
    else if ((byte === 194 || byte === 195) && next >> 6 === 2) {
      bytes[length++] = ((byte & 3) << 6) | (next & 63);
      at += 1;
    } else throw unreadable("it is not the text of bytes");
  }
  return bytes.subarray(0, length);
}
function startOfDigits(bytes) {
  let start = bytes.length;
  for (let byte = bytes[start - 1]; byte !== void 0 && byte >= 48 && byte <= 57; byte = bytes[start - 1]) start -= 1;
  return start;
}
function numberAt(bytes, start) {
  let number = 0;
  for (let at = start; at < bytes.length; at++) number = number * 10 + ((bytes[at] ?? 0) - 48);
  return number;
}
function unreadable(why, cause) {
  return new OncekeyError("RECORD_UNREADABLE", `RedisStore: what stands under the key cannot be read: ${why}`, {
    cause,
  });
}

// ../../packages/stores/redis/src/faults.ts
var NotReplicatedError = class extends Error {
  name = "NotReplicatedError";
  /** How many replicas were asked for. */
  wanted;
  /** How many have confirmed the write. */
  confirmed;
  constructor(wanted, confirmed) {
    super(`the write is on ${confirmed} replicas, and waitReplicas asks for ${wanted}: a failover may forget it`);
    this.wanted = wanted;
    this.confirmed = confirmed;
  }
};
var FORBIDDEN = /NOPERM|ACL failure in script|The user executing the script can't/;
function faultOf(operation, cause) {
  if (isOncekeyError(cause) || cause instanceof NotReplicatedError) return cause;
  const text = errorText(cause);
  if (text.includes("WRONGTYPE")) return unreadable("it is no string, so it is somebody else's; set a prefix", cause);
  if (FORBIDDEN.test(text)) {
    const message = `RedisStore ${operation}: the user may not do this: ${text}; it needs EVALSHA, EVAL, GET, GETRANGE, SET, SETRANGE, DEL and PTTL on the keys of this prefix, and WAIT where waitReplicas is set`;
    return new OncekeyError("STORE_MISCONFIGURED", message, { cause });
  }
  return new Error(`RedisStore ${operation}: ${text}`, { cause });
}
function errorText(error) {
  return error instanceof Error ? error.message : String(error);
}

// ../../packages/stores/redis/src/script.ts
var SCRIPT = `
local call = redis.call
local function step(key, value, ms, expected)
  local left = call('PTTL', key)
  if left == -2 or left == 0 then
    if expected == '' and value ~= '' then call('SET', key, value .. ms, 'PX', ms) end
    return false
  end
  if expected ~= '' and left > 0 and call('GETRANGE', key, 0, #expected - 1) == expected then
    if value == '' then
      call('DEL', key)
      return false
    elseif value == '=' then
      call('SETRANGE', key, 0, string.sub(expected, 1, 1))
      return left
    elseif ms ~= '' and tonumber(ms) > left then
      call('SET', key, value .. ms, 'PX', ms)
      return tonumber(ms)
    end
    call('SET', key, value .. string.format('%.0f', left), 'KEEPTTL')
    return left
  end
  return { left, call('GET', key) }
end
if #KEYS == 1 then return step(KEYS[1], ARGV[1] or '', ARGV[2] or '', ARGV[3] or '') end
local answers, args, at = {}, ARGV, 1
for i, key in ipairs(KEYS) do
  local done, answer = pcall(step, key, args[at], args[at + 1], args[at + 2])
  if not done then
    if type(answer) == 'table' then answer = answer.err end
    answer = tostring(answer)
  end
  answers[i] = answer
  at = at + 3
end
return answers`;
var SCRIPT_SHA1 = "221d0e746247ed380aa756dbd98a23bfff53d693";

// ../../packages/stores/redis/src/runner.ts
function readingOf(key) {
  return { key, value: "", ms: "", expected: "" };
}
var MAX_ATTEMPTS = 5;
var Runner = class {
  #link;
  #wait;
  constructor(link, wait) {
    this.#link = link;
    this.#wait = wait && ["WAIT", String(wait.count), String(wait.timeoutMs)];
  }
  run(steps) {
    const wait = this.#wait !== void 0 && steps.some(writes) ? this.#wait : void 0;
    return this.#send(steps, true, wait).catch((error) => this.#again(steps, wait, error));
  }
  async #again(steps, wait, failed) {
    let known = true;
    let error = failed;
    for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt++) {
      const text = errorText(error);
      if (text.startsWith("NOSCRIPT")) known = false;
      else if (wait !== void 0 && isMoved(text)) await this.#learn(steps[0]);
      else throw error;
      try {
        return await this.#send(steps, known, wait);
      } catch (next) {
        error = next;
      }
    }
    throw error;
  }
  #send(steps, known, wait) {
    const { key } = steps[0];
    const command = commandOf(steps, known);
    const answersOf = (answer) => (steps.length > 1 ? listOf(answer) : [answer]);
    const { sendBoth } = this.#link;
    if (wait === void 0 || sendBoth === void 0) {
      return this.#link.send(key, command).then((answer) => ({ answers: answersOf(answer), replicas: void 0 }));
    }
    return sendBoth(key, command, wait).then(([answer, replicas]) => ({
      answers: answersOf(answer),
      replicas: Number(replicas),
    }));
  }
  #learn({ key }) {
    return this.#link.send(key, commandOf([readingOf(key)], false));
  }
};
function writes({ value, expected }) {
  return expected !== "" || value !== "";
}
function commandOf(steps, known) {
  const command = known ? ["EVALSHA", SCRIPT_SHA1] : ["EVAL", SCRIPT];
  if (steps.length === 1) return addLone(command, steps[0]);
  command.push(String(steps.length));
  for (const { key } of steps) command.push(key);
  for (const { value, ms, expected } of steps) command.push(value, ms, expected);
  return command;
}
function addLone(command, { key, value, ms, expected }) {
  if (expected !== "") command.push("1", key, value, ms, expected);
  else if (value !== "") command.push("1", key, value, ms);
  else command.push("1", key);
  return command;
}
function isMoved(text) {
  return text.startsWith("MOVED ") || text.startsWith("ASK ") || text.startsWith("TRYAGAIN");
}
function listOf(answer) {
  if (Array.isArray(answer)) return answer;
  throw new Error("the client gave something else than a list for the reply to a script");
}

// ../../packages/stores/redis/src/batches.ts
var MAX_STEPS = 64;
var MAX_VALUE = 16384;
var PROBES = 16;
var PROBE_LIFE_MS = "10000";
var Batches = class {
  #runner;
  #prefix;
  #gathers;
  #underWay = 0;
  #waiting = [];
  constructor(runner, prefix, gathers) {
    this.#runner = runner;
    this.#prefix = prefix;
    this.#gathers = gathers ? "unproved" : "no";
  }
  /** One step, alone or with others. */
  run(step) {
    if (this.#underWay === 0 || this.#gathers === "no" || step.value.length > MAX_VALUE) return this.#alone(step);
    if (this.#gathers === "unproved") void this.#probe();
    if (this.#gathers !== "yes") return this.#alone(step);
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#flush());
      this.#waiting.push({ step, resolve, reject });
      if (this.#waiting.length >= MAX_STEPS) this.#flush();
    });
  }
  #alone(step) {
    this.#underWay += 1;
    return this.#runner.run([step]).then(
      ({ answers, replicas }) => {
        this.#underWay -= 1;
        return { answer: answers[0], replicas };
      },
      (error) => {
        this.#underWay -= 1;
        throw error;
      },
    );
  }
  #flush() {
    const [first, ...others] = this.#waiting;
    if (first === void 0) return;
    this.#waiting = [];
    this.#underWay += 1;
    const all = [first, ...others];
    this.#runner
      .run([first.step, ...others.map(({ step }) => step)])
      .then(
        (run) => settle(all, run),
        (error) => this.#failed(all, error),
      )
      .finally(() => {
        this.#underWay -= 1;
      });
  }
  /** A server that refuses keys of several slots has done nothing: so one by one, from now on. */
  #failed(all, error) {
    const refused = errorText(error).startsWith("CROSSSLOT");
    if (refused) this.#gathers = "no";
    for (const { step, resolve, reject } of all) {
      if (refused) this.#alone(step).then(resolve, reject);
      else reject(error);
    }
  }
  /** Writes keys one by one, and reads them all in one script: are they there? */
  async #probe() {
    this.#gathers = "probing";
    const mark = Math.random().toString(36).slice(2);
    const keys = Array.from({ length: PROBES }, (_, index) => `${this.#prefix}probe-${mark}-${index}`);
    try {
      await Promise.all(keys.map((key) => this.#runner.run([{ key, value: "!p:;", ms: PROBE_LIFE_MS, expected: "" }])));
      const [first, ...others] = keys.map(readingOf);
      const { answers } = first === void 0 ? { answers: [] } : await this.#runner.run([first, ...others]);
      this.#gathers = answers.length === PROBES && answers.every(Array.isArray) ? "yes" : "no";
    } catch (error) {
      this.#gathers = errorText(error).startsWith("CROSSSLOT") ? "no" : "unproved";
    }
  }
};
function settle(all, { answers, replicas }) {
  all.forEach(({ resolve, reject }, index) => {
    const answer = answers[index];
    if (Buffer.isBuffer(answer)) reject(new Error(answer.toString()));
    else if (answers.length === all.length) resolve({ answer, replicas });
    else reject(new Error("the server answered for another number of keys than it was asked about"));
  });
}

// ../../packages/stores/redis/src/eviction.ts
async function evictionPolicy(link) {
  const policies = (await link.ask(["CONFIG", "GET", "maxmemory-policy"])).map(policyOf);
  return policies.find((policy) => policy !== "noeviction") ?? "noeviction";
}
async function tellEviction(link, tell) {
  let event;
  try {
    const policy = await evictionPolicy(link);
    if (policy !== "noeviction") event = { type: "may-evict", policy };
  } catch (cause) {
    event = { type: "eviction-unknown", cause };
  }
  if (event !== void 0) tell(event);
}
function policyOf(reply) {
  const value = Array.isArray(reply)
    ? reply[1]
    : reply instanceof Map
      ? [...reply.values()][0]
      : Object.values(reply ?? {})[0];
  if (typeof value === "string" || Buffer.isBuffer(value)) return value.toString();
  throw new Error("the server has no setting maxmemory-policy");
}

// ../../packages/stores/redis/src/ioredis-link.ts
function ioredisLink(client) {
  const cluster = isCluster(client);
  const send = pipelinesByItself(client)
    ? async (_key, command) => (await together(client, [command]))[0]
    : (_key, [name, ...rest]) => client.callBuffer(name, rest);
  return {
    cluster,
    send,
    sendBoth: async (_key, first, second) => {
      const [one, two] = await together(client, [first, second]);
      return [one, two];
    },
    ask: async (command) => {
      const nodes = cluster ? client.nodes("master") : [client];
      return (await Promise.all(nodes.map((node) => together(node, [command])))).flat();
    },
  };
}
async function together(client, commands) {
  const pipeline = client.pipeline();
  for (const [name, ...rest] of commands) pipeline.callBuffer(name, rest);
  const results = await pipeline.exec();
  return (results ?? []).map(([error, result]) => {
    if (error !== null) throw error;
    return result;
  });
}
function isCluster(client) {
  return "isCluster" in client && client.isCluster;
}
function pipelinesByItself(client) {
  const options = "options" in client ? client.options : void 0;
  if (typeof options !== "object" || options === null || !("enableAutoPipelining" in options)) return false;
  return options.enableAutoPipelining === true;
}

// ../../packages/stores/redis/src/slot.ts
var SLOTS = 16384;
var utf8 = new TextEncoder();
function slotOf(key) {
  let crc = 0;
  for (const byte of utf8.encode(hashTagOf(key) ?? key)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 32768 ? (crc << 1) ^ 4129 : crc << 1;
  }
  return (crc & 65535) % SLOTS;
}
function hashTagOf(key) {
  const start = key.indexOf("{");
  const end = start < 0 ? -1 : key.indexOf("}", start + 1);
  return end > start + 1 ? key.slice(start + 1, end) : void 0;
}

// ../../packages/stores/redis/src/node-redis-link.ts
var OPTIONS = { returnBuffers: true, typeMapping: { 36: Buffer } };
function nodeRedisLink(client) {
  if ("slots" in client && "nodeClient" in client) return clusterLink(client);
  if ("getSentinelNode" in client) return sentinelLink(client);
  return clientLink(client);
}
function clientLink(client) {
  const link = {
    cluster: false,
    send: (_key, command) => client.sendCommand(command, OPTIONS),
    ask: async (command) => [await client.sendCommand(command, OPTIONS)],
  };
  return "execute" in client ? link : { ...link, sendBoth: (_key, first, second) => chained(client, first, second) };
}
function sentinelLink(client) {
  return {
    cluster: false,
    send: (_key, command) => client.sendCommand(false, command, OPTIONS),
    ask: async (command) => [await client.sendCommand(false, command, OPTIONS)],
  };
}
function clusterLink(client) {
  return {
    cluster: true,
    send: (key, command) => client.sendCommand(key, false, command, OPTIONS),
    // Sent as two commands of the cluster, the first might follow a slot to another node, and the second would not.
    sendBoth: async (key, first, second) => {
      const shard = client.slots[slotOf(key)];
      if (shard === void 0) throw new Error("node-redis knows no node for the key's slot yet");
      return chained(await client.nodeClient(shard.master), first, second);
    },
    ask: async (command) => {
      const nodes = await Promise.all(client.masters.map((node) => client.nodeClient(node)));
      return Promise.all(nodes.map((node) => node.sendCommand(command, OPTIONS)));
    },
  };
}
function chained(client, ...commands) {
  const options = { ...OPTIONS, chainId: /* @__PURE__ */ Symbol("oncekey") };
  const [first, second] = commands;
  return Promise.all([client.sendCommand(first, options), client.sendCommand(second, options)]);
}

// ../../packages/stores/redis/src/link.ts
function linkTo(client) {
  checkClient(client);
  return "callBuffer" in client ? ioredisLink(client) : nodeRedisLink(client);
}
function checkClient(client) {
  const known = isObject(client) && (isFunction(client, "callBuffer") || isFunction(client, "sendCommand"));
  if (!known) {
    throw new TypeError(
      `RedisStore client: expected a client of ioredis or of node-redis, such as new Redis(url) or createClient({ url }); got ${client === null ? "null" : typeof client}`,
    );
  }
  const options = "options" in client ? client.options : void 0;
  if (!isObject(options)) return;
  if ("role" in options && options.role === "slave") {
    throw new TypeError('RedisStore client: its role is "slave"; keys have to be read and written at the master');
  }
  if ("legacyMode" in options && options.legacyMode === true) {
    throw new TypeError("RedisStore client: it is in legacyMode and takes callbacks; pass a client without it");
  }
}
function isObject(value) {
  return (typeof value === "object" || typeof value === "function") && value !== null;
}
function isFunction(value, name) {
  return typeof Reflect.get(value, name) === "function";
}

// ../../packages/stores/redis/src/options.ts
var KNOWN = ["prefix", "waitReplicas", "durability", "batch", "on"];
var DURABILITIES = { memory: true, process: true, server: true, replicated: true };
var MAX_PREFIX_LENGTH = 256;
function settingsOf(options) {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`RedisStore options: expected an object, got ${String(options)}`);
  }
  const unknown = Object.keys(options).find((key) => !KNOWN.includes(key));
  if (unknown !== void 0) throw new TypeError(`RedisStore ${unknown}: no such option; there are ${KNOWN.join(", ")}`);
  const { prefix = "oncekey:", waitReplicas, batch = true, on } = options;
  const durability = options.durability ?? (waitReplicas === void 0 ? "process" : "replicated");
  if (typeof prefix !== "string" || prefix === "" || prefix.length > MAX_PREFIX_LENGTH) {
    throw new TypeError(
      `RedisStore prefix: expected a text of 1 to ${MAX_PREFIX_LENGTH} characters, got ${JSON.stringify(prefix)}`,
    );
  }
  if (waitReplicas !== void 0) checkWaitReplicas(waitReplicas);
  if (!Object.hasOwn(DURABILITIES, durability)) {
    const known = Object.keys(DURABILITIES).join(", ");
    throw new TypeError(`RedisStore durability: ${String(durability)} is not one of ${known}`);
  }
  if (durability === "replicated" && waitReplicas === void 0) {
    throw new TypeError('RedisStore durability: "replicated" is what waitReplicas makes true; set it, or say "server"');
  }
  if (typeof batch !== "boolean") throw new TypeError(`RedisStore batch: ${String(batch)} is not true or false`);
  if (on !== void 0 && typeof on !== "function") {
    throw new TypeError(`RedisStore on: expected a function, got ${typeof on}`);
  }
  return { prefix, waitReplicas, durability, batch, on };
}
function checkPrefixOnCluster(prefix) {
  const tag = hashTagOf(prefix);
  if (tag === void 0) return;
  throw new TypeError(
    `RedisStore prefix: on a cluster {${tag}} in ${JSON.stringify(prefix)} would put every key on one node; leave out the braces, keys need no hash tag`,
  );
}
function checkWaitReplicas(value) {
  if (typeof value !== "object" || value === null) {
    throw new TypeError(`RedisStore waitReplicas: expected { count, timeoutMs }, got ${String(value)}`);
  }
  for (const name of ["count", "timeoutMs"]) {
    const number = value[name];
    if (typeof number !== "number" || !Number.isSafeInteger(number) || number < 1) {
      throw new TypeError(`RedisStore waitReplicas.${name}: ${String(number)} is not a whole number of at least 1`);
    }
  }
  const unknown = Object.keys(value).find((key) => key !== "count" && key !== "timeoutMs");
  if (unknown !== void 0) {
    throw new TypeError(`RedisStore waitReplicas.${unknown}: no such option; there are count, timeoutMs`);
  }
}

// ../../packages/stores/redis/src/redis-store.ts
var MAX_RECORD_BYTES = 16 * 1024 * 1024;
var RedisStore = class {
  capabilities;
  #link;
  #batches;
  #prefix;
  #wait;
  /** Throws a `TypeError` for options that make no sense, and for what is no client. */
  constructor(client, options = {}) {
    const { prefix, waitReplicas, durability, batch, on } = settingsOf(options);
    this.#link = linkTo(client);
    if (this.#link.cluster) checkPrefixOnCluster(prefix);
    if (waitReplicas !== void 0 && this.#link.sendBoth === void 0) {
      throw new TypeError(
        "RedisStore waitReplicas: this client may send two commands over two connections, and WAIT counts for one; pass a client of one connection to the master, such as createClient() of node-redis or new Redis() of ioredis",
      );
    }
    this.#batches = new Batches(new Runner(this.#link, waitReplicas), prefix, batch && !this.#link.cluster);
    this.#prefix = prefix;
    this.#wait = waitReplicas;
    this.capabilities = Object.freeze({
      clock: "store",
      resolutionMs: 1,
      skewMarginMs: 0,
      maxRecordBytes: MAX_RECORD_BYTES,
      durability,
      concurrent: true,
      transactional: false,
      list: false,
      sweep: false,
    });
    if (on !== void 0) void tellEviction(this.#link, on);
  }
  /** Reads what stands. */
  async get(id) {
    const outcome = await this.#step("get", readingOf(this.#prefix + id));
    return typeof outcome === "number" ? misread("get") : outcome;
  }
  /** Writes where nothing stands. */
  async create(id, version, record, retentionMs) {
    const value = storedValue(version, record, MAX_RECORD_BYTES);
    const key = this.#prefix + id;
    const outcome = await this.#step("create", { key, value, ms: String(retentionMs), expected: "" });
    if (outcome === void 0) {
      return { written: true, stored: { version, record, ageMs: 0, expiresInMs: retentionMs } };
    }
    return typeof outcome === "number" ? misread("create") : this.#refused(id, version, outcome);
  }
  /** Writes over the version `expected`. */
  async replace(id, expected, version, record, keepMs) {
    const value = storedValue(version, record, MAX_RECORD_BYTES);
    const ms = keepMs === void 0 ? "" : String(keepMs);
    const outcome = await this.#step("replace", { key: this.#prefix + id, value, ms, expected: headOf(expected) });
    if (typeof outcome === "number") {
      return { written: true, stored: { version, record, ageMs: 0, expiresInMs: outcome } };
    }
    return outcome === void 0 ? { written: false, current: void 0 } : this.#refused(id, version, outcome);
  }
  /** Removes the version `expected`. */
  async remove(id, expected) {
    const outcome = await this.#step("remove", {
      key: this.#prefix + id,
      value: "",
      ms: "",
      expected: headOf(expected),
    });
    if (typeof outcome === "number") return misread("remove");
    return outcome === void 0 ? { written: true } : { written: false, current: outcome };
  }
  /**
   * The `maxmemory-policy` of the servers: `"noeviction"`, or else the first that may forget keys when memory is full.
   * Throws where the servers do not tell.
   */
  async evictionPolicy() {
    try {
      return await evictionPolicy(this.#link);
    } catch (cause) {
      throw faultOf("evictionPolicy", cause);
    }
  }
  /** The version that stands may be the caller's own, of a copy of this call whose reply was lost: that is a success. */
  async #refused(id, version, current) {
    if (current.version !== version) return { written: false, current };
    if (this.#wait !== void 0) {
      const outcome = await this.#step("replace", {
        key: this.#prefix + id,
        value: "=",
        ms: "",
        expected: headOf(version),
      });
      if (outcome === void 0 || typeof outcome !== "number") return { written: false, current: outcome };
    }
    return { written: true, stored: current };
  }
  #step(operation, step) {
    return this.#batches.run(step).then(
      (answer) => {
        try {
          return this.#outcomeOf(operation, answer);
        } catch (error) {
          throw faultOf(operation, error);
        }
      },
      (error) => {
        throw faultOf(operation, error);
      },
    );
  }
  #outcomeOf(operation, { answer, replicas }) {
    if (Array.isArray(answer)) return readAnswer(answer);
    const left = answer === null ? void 0 : readNumber(answer);
    const wrote = left !== void 0 || operation === "create" || operation === "remove";
    if (wrote && this.#wait !== void 0 && replicas !== void 0 && replicas < this.#wait.count) {
      throw new NotReplicatedError(this.#wait.count, replicas);
    }
    return left;
  }
};
function readAnswer([left, value]) {
  if (Buffer.isBuffer(value)) return readStanding(readNumber(left), value);
  throw new Error("the client gave something else than a Buffer for a value");
}
function readNumber(answer) {
  const number = Number(answer);
  if (Number.isFinite(number)) return number;
  throw new Error("the client gave something else than a number, a list or null for the reply to the script");
}
function misread(step) {
  throw new Error(`RedisStore ${step}: the server answered as if it had written over a value`);
}

export {
  abortedStatus,
  classifyStatus,
  defaultMethods,
  defaultProblemBase,
  hasNullBody,
  header,
  isEventStream,
  isRedirect,
  isStorable,
  jsonMediaType,
  multipartPrefix,
  noStore,
  problemMediaType,
  problemStatusRange,
  problems,
  RedisStore,
  replayedValue,
  safeMethods,
  storedHeaders,
};
