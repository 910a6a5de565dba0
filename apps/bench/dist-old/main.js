// src/http/compare.ts
import { startRedis } from "@oncekey/services";
import { Redis } from "ioredis";
// src/main.ts
import { resolve } from "path";
import { fileURLToPath as fileURLToPath2 } from "url";
import { parseArgs } from "util";
import { frameworks, isAnswer, titles as titles2 } from "./chunk-3P7XUHLG.js";
import {
  ACCOUNT,
  ACCOUNT_HEADER,
  answer,
  body,
  bodyText,
  completed,
  completedBytes,
  createOncekey,
  decodeRecord,
  encodeRecord,
  fingerprint,
  isOncekeyError,
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
} from "./chunk-4RZPWTC5.js";
import { hasNullBody, header, RedisStore, safeMethods } from "./chunk-CTAJ23BL.js";
import { connectExpressIdempotency, expected, forEachKey, newKeys, paths, titles } from "./chunk-TLIMB5XD.js";

// src/measure.ts
var FULL = { warmUpMs: 500, batchMs: 4, rounds: 300 };
var QUICK = { warmUpMs: 150, batchMs: 2, rounds: 60 };
async function measure(group, effort) {
  const batches = [];
  for (const benchCase of group.cases) batches.push(await prepare(benchCase, effort));
  const times = batches.map(() => []);
  for (let round = 0; round < effort.rounds; round++) {
    for (let turn = 0; turn < batches.length; turn++) {
      const index = (round + turn) % batches.length;
      const batch = batches[index];
      if (batch !== void 0) times[index]?.push((await batch.once(batch.size)) / batch.size);
    }
  }
  const [baseline = []] = times;
  return batches.map(({ name }, index) => {
    const own2 = times[index] ?? [];
    const nanoseconds = spread(own2);
    const ratio2 = spread(own2.map((time, round) => time / (baseline[round] ?? 0)));
    return { name, nanoseconds, ratio: ratio2, leastRatio: nanoseconds.least / spread(baseline).least };
  });
}
async function prepare({ name, run }, { warmUpMs, batchMs }) {
  const asynchronous = isPromise(run());
  const once4 = asynchronous ? (times) => timeAsync(run, times) : async (times) => timeSync(run, times);
  let size = 1;
  let spent = 0;
  for (let elapsed = 0; elapsed < warmUpMs * 1e6; elapsed += spent) {
    spent = await once4(size);
    if (spent < batchMs * 1e6) size = Math.ceil(size * Math.min(2, Math.max(1.05, (batchMs * 1e6) / spent)));
  }
  return { name, size: Math.max(1, Math.round((size * batchMs * 1e6) / spent)), once: once4 };
}
function isPromise(value) {
  return value instanceof Promise;
}
var sink = { last: void 0 };
function timeSync(run, times) {
  const start = process.hrtime.bigint();
  for (let count2 = 0; count2 < times; count2++) sink.last = run();
  return Number(process.hrtime.bigint() - start);
}
async function timeAsync(run, times) {
  const start = process.hrtime.bigint();
  for (let count2 = 0; count2 < times; count2++) sink.last = await run();
  return Number(process.hrtime.bigint() - start);
}
function spread(values2) {
  const sorted = values2.toSorted((a, b) => a - b);
  const at2 = (share2) => sorted[Math.round((sorted.length - 1) * share2)] ?? Number.NaN;
  return { least: at2(0), median: at2(0.5), low: at2(0.25), high: at2(0.75) };
}

// src/http/rounds.ts
var FULL_HTTP = { warmUpMs: 1e3, batchMs: 220, rounds: 20, kept: 256 };
var QUICK_HTTP = { warmUpMs: 500, batchMs: 100, rounds: 6, kept: 64 };
var LEAST_PER_BATCH = 64;
var MOST_PER_BATCH = 2e4;
var TRIES = 50;
async function timeFramework(framework, effort, launch) {
  const targets = [];
  const lanes = [];
  try {
    for (const contender of framework.contenders) {
      const target = await launch(framework, contender);
      targets.push(target);
      const paths2 = contender.role === "unprotected" ? ["unprotected"] : ["first", "replay"];
      for (const path of paths2) lanes.push(await Lane.prepare(contender, path, target, effort));
    }
    for (let round = 0; round < effort.rounds; round++) {
      for (let turn = 0; turn < lanes.length; turn++) await lanes[(round + turn) % lanes.length]?.measure();
    }
  } finally {
    for (const target of targets) await target.close();
  }
  return lanes.map((lane) => resultOf(lane, lanes));
}
var Lane = class _Lane {
  contender;
  path;
  batches = [];
  #target;
  #kept;
  #size = LEAST_PER_BATCH;
  constructor(contender, path, target, kept) {
    this.contender = contender;
    this.path = path;
    this.#target = target;
    this.#kept = kept;
  }
  /** Warms it up and finds how many requests fill a batch. */
  static async prepare(contender, path, target, effort) {
    const kept = path === "replay" ? newKeys(effort.kept) : [];
    if (kept.length > 0) await keep(target, kept);
    const lane = new _Lane(contender, path, target, kept);
    for (let elapsedMs = 0; elapsedMs < effort.warmUpMs; ) {
      const { perSecond } = await lane.#batch();
      const spentMs = (lane.#size / perSecond) * 1e3;
      elapsedMs += spentMs;
      const fitting = Math.ceil((lane.#size * effort.batchMs) / spentMs);
      lane.#size = Math.min(MOST_PER_BATCH, Math.max(LEAST_PER_BATCH, Math.min(fitting, lane.#size * 4)));
    }
    return lane;
  }
  async measure() {
    this.batches.push(await this.#batch());
  }
  async #batch() {
    const size = this.#size;
    const keys =
      this.#kept.length === 0
        ? newKeys(size)
        : Array.from({ length: size }, (_, at2) => this.#kept[at2 % this.#kept.length] ?? "");
    const { elapsedMs, latenciesMs, ran, cpuMicroseconds } = await this.#target.ask(keys);
    const wanted = this.path === "replay" ? 0 : size;
    if (ran !== wanted) {
      throw new Error(`${this.contender.name}: ${size} \xD7 ${titles2[this.path]} ran the operation ${ran} times.`);
    }
    return { perSecond: (size / elapsedMs) * 1e3, cpuMicroseconds: cpuMicroseconds / size, latenciesMs };
  }
};
async function keep(target, keys) {
  await target.ask(keys);
  for (let tries = TRIES; ; tries--) {
    const replays = await target.ask(keys).catch((error) => {
      if (tries === 0) throw error;
    });
    if (replays?.ran === 0) return;
    if (tries === 0) throw new Error("Keys are not kept.");
  }
}
function resultOf({ contender, path, batches }, lanes) {
  const by = (of, role) => {
    const other = lanes.find((lane) => lane.contender.role === role && (role === "unprotected" || lane.path === path));
    const others = other?.batches;
    if (others === void 0) return void 0;
    return spread(batches.map((batch, round) => of(batch) / of(others[round] ?? batch)));
  };
  const speed = ({ perSecond }) => perSecond;
  const cpu = ({ cpuMicroseconds }) => cpuMicroseconds;
  const byUnprotected = by(speed, "unprotected");
  if (byUnprotected === void 0) throw new Error("There is no unprotected route.");
  const latencies = Float64Array.from(batches.flatMap(({ latenciesMs }) => latenciesMs)).sort();
  const at2 = (share2) => latencies[Math.round((latencies.length - 1) * share2)] ?? Number.NaN;
  return {
    contender,
    path,
    perSecond: spread(batches.map(speed)),
    p50Ms: at2(0.5),
    p99Ms: at2(0.99),
    cpuMicroseconds: spread(batches.map(cpu)),
    byFloor: by(speed, "floor"),
    cpuByFloor: by(cpu, "floor"),
    byUnprotected,
    byOncekey: contender.role === "peer" ? by(speed, "engine") : void 0,
  };
}

// src/http/target.ts
import { fork } from "child_process";
// src/http/load.ts
import { once, once as once2 } from "events";
import { connect } from "net";
import { fileURLToPath } from "url";

var HEAD_END = "\r\n\r\n";
var LAST_CHUNK = "\r\n0\r\n\r\n";
var Load = class _Load {
  #clients;
  constructor(clients) {
    this.#clients = clients;
  }
  static async open(port, atOnce) {
    return new _Load(await Promise.all(Array.from({ length: atOnce }, () => Client.open(port))));
  }
  /** Sends one request for each of these keys. A wrong answer rejects. Answers how long each took. */
  async send(keys) {
    const latenciesMs = [];
    const idle = [...this.#clients];
    await forEachKey(keys, idle.length, async (key) => {
      const client = idle.pop();
      if (client === void 0) throw new Error("unreachable: there are as many clients as callers");
      const asked = performance.now();
      const answer3 = await client.ask(key);
      latenciesMs.push(performance.now() - asked);
      idle.push(client);
      if (!answer3.startsWith("HTTP/1.1 201 ") || !answer3.includes(RECEIPT))
        throw new Error(`Answered:
${answer3}`);
    });
    return latenciesMs;
  }
  close() {
    for (const client of this.#clients) client.close();
  }
};
var Client = class _Client {
  #socket;
  #beforeKey;
  #answer = "";
  #resolve = () => {};
  #reject = () => {};
  constructor(socket, port) {
    this.#socket = socket;
    this.#beforeKey = [
      `POST ${PATH} HTTP/1.1`,
      `host: 127.0.0.1:${port}`,
      "accept: */*",
      "content-type: application/json",
      `content-length: ${Buffer.byteLength(bodyText)}`,
      `${ACCOUNT_HEADER}: ${ACCOUNT}`,
      `${KEY_HEADER}: `,
    ].join("\r\n");
    socket.setNoDelay(true);
    socket.setEncoding("latin1");
    socket.on("data", (text2) => this.#read(text2));
    socket.on("error", (error) => this.#reject(error));
    socket.on("close", () => this.#reject(new Error("The server hung up.")));
  }
  static async open(port) {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new _Client(socket, port);
  }
  /** The whole answer, its head included. */
  ask(key) {
    return new Promise((resolve2, reject) => {
      this.#resolve = resolve2;
      this.#reject = reject;
      if (this.#socket.destroyed) reject(new Error("The server has hung up."));
      else this.#socket.write(`${this.#beforeKey}${key}${HEAD_END}${bodyText}`);
    });
  }
  close() {
    this.#reject = () => {};
    this.#socket.destroy();
  }
  #read(text2) {
    this.#answer += text2;
    if (!isWhole(this.#answer)) return;
    const answer3 = this.#answer;
    this.#answer = "";
    this.#resolve(answer3);
  }
};
function isWhole(answer3) {
  const head = answer3.indexOf(HEAD_END);
  if (head < 0) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(answer3)?.[1];
  if (length === void 0) return answer3.endsWith(LAST_CHUNK);
  return answer3.length >= head + HEAD_END.length + Number(length);
}

// src/http/target.ts
function processes(redisUrl, profiles) {
  return async ({ name, atOnce }, contender) => {
    const file = [name, contender.name.replaceAll(/\W+/g, "-")].join(".");
    const profile =
      profiles === void 0 ? [] : ["--cpu-prof", `--cpu-prof-dir=${profiles}`, `--cpu-prof-name=${file}.cpuprofile`];
    const child = fork(fileURLToPath(new URL("server.js", import.meta.url)), [name, contender.name, redisUrl], {
      execArgv: profile,
      env: { ...process.env, NODE_ENV: "production" },
    });
    const exited = once2(child, "exit");
    const { port } = await nextAnswer(child);
    const load = port === void 0 ? void 0 : await Load.open(port, atOnce);
    return {
      ask: async (keys) => {
        const before = await question(child, []);
        const start = performance.now();
        const sent2 = await load?.send(keys);
        const elapsedMs = performance.now() - start;
        const after = await question(child, load === void 0 ? keys : []);
        const latenciesMs = sent2 ?? after.latenciesMs;
        return {
          // Who calls itself has one call after the other.
          elapsedMs: sent2 === void 0 ? latenciesMs.reduce((sum, each) => sum + each, 0) : elapsedMs,
          latenciesMs,
          ran: after.ran - before.ran,
          cpuMicroseconds: after.cpuMicroseconds - before.cpuMicroseconds,
        };
      },
      close: async () => {
        load?.close();
        child.disconnect();
        await exited;
      },
    };
  };
}
async function question(child, invoke) {
  const answered = nextAnswer(child);
  child.send({ invoke });
  return await answered;
}
function nextAnswer(child) {
  return new Promise((resolve2, reject) => {
    const onExit = (code) => reject(new Error(`A contender's process ended with ${code}.`));
    child.once("exit", onExit);
    child.once("message", (message) => {
      child.off("exit", onExit);
      if (isAnswer(message)) resolve2(message);
      else reject(new TypeError(`No answer: ${JSON.stringify(message)}`));
    });
  });
}

// src/http/compare.ts
async function compareHttp(frameworks2, effort, tell, launcher = (url2) => processes(url2, void 0)) {
  const server = await startRedis({ settings: { appendfsync: "everysec" } });
  try {
    const launch = launcher(server.url);
    const comparisons = [];
    for (const framework of frameworks2) {
      const start = performance.now();
      comparisons.push({ framework, results: await timeFramework(framework, effort, launch) });
      tell(`${framework.title}: ${((performance.now() - start) / 1e3).toFixed(0)} s`);
    }
    return { redis: await versionOf(server.url), comparisons };
  } finally {
    await server.stop();
  }
}
async function versionOf(url2) {
  const redis = new Redis(url2);
  const info = await redis.info("server");
  redis.disconnect();
  return `Redis ${/(?:valkey|redis)_version:(\S+)/.exec(info)?.[1] ?? "?"}, appendonly yes, appendfsync everysec`;
}

// src/http/report.ts
import { mkdirSync, writeFileSync } from "fs";
import { join } from "path";

// src/chart.ts
var WIDTH = 960;
var LEFT = 24;
var LABELS = 196;
var COLUMN = 350;
var GAP = 20;
var BAR = 12;
var ROW = 18;
var MOST = 1.6;
var style = `
  svg { font-family: system-ui, sans-serif; font-size: 12px; --ink: #1f2328; --soft: #59636e; --line: #d1d9e0;
    --paper: #ffffff; --store: #0969da; --engine: #1a7f37; --peer: #bc4c00 }
  @media (prefers-color-scheme: dark) {
    svg { --ink: #f0f6fc; --soft: #9198a1; --line: #3d444d; --paper: #0d1117; --store: #4493f8; --engine: #3fb950;
      --peer: #db6d28 }
  }
  .paper { fill: var(--paper) } text { fill: var(--ink) } .soft { fill: var(--soft) } .figure { font-size: 11px; paint-order: stroke; stroke: var(--paper); stroke-width: 4px }
  .title { font-size: 18px; font-weight: 600 } .server { font-size: 15px; font-weight: 600 } .path { font-weight: 600 }
  .floor { stroke: var(--ink); stroke-dasharray: 3 3 } .axis { stroke: var(--line) } .spread { stroke: var(--ink) }
  .store { fill: var(--store) } .engine { fill: var(--engine) } .peer { fill: var(--peer) }`;
function draw(chart2) {
  const parts = [
    text(LEFT, 34, chart2.title, "title"),
    text(LEFT, 54, chart2.caption, "soft"),
    legend(chart2.legend, 78),
  ];
  let y = 104;
  for (const { name, columns, groups } of chart2.sections) {
    y += 16;
    parts.push(text(LEFT, y, name, "server"));
    if (name.length > 26) y += 18;
    for (const [index, column] of columns.entries()) parts.push(text(columnAt(index), y, column, "soft"));
    y += 10;
    for (const group of groups) {
      const drawn = rows(group, columns.length, y);
      parts.push(drawn.svg);
      y = drawn.bottom;
    }
    y += 14;
  }
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" width="${WIDTH}" height="${y}" role="img">`;
  const title = `<title>${escaped(chart2.description)}</title>`;
  return `${head}
${title}
<style>${style}
</style>
<rect class="paper" width="${WIDTH}" height="${y}"/>
${parts.join("\n")}
</svg>
`;
}
function rows(group, columns, top) {
  const parts = group.title === void 0 ? [] : [text(LEFT, top + 14, group.title, "path")];
  const first = top + (group.title === void 0 ? 0 : 22);
  const bottom = first + group.rows.length * ROW;
  for (let column = 0; column < columns; column++) parts.push(axis(columnAt(column), first, bottom));
  for (const [index, { name, role, bars }] of group.rows.entries()) {
    const y = first + index * ROW;
    parts.push(text(LEFT + 8, y + BAR, name));
    for (const [column, ratio2] of bars.entries())
      if (ratio2 !== void 0) parts.push(bar(columnAt(column), y, role, ratio2));
  }
  return { svg: parts.join("\n"), bottom: bottom + 8 };
}
function bar(x, y, role, ratio2) {
  const length = widthOf(ratio2.median);
  const middle = y + 2 + BAR / 2;
  return [
    `<rect class="${role}" x="${x}" y="${y + 2}" width="${length.toFixed(1)}" height="${BAR}" rx="2"/>`,
    `<path class="spread" d="M${(x + widthOf(ratio2.low)).toFixed(1)} ${middle}H${(x + widthOf(ratio2.high)).toFixed(1)}"/>`,
    text(Math.round(x + Math.max(length, widthOf(ratio2.high)) + 5), y + BAR, ratio2.median.toFixed(2), "figure"),
  ].join("");
}
function axis(x, top, bottom) {
  const floor4 = x + widthOf(1);
  return `<path class="axis" d="M${x} ${top}V${bottom}"/><path class="floor" d="M${floor4} ${top - 4}V${bottom}"/>`;
}
function legend(entries, y) {
  let x = LEFT;
  const keys = entries.map(([role, label]) => {
    const key = `<rect class="${role}" x="${x}" y="${y - 10}" width="12" height="12" rx="2"/>${text(x + 18, y, label)}`;
    x += 44 + label.length * 6;
    return key;
  });
  const floor4 = `<path class="floor" d="M${x} ${y - 12}V${y + 3}"/>${text(x + 8, y, "the floor; a line in a bar: the middle half")}`;
  return [...keys, floor4].join("\n");
}
function columnAt(index) {
  return LEFT + LABELS + index * (COLUMN + GAP);
}
function widthOf(ratio2) {
  return (Math.min(ratio2, MOST) / MOST) * (COLUMN - 40);
}
function text(x, y, content, style2) {
  return `<text${style2 === void 0 ? "" : ` class="${style2}"`} x="${x}" y="${y}">${escaped(content)}</text>`;
}
function escaped(content) {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

// src/machine.ts
import { cpus, loadavg } from "os";

function machine() {
  const [processor] = cpus();
  const load = loadavg()[0]?.toFixed(1);
  return `Node ${process.versions.node}, ${cpus().length} \xD7 ${processor?.model.trim() ?? "unknown processor"}, load ${load}.`;
}

// src/tables.ts
function table(head, rows2) {
  const rule = head.map((_, index) => (index === 0 ? "---" : "--:"));
  return [head, rule, ...rows2].map((cells) => `| ${cells.join(" | ")} |`);
}
function share({ median: median3, low, high }) {
  return `**${median3.toFixed(2)}** (${low.toFixed(2)} to ${high.toFixed(2)})`;
}
function count({ median: median3, low, high }) {
  return `${median3.toFixed(0)} (${low.toFixed(0)} to ${high.toFixed(0)})`;
}
function today() {
  return /* @__PURE__ */ new Date().toISOString().slice(0, 10);
}

// src/http/report.ts
var guarded = ["first", "replay"];
var HASTE = `**In haste**: so few and so short rounds say little of speeds and of p99, least of all where the load says that others were
at work; the ratios of processor time are the best of it. A run without \`--quick\` on a quiet machine replaces this.`;
function httpReport({ redis, comparisons }, { command, effort }) {
  return `# Over HTTP: every framework against its floor, and against others

Written by \`${command}\` on ${today()}. ${machine()} ${redis}.
${
  effort.rounds < FULL_HTTP.rounds
    ? `
${HASTE}
`
    : ""
}
![Speed by the hand-written floor's](http.svg)

A \`POST\` of a JSON order, answered with 201 and 360 bytes of JSON: on a route without protection, with a new key (first
request), and with a key that has been answered (replay). The **floor** is the least that could be written by hand in each
framework, inside the handler: a SHA-256 of the body, one \`SET NX GET PX\`, one \`SET PX\`, which is awaited before the answer.
It has no lease, no owner, no time-out, no scope but a prefix, keeps no header and knows JSON only. **Oncekey** is the binding
with \`RedisStore\`, all defaults and a scope. Floor and Oncekey use ioredis, other libraries the driver of their adapters,
node-redis. \`@node-idempotency/core\` is that library's core, called in the handler as its plugins do; only its plugin for
NestJS could be had.

Each contender is a process of its own, on one Redis; another process asks, on ${comparisons[0]?.framework.atOnce ?? 0} connections that stay. The contenders
of a framework took turns, ${effort.rounds} rounds of about ${effort.batchMs} ms on each path, in another order each round. Ratios are medians of the
ratios of the rounds, and where the middle half of them lies; compare them within one table. *CPU \xB5s* is processor time of the
server's process for one request, all its threads, the garbage collector's too; it is the surer measure where the machine has
other work. Every answer was looked at, and how often the operation ran was counted: a wrong one ends the run.

## In short

${table(
  [
    "framework",
    "path",
    "speed \xF7 floor",
    "CPU \xF7 floor",
    "speed \xF7 unprotected",
    "the floor's",
    "best other library \xF7 Oncekey",
  ],
  comparisons.flatMap(summaryRows),
).join("\n")}

${comparisons.map(section).join("\n")}`;
}
function writeHttpReport(folder, run, conditions) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "http.md"),
    `${httpReport(run, conditions).trimEnd()}
`,
  );
  writeFileSync(join(folder, "http.svg"), draw(chartOf(run, `${conditions.command}, ${today()}. ${machine()}`)));
}
function summaryRows({ framework, results }) {
  return guarded.flatMap((path) => {
    const chosen = results.filter((result2) => result2.path === path);
    const ours = chosen.find(({ contender }) => contender.role === "engine");
    const floor4 = chosen.find(({ contender }) => contender.role === "floor");
    const others = chosen.flatMap(({ contender, byOncekey }) =>
      byOncekey === void 0 ? [] : [{ name: contender.name, ratio: byOncekey }],
    );
    const [best] = others.toSorted((one, other) => other.ratio.median - one.ratio.median);
    return [
      [
        framework.title,
        titles2[path],
        ratio(ours?.byFloor),
        ratio(ours?.cpuByFloor),
        median(ours?.byUnprotected),
        median(floor4?.byUnprotected),
        best === void 0 ? "" : `${median(best.ratio)} (${best.name})`,
      ],
    ];
  });
}
function section({ framework, results }) {
  const head = [
    "path",
    "contender",
    "per second (middle half)",
    "p50 ms",
    "p99 ms",
    "CPU \xB5s",
    "speed \xF7 floor",
    "CPU \xF7 floor",
    "speed \xF7 unprotected",
    "speed \xF7 Oncekey",
  ];
  const rows2 = [...results].sort((one, other) => order(one) - order(other)).map(row);
  return [
    `## ${framework.title}`,
    "",
    ...framework.notes.flatMap((note) => [`- ${note}`]),
    "",
    ...table(head, rows2),
    "",
  ].join("\n");
}
function order({ path }) {
  return Object.keys(titles2).indexOf(path);
}
function row(result2) {
  const { contender, path, perSecond, p50Ms, p99Ms, cpuMicroseconds, byFloor, cpuByFloor, byUnprotected } = result2;
  const isFloor = contender.role === "floor";
  return [
    titles2[path],
    contender.name,
    count(perSecond),
    p50Ms.toFixed(2),
    p99Ms.toFixed(2),
    cpuMicroseconds.median.toFixed(0),
    isFloor ? "1" : ratio(byFloor),
    isFloor ? "1" : ratio(cpuByFloor),
    contender.role === "unprotected" ? "1" : median(byUnprotected),
    median(result2.byOncekey),
  ];
}
function ratio(spread3) {
  return spread3 === void 0 ? "" : share(spread3);
}
function median(spread3) {
  return spread3 === void 0 ? "" : spread3.median.toFixed(2);
}
function chartOf({ comparisons }, caption) {
  return {
    title: "Requests per second by the hand-written floor's",
    caption,
    description: "Speed of Oncekey's bindings and of other libraries, by the least that could be written by hand",
    legend: [
      ["engine", "Oncekey"],
      ["peer", "other libraries"],
    ],
    sections: comparisons.map(chartSection),
  };
}
function chartSection({ framework, results }) {
  const rows2 = framework.contenders.flatMap(({ name, role }) => {
    if (role === "floor" || role === "unprotected") return [];
    const bars = guarded.map(
      (path) => results.find(({ contender, path: own2 }) => contender.name === name && own2 === path)?.byFloor,
    );
    return [{ name, role, bars }];
  });
  return { name: framework.title, columns: guarded.map((path) => titles2[path]), groups: [{ rows: rows2 }] };
}

// src/report.ts
function markdown(group, results) {
  const rows2 = results.map(({ name, nanoseconds, ratio: ratio2, leastRatio }) => [
    name,
    `${duration(nanoseconds.median)} (${duration(nanoseconds.low)} to ${duration(nanoseconds.high)})`,
    duration(nanoseconds.least),
    `${ratio2.median.toFixed(2)} (${ratio2.low.toFixed(2)} to ${ratio2.high.toFixed(2)})`,
    (1 / ratio2.median).toFixed(2),
    `${leastRatio.toFixed(2)} / ${(1 / leastRatio).toFixed(2)}`,
  ]);
  const head = [
    "case",
    "median (middle half)",
    "fastest",
    "time \xF7 baseline",
    "speed \xF7 baseline",
    "the same, of the fastest",
  ];
  const lines = [head, ["---", "--:", "--:", "--:", "--:", "--:"], ...rows2].map((cells) => `| ${cells.join(" | ")} |`);
  return [`### ${group.title}`, "", group.note, "", ...lines, ""].join("\n");
}
function duration(nanoseconds) {
  if (nanoseconds < 1e4) return `${nanoseconds.toFixed(0)} ns`;
  if (nanoseconds < 1e7) return `${(nanoseconds / 1e3).toFixed(1)} \xB5s`;
  return `${(nanoseconds / 1e6).toFixed(1)} ms`;
}

// src/stores/wire.ts
import { once as once3 } from "events";
import { connect as connect2, createServer } from "net";

async function openWire(target) {
  const { hostname, port } = new URL(target);
  const sockets = /* @__PURE__ */ new Set();
  let traffic = { roundTrips: 0, sentBytes: 0, receivedBytes: 0 };
  let sending2 = false;
  const track = (socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
  };
  const proxy = createServer((near) => {
    const far = connect2(Number(port), hostname);
    track(near);
    track(far);
    near.on("data", (bytes2) => {
      if (!sending2) traffic.roundTrips += 1;
      sending2 = true;
      traffic.sentBytes += bytes2.length;
      far.write(bytes2);
    });
    far.on("data", (bytes2) => {
      sending2 = false;
      traffic.receivedBytes += bytes2.length;
      near.write(bytes2);
    });
    near.on("close", () => far.destroy());
    far.on("close", () => near.destroy());
  });
  proxy.listen(0, "127.0.0.1");
  await once3(proxy, "listening");
  const address = proxy.address();
  const url2 = new URL(target);
  url2.host = `127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  return {
    url: url2.href.replace(/\/$/, ""),
    take: () => {
      const taken = traffic;
      traffic = { roundTrips: 0, sentBytes: 0, receivedBytes: 0 };
      return taken;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      proxy.close();
      await once3(proxy, "close");
    },
  };
}

// src/stores/counts.ts
async function countAll(arena, requests) {
  const wire = await openWire(arena.url);
  const team = await arena.connect(wire.url);
  const counts = [];
  try {
    for (const path of paths) {
      for (const contender of team.contenders) {
        if (contender.lacks?.[path] === void 0) counts.push(await countOf(contender, path, requests, arena, wire));
      }
    }
  } finally {
    await team.close();
    await wire.close();
  }
  return counts;
}
async function countOf(contender, path, requests, arena, wire) {
  const keys = newKeys(requests + 1);
  if (path !== "first") await contender.prepare(path, keys);
  await ask(contender, path, keys.slice(0, 1));
  let traffic = wire.take();
  const commands = await arena.commandsOf(async () => {
    wire.take();
    await ask(contender, path, keys.slice(1));
    traffic = wire.take();
  });
  return {
    contender: contender.name,
    path,
    ...perRequest(traffic, requests),
    commands: eachPerRequest(commands, requests),
  };
}
async function ask(contender, path, keys) {
  for (const key of keys) {
    const answer3 = await contender.run(key, path);
    if (answer3 !== expected[path]) throw new Error(`${contender.name}: ${path} was answered with ${answer3}.`);
  }
}
function perRequest({ roundTrips, sentBytes, receivedBytes }, requests) {
  return {
    roundTrips: roundTrips / requests,
    sentBytes: sentBytes / requests,
    receivedBytes: receivedBytes / requests,
  };
}
function eachPerRequest(commands, requests) {
  return new Map([...commands].map(([name, calls]) => [name, calls / requests]));
}

// src/stores/dynamodb.ts
// ../../packages/stores/dynamodb/src/create-table.ts
import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand as GetItemCommand2,
  PutItemCommand as PutItemCommand2,
  UpdateItemCommand as UpdateItemCommand2,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";

// ../../packages/stores/dynamodb/src/client.ts
function propertyOf(value, name) {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : void 0;
}

// ../../packages/stores/dynamodb/src/faults.ts
var MAX_ATTEMPTS = 20;
var MISCONFIGURED = {
  ResourceNotFoundException: "there is no such table in this account and region: createTable() makes it",
  AccessDeniedException: "the role may not do this: the README of @oncekey/dynamodb has the policy that it needs",
  ValidationException:
    "the table is not as the store needs it, with a string as its partition key and no sort key, or its attributes are called otherwise: tableDefinition() says how it has to be",
};
var THROTTLED = ["ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"];
function nameOf(error) {
  const name = propertyOf(error, "name");
  return typeof name === "string" ? name : void 0;
}
async function repeatedly(send) {
  for (let attempt2 = 1; ; attempt2++) {
    try {
      return await send();
    } catch (error) {
      if (attempt2 === MAX_ATTEMPTS || nameOf(error) !== "TransactionConflictException") throw error;
      await new Promise((resolve2) => setTimeout(resolve2, Math.random() * Math.min(2 ** attempt2, 100)));
    }
  }
}
function faultOf(step, table2, cause) {
  if (isOncekeyError(cause)) return cause;
  const name = nameOf(cause) ?? "";
  const reason = cause instanceof Error ? cause.message : String(cause);
  const mend = Object.hasOwn(MISCONFIGURED, name) ? MISCONFIGURED[name] : void 0;
  if (mend !== void 0) {
    const message = `DynamoDBStore ${step} in ${table2}: ${name}: ${reason}; ${mend}`;
    return new OncekeyError("STORE_MISCONFIGURED", message, { cause });
  }
  const hint = THROTTLED.includes(name) ? " (the table's capacity, or that of one of its partitions, is used up)" : "";
  return new Error(`DynamoDBStore ${step} in ${table2}: ${name === "" ? "" : `${name}: `}${reason}${hint}`, { cause });
}

// ../../packages/stores/dynamodb/src/names.ts
var DEFAULTS = {
  id: "id",
  version: "version",
  record: "record",
  parts: "parts",
  writtenAt: "written_at",
  expiresAt: "expires_at",
  ttl: "ttl",
};
function tableNames(what, options) {
  const { table: table2 = "oncekey_records", attributes = {} } = options;
  if (typeof table2 !== "string" || !(/^[\w.-]{3,255}$/.test(table2) || /^arn:.{1,1020}$/.test(table2))) {
    throw new TypeError(
      `${what} table: ${show(table2)} is no name of a table; it has 3 to 255 letters, digits, and _ . -, or is an ARN`,
    );
  }
  if (typeof attributes !== "object" || attributes === null) {
    throw new TypeError(`${what} attributes: expected an object of names, got ${show(attributes)}`);
  }
  return { table: table2, attributes: { ...DEFAULTS, ...checkedAttributes(what, attributes) } };
}
function checkedAttributes(what, attributes) {
  const given = Object.entries(attributes).filter(([, name]) => name !== void 0);
  for (const [which, name] of given) {
    const known = Object.keys(DEFAULTS);
    if (!known.includes(which)) {
      throw new TypeError(`${what} attributes.${which}: no such attribute; there are ${known.join(", ")}`);
    }
    if (typeof name !== "string" || name === "" || new TextEncoder().encode(name).byteLength > 255) {
      throw new TypeError(`${what} attributes.${which}: ${show(name)} is no name of 1 to 255 bytes`);
    }
  }
  const names2 = Object.values({ ...DEFAULTS, ...Object.fromEntries(given) });
  const twice = names2.find((name, index) => names2.indexOf(name) !== index);
  if (twice !== void 0) throw new TypeError(`${what} attributes: two are called ${show(twice)}; each has its own name`);
  return Object.fromEntries(given);
}
function show(value) {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

// ../../packages/stores/dynamodb/src/parts.ts
var PART_BYTES = 384 * 1024;
var MAX_RECORD_BYTES = 4 * 1024 * 1024;
function partsOf(bytes2, inlineMaxBytes) {
  if (bytes2.byteLength <= inlineMaxBytes) return [];
  const parts = [];
  for (let start = 0; start < bytes2.byteLength; start += PART_BYTES) {
    parts.push(bytes2.subarray(start, start + PART_BYTES));
  }
  return parts;
}
function joined(parts) {
  const bytes2 = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    bytes2.set(part, offset);
    offset += part.byteLength;
  }
  return bytes2;
}
function partKey(id, version, index) {
  return `${id}.${index}.${version}`;
}

// ../../packages/stores/dynamodb/src/options.ts
var TABLE_OPTIONS = ["table", "attributes"];
var KNOWN = [...TABLE_OPTIONS, "skewMarginMs", "inlineMaxBytes", "readFirst", "durability", "onCapacity", "nowMs"];
var DURABILITIES = { memory: true, process: true, server: true, replicated: true };
var DAY_MS = 864e5;
function settingsOf(options) {
  checkOptionNames("DynamoDBStore", options);
  const { skewMarginMs = 2e3, inlineMaxBytes = 4096, readFirst = false } = options;
  const { durability = "replicated", onCapacity, nowMs = Date.now } = options;
  checkWhole("skewMarginMs", skewMarginMs, 1, DAY_MS);
  checkWhole("inlineMaxBytes", inlineMaxBytes, 0, PART_BYTES);
  if (typeof readFirst !== "boolean") {
    throw new TypeError(`DynamoDBStore readFirst: ${String(readFirst)} is not true or false`);
  }
  if (!Object.hasOwn(DURABILITIES, durability)) {
    const known = Object.keys(DURABILITIES).join(", ");
    throw new TypeError(`DynamoDBStore durability: ${String(durability)} is not one of ${known}`);
  }
  if (onCapacity !== void 0 && typeof onCapacity !== "function") {
    throw new TypeError("DynamoDBStore onCapacity: expected a function");
  }
  if (typeof nowMs !== "function") {
    throw new TypeError("DynamoDBStore nowMs: expected a function that returns milliseconds since 1970");
  }
  const names2 = tableNames("DynamoDBStore", options);
  return { names: names2, skewMarginMs, inlineMaxBytes, readFirst, durability, onCapacity, nowMs };
}
function checkOptionNames(what, options) {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`${what} options: expected an object, got ${String(options)}`);
  }
  const unknown = Object.keys(options).find((key) => !KNOWN.includes(key));
  if (unknown !== void 0) throw new TypeError(`${what} ${unknown}: no such option; there are ${KNOWN.join(", ")}`);
}
function checkClient(what, client) {
  if (typeof propertyOf(client, "send") === "function") {
    const service = propertyOf(propertyOf(client, "config"), "serviceId");
    if (service === void 0 || service === "DynamoDB") return;
    throw new TypeError(`${what} client: this one is for ${String(service)}; expected a DynamoDBClient`);
  }
  throw new TypeError(
    `${what} client: expected an object with a send method, such as a DynamoDBClient; got ${client === null ? "null" : typeof client}`,
  );
}
function checkWhole(name, value, least, most) {
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return;
  throw new TypeError(`DynamoDBStore ${name}: ${String(value)} is not a whole number from ${least} to ${most}`);
}

// ../../packages/stores/dynamodb/src/table.ts
function tableDefinition(options = {}) {
  checkOptionNames("tableDefinition", options);
  const { table: table2, attributes } = tableNames("tableDefinition", options);
  return {
    table: {
      TableName: table2,
      AttributeDefinitions: [{ AttributeName: attributes.id, AttributeType: "S" }],
      KeySchema: [{ AttributeName: attributes.id, KeyType: "HASH" }],
      BillingMode: "PAY_PER_REQUEST",
    },
    timeToLive: { AttributeName: attributes.ttl, Enabled: true },
  };
}

// ../../packages/stores/dynamodb/src/create-table.ts
var ACTIVE_WITHIN_MS = 18e4;
async function createTable(client, options = {}) {
  const definition = tableDefinition(options);
  checkClient("createTable", client);
  try {
    const created = await create(client, definition);
    await untilActive(client, definition);
    return { created, timeToLive: await enableTimeToLive(client, definition) };
  } catch (cause) {
    throw faultOf("createTable", String(definition.table.TableName), cause);
  }
}
async function create(client, { table: table2 }) {
  try {
    await client.send(new CreateTableCommand(table2));
    return true;
  } catch (error) {
    if (nameOf(error) === "ResourceInUseException") return false;
    throw error;
  }
}
async function untilActive(client, { table: table2 }) {
  const deadline = Date.now() + ACTIVE_WITHIN_MS;
  for (let pauseMs = 20; ; pauseMs = Math.min(2 * pauseMs, 2e3)) {
    const status = await describe(client, table2);
    if (status === "ACTIVE") return;
    if (Date.now() > deadline) throw new Error(`the table is ${status} after ${ACTIVE_WITHIN_MS / 1e3} seconds`);
    await new Promise((resolve2) => setTimeout(resolve2, pauseMs));
  }
}
async function describe(client, { TableName, KeySchema }) {
  try {
    const found = propertyOf(await client.send(new DescribeTableCommand({ TableName })), "Table");
    const key = JSON.stringify(propertyOf(found, "KeySchema"));
    if (key === JSON.stringify(KeySchema)) return String(propertyOf(found, "TableStatus"));
    throw new OncekeyError(
      "STORE_MISCONFIGURED",
      `createTable: the table ${TableName} is there, with the key ${key} in the place of ${JSON.stringify(KeySchema)}; give another name for the table, or for its attributes`,
    );
  } catch (error) {
    if (nameOf(error) === "ResourceNotFoundException") return "not known yet";
    throw error;
  }
}
async function enableTimeToLive(client, { table: { TableName }, timeToLive }) {
  const isOn = async () => {
    const answer3 = await client.send(new DescribeTimeToLiveCommand({ TableName }));
    const { TimeToLiveStatus: status, AttributeName } = Object(propertyOf(answer3, "TimeToLiveDescription"));
    return (status === "ENABLED" || status === "ENABLING") && AttributeName === timeToLive.AttributeName;
  };
  try {
    if (await isOn()) return "enabled";
    await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: timeToLive }));
    return "enabled";
  } catch (error) {
    if (nameOf(error) === "UnknownOperationException") return "unsupported";
    if (nameOf(error) === "ValidationException" && (await isOn())) return "enabled";
    throw error;
  }
}

// ../../packages/stores/dynamodb/src/moment.ts
var Moment = class {
  nowMs;
  #skewMarginMs;
  constructor(nowMs, skewMarginMs) {
    this.nowMs = Math.floor(nowMs);
    this.#skewMarginMs = skewMarginMs;
  }
  /** What expires then or earlier has expired: the one predicate, for reads and for conditions. */
  get limitMs() {
    return this.nowMs - this.#skewMarginMs;
  }
  isLive({ expiresAtMs }) {
    return expiresAtMs > this.limitMs;
  }
  /** Age is reported low and life high by the margin, whoever's clock wrote the row. */
  seen(row2, record2) {
    return this.#stored(row2, record2, this.#skewMarginMs);
  }
  /** The same of a write of the caller's own: both times are of one clock. */
  own(row2, record2) {
    return this.#stored(row2, record2, 0);
  }
  #stored({ version, writtenAtMs, expiresAtMs }, record2, lowMs) {
    const nowMs = Math.max(this.nowMs, writtenAtMs);
    const ageMs = Math.max(0, nowMs - writtenAtMs - lowMs);
    return { version, record: record2, ageMs, expiresInMs: expiresAtMs - nowMs + this.#skewMarginMs };
  }
};

// ../../packages/stores/dynamodb/src/session.ts
import { DeleteItemCommand, GetItemCommand, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";

// ../../packages/stores/dynamodb/src/capacity.ts
function reportedUnits(answer3) {
  const capacity = propertyOf(answer3, "ConsumedCapacity");
  if (!Array.isArray(capacity)) return unitsOf(capacity);
  const units = capacity.map(unitsOf);
  return units.reduce((sum = 0, more = 0) => sum + more, void 0);
}
function refusedUnits(item) {
  return Math.max(1, Math.ceil(itemBytes(item) / 1024));
}
function itemBytes(item) {
  if (typeof item !== "object" || item === null) return 0;
  return Object.entries(item).reduce((sum, [name, value]) => sum + utf8Bytes(name) + valueBytes(value), 0);
}
function valueBytes(value) {
  const bytes2 = propertyOf(value, "B");
  if (ArrayBuffer.isView(bytes2)) return bytes2.byteLength;
  const digits2 = propertyOf(value, "N");
  if (typeof digits2 === "string") return Math.ceil(digits2.replace(/\D/g, "").length / 2) + 1;
  const text2 = propertyOf(value, "S");
  return typeof text2 === "string" ? utf8Bytes(text2) : 1;
}
function unitsOf(capacity) {
  const units = propertyOf(capacity, "CapacityUnits");
  return typeof units === "number" ? units : void 0;
}
function utf8Bytes(text2) {
  return new TextEncoder().encode(text2).byteLength;
}

// ../../packages/stores/dynamodb/src/rows.ts
var GRACE_S = 3600;
function ttlOf(endsAtMs, graces) {
  return Math.ceil(endsAtMs / 1e3) + graces * GRACE_S;
}
function readRow(item, names2) {
  const version = textOf(item, names2.version, "S");
  const writtenAtMs = Number(textOf(item, names2.writtenAt, "N"));
  const expiresAtMs = Number(textOf(item, names2.expiresAt, "N"));
  const record2 = bytesOf(item, names2.record);
  return { version, writtenAtMs, expiresAtMs, content: record2 ?? Number(textOf(item, names2.parts, "N")) };
}
function bytesOf(item, name) {
  const bytes2 = propertyOf(propertyOf(item, name), "B");
  return ArrayBuffer.isView(bytes2) ? new Uint8Array(bytes2.buffer, bytes2.byteOffset, bytes2.byteLength) : void 0;
}
function textOf(item, name, type) {
  const text2 = propertyOf(propertyOf(item, name), type);
  if (typeof text2 === "string") return text2;
  throw new OncekeyError(
    "RECORD_UNREADABLE",
    `the item of this key has no attribute ${JSON.stringify(name)} of type ${type}: something else wrote it`,
  );
}

// ../../packages/stores/dynamodb/src/statements.ts
var ABSENT = "attribute_not_exists(#id) OR #expires <= :limit";
var STANDING = "#version = :expected AND #expires > :limit";
var Statements = class {
  #settings;
  #absent;
  #standing;
  #all;
  #replaced;
  #raised;
  constructor(settings) {
    const { id, version, writtenAt, expiresAt, record: record2, parts, ttl } = settings.names.attributes;
    this.#settings = settings;
    this.#absent = { "#id": id, "#expires": expiresAt };
    this.#standing = { "#version": version, "#expires": expiresAt };
    this.#all = { ...this.#absent, ...this.#standing };
    this.#replaced = { ...this.#standing, "#written": writtenAt, "#record": record2, "#parts": parts };
    this.#raised = { ...this.#replaced, "#ttl": ttl };
  }
  get(key) {
    return { ...this.#place(key), ConsistentRead: true };
  }
  /** Writes where nothing lives. */
  create(id, row2, limitMs) {
    return {
      ...this.#table(),
      Item: this.item(id, row2),
      ConditionExpression: ABSENT,
      ExpressionAttributeNames: this.#absent,
      ExpressionAttributeValues: { ":limit": number(limitMs) },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    };
  }
  /** Writes over a version. An expiry that stays is set to itself, so that the answer names it. */
  replace(id, { expected: expected2, row: row2, limitMs, keepToMs, life }) {
    const [content, other] = typeof row2.content === "number" ? ["#parts", "#record"] : ["#record", "#parts"];
    const values2 = {
      ":expected": { S: expected2 },
      ":limit": number(limitMs),
      ":version": { S: row2.version },
      ":written": number(row2.writtenAtMs),
      ":content": typeof row2.content === "number" ? number(row2.content) : { B: row2.content },
    };
    const asksForLife = keepToMs > Number.NEGATIVE_INFINITY;
    if (asksForLife) values2[":keep"] = number(keepToMs);
    if (life === "raise") values2[":ttl"] = number(this.#ttl(keepToMs));
    const expiry = life === "raise" ? "#expires = :keep, #ttl = :ttl" : "#expires = #expires";
    return {
      ...this.#place(id),
      UpdateExpression: `SET #version = :version, #written = :written, ${content} = :content, ${expiry} REMOVE ${other}`,
      ConditionExpression: asksForLife ? `${STANDING} AND #expires ${life === "keep" ? ">=" : "<="} :keep` : STANDING,
      ExpressionAttributeNames: life === "raise" ? this.#raised : this.#replaced,
      ExpressionAttributeValues: values2,
      ReturnValues: "UPDATED_NEW",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    };
  }
  remove(id, expected2, limitMs) {
    return {
      ...this.#place(id),
      ConditionExpression: `${ABSENT} OR #version = :expected`,
      ExpressionAttributeNames: this.#all,
      ExpressionAttributeValues: { ":limit": number(limitMs), ":expected": { S: expected2 } },
      ReturnValues: "ALL_OLD",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    };
  }
  /** Deletes an item that has expired, unless it has changed, or is gone, in which case it is to be looked at again. */
  end(id, { version }, limitMs) {
    return {
      ...this.#place(id),
      ConditionExpression: "#version = :version AND #expires <= :limit",
      ExpressionAttributeNames: this.#standing,
      ExpressionAttributeValues: { ":version": { S: version }, ":limit": number(limitMs) },
    };
  }
  /** A part of a record. Two writes of one part are the same, so nothing is asked first. */
  part(key, bytes2, ttl) {
    const names2 = this.#settings.names.attributes;
    return {
      ...this.#table(),
      Item: { [names2.id]: { S: key }, [names2.record]: { B: bytes2 }, [names2.ttl]: number(ttl) },
    };
  }
  removePart(key) {
    return this.#place(key);
  }
  /** One write of a transaction: what is to stand, or nothing, where this version stands, or nothing does. */
  transactional(id, expected2, row2, limitMs) {
    const { TableName, Key } = this.#place(id);
    const condition = {
      ConditionExpression: expected2 === void 0 ? ABSENT : STANDING,
      ExpressionAttributeNames: expected2 === void 0 ? this.#absent : this.#standing,
      ExpressionAttributeValues: {
        ":limit": number(limitMs),
        ...(expected2 !== void 0 && { ":expected": { S: expected2 } }),
      },
    };
    if (row2 === void 0) return { Delete: { TableName, Key, ...condition } };
    return { Put: { TableName, Item: this.item(id, row2), ...condition } };
  }
  item(id, { version, writtenAtMs, expiresAtMs, content }) {
    const names2 = this.#settings.names.attributes;
    return {
      [names2.id]: { S: id },
      [names2.version]: { S: version },
      [names2.writtenAt]: number(writtenAtMs),
      [names2.expiresAt]: number(expiresAtMs),
      [names2.ttl]: number(this.#ttl(expiresAtMs)),
      ...(typeof content === "number" ? { [names2.parts]: number(content) } : { [names2.record]: { B: content } }),
    };
  }
  #ttl(expiresAtMs) {
    return ttlOf(expiresAtMs + this.#settings.skewMarginMs, 1);
  }
  #place(key) {
    return { ...this.#table(), Key: { [this.#settings.names.attributes.id]: { S: key } } };
  }
  #table() {
    const { names: names2, onCapacity } = this.#settings;
    return { TableName: names2.table, ...(onCapacity !== void 0 && { ReturnConsumedCapacity: "TOTAL" }) };
  }
};
function number(value) {
  return { N: String(value) };
}

// ../../packages/stores/dynamodb/src/session.ts
var Session = class {
  #client;
  #settings;
  #statements;
  #step;
  constructor(client, settings, step) {
    this.#client = client;
    this.#settings = settings;
    this.#statements = new Statements(settings);
    this.#step = step;
  }
  /** What the table has under this id, expired or not, after the last write that was acknowledged. */
  async read(id) {
    const item = await this.#get(id);
    return item === void 0 ? void 0 : this.#row(item);
  }
  async create(id, row2, limitMs) {
    const command = new PutItemCommand(this.#statements.create(id, row2, limitMs));
    return this.#write(command, "PutItem", nothing);
  }
  /** Tells the expiry of what it wrote. */
  async replace(id, replacement) {
    const command = new UpdateItemCommand(this.#statements.replace(id, replacement));
    return this.#write(command, "UpdateItem", (answer3) =>
      Number(textOf(propertyOf(answer3, "Attributes"), this.#settings.names.attributes.expiresAt, "N")),
    );
  }
  /** Tells what it removed, if anything. */
  async remove(id, expected2, limitMs) {
    const command = new DeleteItemCommand(this.#statements.remove(id, expected2, limitMs));
    return this.#write(command, "DeleteItem", (answer3) => {
      const item = propertyOf(answer3, "Attributes");
      return item === void 0 ? void 0 : this.#row(item);
    });
  }
  /** Writes the parts of a record, at which nothing points yet. They are deleted some time after the record has ended. */
  async writeParts(id, version, parts, expiresAtMs) {
    const ttl = ttlOf(expiresAtMs + this.#settings.skewMarginMs, 2);
    const inputs = parts.map((part, index) => this.#statements.part(partKey(id, version, index), part, ttl));
    await Promise.all(inputs.map((input) => this.#send(new PutItemCommand(input), "PutItem", "write")));
  }
  /**
   * What stands under an id, given what was read there; `undefined`: nothing, and for good.
   *
   * An item that has expired is deleted before that is said. The clock is the callers', and one of them may have read it
   * long before its request arrives: its process was stopped, or the network was slow. By that clock the record would
   * still live, and it could be renewed after somebody was told that it is gone. What has been deleted cannot.
   */
  async standing(id, now, row2, own2) {
    const found = await this.whole(id, row2, now, own2);
    if (found !== void 0 || row2 === void 0) return found;
    const ended = await this.#write(
      new DeleteItemCommand(this.#statements.end(id, row2, now.limitMs)),
      "DeleteItem",
      nothing,
    );
    return ended.done ? void 0 : this.standing(id, now, await this.read(id), own2);
  }
  /**
   * A row with its record; `undefined` for one that does not live, or is not there. `own` is a version of the caller's.
   *
   * Parts that are missing may have gone with a row that was removed meanwhile; if it still stands, its record is lost.
   * That is a fault: "nothing stands there" would let an operation run twice.
   */
  async whole(id, row2, now, own2) {
    if (row2 === void 0 || !now.isLive(row2)) return void 0;
    const bytes2 = await this.#bytesOf(id, row2);
    if (bytes2 !== void 0) {
      const record2 = decodeRecord(bytes2);
      return { row: row2, stored: row2.version === own2 ? now.own(row2, record2) : now.seen(row2, record2) };
    }
    const again = await this.read(id);
    if (again?.version !== row2.version) return this.whole(id, again, now, own2);
    throw new OncekeyError(
      "RECORD_UNREADABLE",
      `DynamoDBStore ${this.#step} in ${this.#settings.names.table}: parts of the record of ${id} are missing; something has deleted items that the store had written`,
    );
  }
  /** The encoded record of a row; `undefined` where parts of it are missing. */
  async #bytesOf(id, { version, content }) {
    if (typeof content !== "number") return content;
    const items = await Promise.all(partKeys(id, version, content).map((key) => this.#get(key)));
    const parts = items.map((item) => bytesOf(item, this.#settings.names.attributes.record));
    const found = parts.filter((part) => part !== void 0);
    return found.length === content ? joined(found) : void 0;
  }
  /** Deletes the parts of a row that has been removed. */
  async removeParts(id, { version, content }) {
    if (typeof content !== "number") return;
    const inputs = partKeys(id, version, content).map((key) => this.#statements.removePart(key));
    await Promise.all(inputs.map((input) => this.#send(new DeleteItemCommand(input), "DeleteItem", "write")));
  }
  async #get(key) {
    const command = new GetItemCommand(this.#statements.get(key));
    return propertyOf(await this.#send(command, "GetItem", "read"), "Item");
  }
  async #send(command, request3, kind) {
    try {
      const answer3 = await this.#client.send(command);
      this.#count(request3, kind, reportedUnits(answer3), true);
      return answer3;
    } catch (cause) {
      throw faultOf(this.#step, this.#settings.names.table, cause);
    }
  }
  async #write(command, request3, told) {
    try {
      const answer3 = await repeatedly(() => this.#client.send(command));
      this.#count(request3, "write", reportedUnits(answer3), true);
      return { done: true, told: told(answer3) };
    } catch (cause) {
      if (nameOf(cause) !== "ConditionalCheckFailedException") {
        throw faultOf(this.#step, this.#settings.names.table, cause);
      }
      const item = propertyOf(cause, "Item");
      if (item === void 0) return { done: false, row: void 0 };
      this.#count(request3, "write", refusedUnits(item), false);
      return { done: false, row: this.#row(item) };
    }
  }
  #row(item) {
    return readRow(item, this.#settings.names.attributes);
  }
  #count(request3, kind, units, reported) {
    const { onCapacity } = this.#settings;
    if (onCapacity === void 0 || units === void 0) return;
    const used = { step: this.#step, request: request3, kind, units, reported };
    queueMicrotask(() => onCapacity(used));
  }
};
function partKeys(id, version, count2) {
  return Array.from({ length: count2 }, (_, index) => partKey(id, version, index));
}
function nothing() {}

// ../../packages/stores/dynamodb/src/steps.ts
var MAX_ROUNDS = 50;
var DynamoDBSteps = class {
  capabilities;
  #settings;
  #session;
  constructor(client, settings, capabilities) {
    this.capabilities = Object.freeze(capabilities);
    this.#settings = settings;
    const sessions = {
      get: new Session(client, settings, "get"),
      create: new Session(client, settings, "create"),
      replace: new Session(client, settings, "replace"),
      remove: new Session(client, settings, "remove"),
    };
    this.#session = (step) => sessions[step];
  }
  async get(id) {
    const session = this.#session("get");
    const now = momentOf(this.#settings);
    return (await session.standing(id, now, await session.read(id)))?.stored;
  }
  async create(id, version, record2, retentionMs) {
    const session = this.#session("create");
    const { content, parts } = encodedFor("create", record2, this.#settings, this.capabilities);
    let reads = this.#settings.readFirst || parts.length > 0;
    return this.#rounds("create", async (now) => {
      const found = reads ? await session.whole(id, await session.read(id), now, version) : void 0;
      if (found !== void 0) return writeOf(found, version);
      const row2 = { version, writtenAtMs: now.nowMs, expiresAtMs: now.nowMs + retentionMs, content };
      await session.writeParts(id, version, parts, row2.expiresAtMs);
      const reply = await session.create(id, row2, now.limitMs);
      if (reply.done) return { written: true, stored: now.own(row2, record2) };
      reads = true;
      const refusing = await session.whole(id, reply.row, now, version);
      return refusing === void 0 ? void 0 : writeOf(refusing, version);
    });
  }
  async replace(id, expected2, version, record2, keepMs) {
    const session = this.#session("replace");
    const { content, parts } = encodedFor("replace", record2, this.#settings, this.capabilities);
    let expiresAtMs;
    let reads = parts.length > 0;
    const judged = async (row2, now) => {
      const isExpected = row2?.version === expected2 && now.isLive(row2);
      const found = isExpected ? { row: row2 } : await session.standing(id, now, row2, version);
      if (found === void 0) return { written: false, current: void 0 };
      if ("stored" in found && found.row.version !== expected2) return writeOf(found, version);
      expiresAtMs = found.row.expiresAtMs;
      return void 0;
    };
    return this.#rounds("replace", async (now) => {
      const write = reads ? await judged(await session.read(id), now) : void 0;
      if (write !== void 0) return write;
      const keepToMs = keepMs === void 0 ? Number.NEGATIVE_INFINITY : now.nowMs + keepMs;
      await session.writeParts(id, version, parts, Math.max(expiresAtMs ?? now.nowMs, keepToMs));
      const row2 = { version, writtenAtMs: now.nowMs, content };
      const life = expiresAtMs !== void 0 && keepToMs > expiresAtMs ? "raise" : "keep";
      const reply = await session.replace(id, { expected: expected2, row: row2, limitMs: now.limitMs, keepToMs, life });
      if (reply.done) return { written: true, stored: now.own({ ...row2, expiresAtMs: reply.told }, record2) };
      reads = reply.row === void 0;
      return reads ? void 0 : judged(reply.row, now);
    });
  }
  async remove(id, expected2) {
    const session = this.#session("remove");
    return this.#rounds("remove", async (now) => {
      const reply = await session.remove(id, expected2, now.limitMs);
      if (reply.done) {
        if (reply.told !== void 0) await session.removeParts(id, reply.told);
        return { written: true };
      }
      const found = await session.standing(id, now, reply.row ?? (await session.read(id)));
      if (found === void 0) return { written: true };
      return found.row.version === expected2 ? void 0 : { written: false, current: found.stored };
    });
  }
  async #rounds(step, round) {
    for (let count2 = 1; count2 <= MAX_ROUNDS; count2++) {
      const answer3 = await round(momentOf(this.#settings));
      if (answer3 !== void 0) return answer3;
    }
    throw new Error(`DynamoDBStore ${step}: what stands there has changed ${MAX_ROUNDS} times while it was looked at`);
  }
};
function momentOf({ nowMs, skewMarginMs }) {
  return new Moment(nowMs(), skewMarginMs);
}
function encodedFor(step, record2, { inlineMaxBytes }, { maxRecordBytes }) {
  const bytes2 = encodeRecord(record2);
  if (bytes2.byteLength > maxRecordBytes) {
    throw new OncekeyError(
      "RECORD_TOO_LARGE",
      `DynamoDBStore ${step}: the record has ${bytes2.byteLength} bytes, and at most ${maxRecordBytes} are stored`,
    );
  }
  const parts = partsOf(bytes2, inlineMaxBytes);
  return { content: parts.length === 0 ? bytes2 : parts.length, parts };
}
function writeOf({ stored }, version) {
  return stored.version === version ? { written: true, stored } : { written: false, current: stored };
}

// ../../packages/stores/dynamodb/src/transaction.ts
import { TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";

var writesOf = /* @__PURE__ */ new WeakMap();
var DynamoDBTransaction = class {
  #client;
  #added = [];
  #writes = /* @__PURE__ */ new Map();
  #command;
  constructor(client) {
    checkClient("DynamoDBTransaction", client);
    this.#client = client;
    writesOf.set(this, () => {
      this.#checkOpen();
      return this.#writes;
    });
  }
  /** Adds writes and checks of your own. */
  add(...items) {
    this.#checkOpen();
    this.#added.push(...items);
    return this;
  }
  /**
   * Does all of it, or throws. Where the outcome is unknown, because no reply came, it may be called again for ten
   * minutes: DynamoDB knows the transaction by its token, and does not do it twice.
   */
  async commit() {
    this.#command ??= new TransactWriteItemsCommand({
      TransactItems: [...this.#added, ...[...this.#writes.values()].map(({ item }) => item)],
      ClientRequestToken: globalThis.crypto.randomUUID(),
    });
    if (this.#command.input.TransactItems?.length === 0) return;
    try {
      await this.#client.send(this.#command);
    } catch (cause) {
      throw this.#faultOf(cause);
    }
  }
  #checkOpen() {
    if (this.#command === void 0) return;
    throw new TypeError("DynamoDBTransaction: it has been sent; what is to be written after that needs another one");
  }
  #faultOf(cause) {
    const name = nameOf(cause) ?? "";
    const reason = cause instanceof Error ? cause.message : String(cause);
    const reasons = propertyOf(cause, "CancellationReasons");
    const codes = Array.isArray(reasons) ? reasons.map((each) => propertyOf(each, "Code")) : [];
    const isOurs = codes.slice(this.#added.length).includes("ConditionalCheckFailed");
    const hint = isOurs ? "; what stands under a key has changed since the store looked, and nothing was written" : "";
    const lack = name === "UnknownOperationException" ? "; this endpoint has no transactions" : "";
    return new Error(`DynamoDBTransaction commit: ${name}: ${reason}${hint}${lack}`, { cause });
  }
};
function pendingWrites(transaction) {
  const writes = transaction instanceof DynamoDBTransaction ? writesOf.get(transaction) : void 0;
  if (writes !== void 0) return writes;
  throw new TypeError(
    "DynamoDBStore within: expected a DynamoDBTransaction of this package; new DynamoDBTransaction(client)",
  );
}

// ../../packages/stores/dynamodb/src/transaction-steps.ts
var TransactionSteps = class {
  capabilities;
  #client;
  #settings;
  #statements;
  #writes;
  constructor(client, settings, capabilities, writes) {
    this.capabilities = Object.freeze(capabilities);
    this.#client = client;
    this.#settings = settings;
    this.#statements = new Statements(settings);
    this.#writes = writes;
  }
  async get(id) {
    return (await this.#look("get", id)).found?.stored;
  }
  async create(id, version, record2, retentionMs) {
    const view = await this.#look("create", id, version);
    if (view.found !== void 0) return writeOf(view.found, version);
    return this.#write(id, view, version, record2, view.now.nowMs + retentionMs);
  }
  async replace(id, expected2, version, record2, keepMs = 0) {
    const view = await this.#look("replace", id, version);
    const { found, now } = view;
    if (found === void 0) return { written: false, current: void 0 };
    if (found.row.version !== expected2) return writeOf(found, version);
    return this.#write(id, view, version, record2, Math.max(found.row.expiresAtMs, now.nowMs + keepMs));
  }
  async remove(id, expected2) {
    const view = await this.#look("remove", id);
    const { found } = view;
    if (found !== void 0 && found.row.version !== expected2) return { written: false, current: found.stored };
    if (found !== void 0) this.#put(id, view, void 0);
    return { written: true };
  }
  /** What stands, as this transaction sees it. */
  async #look(step, id, own2) {
    const session = new Session(this.#client, this.#settings, step);
    const now = momentOf(this.#settings);
    const pending = this.#writes().get(this.#key(id));
    if (pending === void 0) {
      const found = await session.standing(id, now, await session.read(id), own2);
      return { session, now, found, inTable: found?.row.version };
    }
    const { standing, expected: inTable } = pending;
    if (standing === void 0 || !now.isLive(standing.row)) return { session, now, found: void 0, inTable };
    const { row: row2, record: record2 } = standing;
    return { session, now, found: { row: row2, stored: now.own(row2, record2) }, inTable };
  }
  async #write(id, view, version, record2, expiresAtMs) {
    const { session, now } = view;
    const { content, parts } = encodedFor("transaction", record2, this.#settings, this.capabilities);
    await session.writeParts(id, version, parts, expiresAtMs);
    const row2 = { version, writtenAtMs: now.nowMs, expiresAtMs, content };
    this.#put(id, view, { row: row2, record: record2 });
    return { written: true, stored: now.own(row2, record2) };
  }
  #put(id, { inTable, now }, standing) {
    const item = this.#statements.transactional(id, inTable, standing?.row, now.limitMs);
    this.#writes().set(this.#key(id), { expected: inTable, standing, item });
  }
  #key(id) {
    return `${this.#settings.names.table} ${id}`;
  }
};

// ../../packages/stores/dynamodb/src/dynamodb-store.ts
var DynamoDBStore = class extends DynamoDBSteps {
  #inside;
  /** Throws a `TypeError` for options that make no sense, and for what is no client of DynamoDB. */
  constructor(client, options = {}) {
    const settings = settingsOf(options);
    checkClient("DynamoDBStore", client);
    super(client, settings, {
      clock: "caller",
      resolutionMs: 1,
      skewMarginMs: settings.skewMarginMs,
      maxRecordBytes: MAX_RECORD_BYTES,
      durability: settings.durability,
      concurrent: true,
      transactional: true,
      list: false,
      sweep: false,
    });
    const capabilities = { ...this.capabilities, transactional: false };
    this.#inside = (transaction) => new TransactionSteps(client, settings, capabilities, pendingWrites(transaction));
  }
  /**
   * The same store in a transaction of yours: what it writes stands when that is committed, and not before.
   *
   * It reads at once, and its writes are conditions of the commit: if what it read has changed by then, nothing of the
   * transaction is done. Emulators may have no transactions, dynalite for one; `commit()` says so then.
   */
  within(transaction) {
    return this.#inside(transaction);
  }
};

// src/stores/dynamodb.ts
import { startDynamoDB } from "@oncekey/services";

// src/stores/ours.ts
var AT_ONCE = 64;
var NAMESPACE = "bench";
var SCOPE = "acct_1";
function storeContender(name, driver, store3) {
  return {
    name,
    driver,
    role: "store",
    prepare: (path, keys) => prepare2(store3, path, keys),
    run: async (key) => {
      const claim = await store3.create(key, "prefix-01234-1", running, RETENTION_MS);
      if (claim.written) return await complete(store3, key, "prefix-01234-1");
      const { current } = claim;
      if (current?.record.state === "completed") return "replayed";
      if (current?.record.state !== "in-progress" || current.ageMs < current.record.leaseMs) return "in-progress";
      const taken = await store3.replace(key, current.version, "prefix-01234-2", retaken);
      return taken.written ? await complete(store3, key, "prefix-01234-2") : "in-progress";
    },
  };
}
function engineContender(name, driver, store3) {
  const patience = { claimTimeoutMs: 2e4, completionTimeoutMs: 2e4 };
  const oncekey = createOncekey({ store: store3, namespace: NAMESPACE, ...patience });
  const operation = (key) => ({ key, scope: SCOPE, fingerprint: fingerprint(request) });
  return {
    name,
    driver,
    role: "engine",
    prepare: (path, keys) =>
      prepare2(
        store3,
        path,
        keys.map((key) => recordId(NAMESPACE, SCOPE, key)),
      ),
    run: async (key) => {
      const { outcome } = await oncekey.execute(operation(key), () => answer);
      if (outcome === "executed") return "ran";
      if (outcome === "replayed" || outcome === "in-progress") return outcome;
      throw new Error(`${name} ended with ${outcome}.`);
    },
  };
}
async function complete(store3, id, version) {
  const { written } = await store3.replace(id, version, `${version}-done`, completed);
  if (!written) throw new Error("A completion was refused.");
  return "ran";
}
async function prepare2(store3, path, ids) {
  const record2 = { replay: completed, duplicate: running, takeover: lost };
  await forEachKey(ids, AT_ONCE, (id) => store3.create(id, "prefix-01234-0", record2[path], RETENTION_MS));
  if (path === "takeover") await new Promise((resolve2) => setTimeout(resolve2, LOST_AFTER_MS));
}

// src/stores/peers/powertools.ts
import {
  IdempotencyAlreadyInProgressError,
  IdempotencyConfig,
  makeIdempotent,
} from "@aws-lambda-powertools/idempotency";
import { CachePersistenceLayer } from "@aws-lambda-powertools/idempotency/cache";
import { DynamoDBPersistenceLayer } from "@aws-lambda-powertools/idempotency/dynamodb";
import { createClient } from "@redis/client";

var AT_ONCE2 = 64;
var REMAINING_MS = 6e5;
function powertools(driver, layer, validates) {
  const config = new IdempotencyConfig({
    eventKeyJmesPath: "key",
    expiresAfterSeconds: 86400,
    ...(validates ? { payloadValidationJmesPath: "body" } : {}),
  });
  config.registerLambdaContext(
    Object.assign(/* @__PURE__ */ Object.create(null), { getRemainingTimeInMillis: () => REMAINING_MS }),
  );
  const charge = async (payload) => {
    payload.ran = true;
    return answer;
  };
  const once4 = makeIdempotent(charge, { persistenceStore: layer, config, keyPrefix: "bench" });
  const payloadOf = (key) => ({ key, body, ran: false });
  layer.configure({ config, keyPrefix: "bench" });
  return {
    name: "Powertools",
    driver,
    role: "peer",
    prepare: async (path, keys) => {
      const remainingMs = path === "takeover" ? 1 : REMAINING_MS;
      await forEachKey(keys, AT_ONCE2, (key) =>
        path === "replay" ? once4(payloadOf(key)) : layer.saveInProgress({ ...payloadOf(key) }, remainingMs),
      );
      if (path === "takeover") await new Promise((resolve2) => setTimeout(resolve2, LOST_AFTER_MS));
    },
    run: async (key) => {
      const payload = payloadOf(key);
      try {
        const given = await once4(payload);
        if (given?.receipt !== answer.receipt) throw new Error("Powertools gave another answer.");
        return payload.ran ? "ran" : "replayed";
      } catch (error) {
        if (error instanceof IdempotencyAlreadyInProgressError) return "in-progress";
        throw error;
      }
    },
  };
}
async function connectPowertoolsCache(url2) {
  const client = createClient({ url: url2 });
  client.on("error", () => {});
  await client.connect();
  const contender = powertools("node-redis", new CachePersistenceLayer({ client }), false);
  return { contenders: [contender], close: async () => client.destroy() };
}
function powertoolsOnDynamoDB(client, table2) {
  return powertools("SDK", new DynamoDBPersistenceLayer({ tableName: table2, awsSdkV3Client: client }), true);
}

// src/stores/dynamodb.ts
var AT_ONCE3 = 64;
var TABLE = "oncekey_records";
var FLOOR = "floor";
var PEER = "powertools";
function floor(client) {
  const put = (key, bytes2) =>
    client.send(
      new PutItemCommand2({
        TableName: FLOOR,
        Item: { id: { S: key }, version: { S: "v1" }, record: { B: bytes2 }, ttl: { N: "1900000000" } },
        ConditionExpression: "attribute_not_exists(id)",
      }),
    );
  const update = (key, bytes2) =>
    client.send(
      new UpdateItemCommand2({
        TableName: FLOOR,
        Key: { id: { S: key } },
        UpdateExpression: "SET version = :v, #r = :r",
        ExpressionAttributeNames: { "#r": "record" },
        ExpressionAttributeValues: { ":v": { S: "v2" }, ":r": { B: bytes2 } },
      }),
    );
  const claim = async (key) => {
    try {
      await put(key, runningBytes);
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  };
  return {
    name: "bare SDK",
    driver: "SDK",
    role: "floor",
    prepare: (path, keys) =>
      forEachKey(keys, AT_ONCE3, (key) => put(key, path === "replay" ? completedBytes : runningBytes)),
    run: async (key, path) => {
      if (path === "replay" || path === "duplicate") {
        const get = { TableName: FLOOR, Key: { id: { S: key } }, ConsistentRead: true };
        const { Item } = await client.send(new GetItemCommand2(get));
        return Item?.["record"]?.B?.length === completedBytes.length ? "replayed" : "in-progress";
      }
      if ((await claim(key)) !== (path === "first")) throw new Error("A claim ended otherwise than it should.");
      if (path === "takeover") await update(key, runningBytes);
      await update(key, completedBytes);
      return "ran";
    },
  };
}
function openClient(endpoint) {
  return new DynamoDBClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
    requestHandler: { httpAgent: { keepAlive: true, maxSockets: AT_ONCE3 } },
  });
}
var sent = /* @__PURE__ */ new Map();
async function connect3(url2) {
  const client = openClient(url2);
  client.middlewareStack.add(
    (next, { commandName = "" }) =>
      (args) => {
        const name = commandName.replace("Command", "");
        sent.set(name, (sent.get(name) ?? 0) + 1);
        return next(args);
      },
    { step: "initialize" },
  );
  const options = { table: TABLE, skewMarginMs: 5 };
  const store3 = new DynamoDBStore(client, options);
  return {
    contenders: [
      floor(client),
      storeContender("DynamoDBStore", "SDK", store3),
      storeContender("DynamoDBStore, readFirst", "SDK", new DynamoDBStore(client, { ...options, readFirst: true })),
      engineContender("Oncekey, SDK", "SDK", store3),
      powertoolsOnDynamoDB(client, PEER),
    ],
    close: async () => client.destroy(),
  };
}
async function makeTables(endpoint) {
  const client = openClient(endpoint);
  for (const table2 of [TABLE, FLOOR, PEER]) await createTable(client, { table: table2 });
  client.destroy();
}
async function openDynamoDB() {
  const local = process.env["ONCEKEY_DYNAMODB_LOCAL"] === "1";
  const server = await startDynamoDB(local);
  await makeTables(server.endpoint);
  return {
    name: "DynamoDB",
    server: local ? "AWS DynamoDB Local, in memory" : "dynalite, in memory",
    url: server.endpoint,
    notes: [
      "Floor: a conditional `PutItem` and an `UpdateItem` for a first request, one `UpdateItem` more for a take-over, a consistent `GetItem` of as many bytes otherwise.",
      local
        ? "The emulator shares the processors with the client and is far slower than DynamoDB: compare requests and bytes before speeds."
        : "dynalite is far slower than DynamoDB, and does not answer a refused write with the item as DynamoDB does: replays and duplicates of both sides take a read more than they would (`ONCEKEY_DYNAMODB_LOCAL=1` takes AWS's emulator).",
      "All share one client with keep-alive. Powertools validates its payload here, as the engine does by its fingerprint.",
    ],
    connect: connect3,
    commandsOf: async (work) => {
      sent.clear();
      await work();
      return new Map(sent);
    },
    stop: () => server.stop(),
  };
}

// ../../packages/stores/postgres/src/names.ts
var MAX_NAME_BYTES = 63;
var MAX_ENDING_BYTES = 13;
function tableName(what, { schema = "public", table: table2 = "oncekey_records" }) {
  checkName(`${what} schema`, schema, MAX_NAME_BYTES);
  checkName(`${what} table`, table2, MAX_NAME_BYTES - MAX_ENDING_BYTES);
  return { schema, table: table2 };
}
function qualified({ schema, table: table2 }, ending = "") {
  return `${quoted(schema)}.${quoted(table2 + ending)}`;
}
function quoted(name) {
  return `"${name.replaceAll('"', '""')}"`;
}
function checkName(what, name, maxBytes) {
  if (typeof name !== "string" || name === "") throw new TypeError(`${what}: expected a name, got ${show2(name)}`);
  const bytes2 = new TextEncoder().encode(name).byteLength;
  if (bytes2 > maxBytes) throw new TypeError(`${what}: ${show2(name)} has ${bytes2} bytes; at most ${maxBytes} fit`);
  const bad = [...name].find((character) => character === "$" || character < " ");
  if (bad !== void 0) throw new TypeError(`${what}: ${show2(name)} contains ${show2(bad)}; use another name`);
}
function show2(value) {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

// ../../packages/stores/postgres/src/faults.ts
var SERIALIZATION_FAILURE = "40001";
var DEADLOCK_DETECTED = "40P01";
var IN_FAILED_TRANSACTION = "25P02";
var UNDEFINED_FUNCTION = "42883";
var UNDEFINED_TABLE = "42P01";
var UNDEFINED_COLUMN = "42703";
var DUPLICATE_TABLE = "42P07";
var UNIQUE_VIOLATION = "23505";
var INVALID_SCHEMA = "3F000";
var UNDEFINED_PREPARED_STATEMENT = "26000";
var DUPLICATE_PREPARED_STATEMENT = "42P05";
var UNMIGRATED = [UNDEFINED_FUNCTION, UNDEFINED_TABLE, UNDEFINED_COLUMN, INVALID_SCHEMA];
var MAX_ATTEMPTS2 = 20;
var UNDONE = [SERIALIZATION_FAILURE, DEADLOCK_DETECTED];
var UNDONE_MIGRATION = [...UNDONE, DUPLICATE_TABLE, UNIQUE_VIOLATION];
async function repeatedly2(send, states = UNDONE) {
  let undone;
  for (let attempt2 = 1; ; attempt2++) {
    try {
      return await send();
    } catch (error) {
      const state = sqlState(error);
      if (state === IN_FAILED_TRANSACTION && undone !== void 0) throw undone;
      if (attempt2 === MAX_ATTEMPTS2 || state === void 0 || !states.includes(state)) throw error;
      undone = error;
      await pause(Math.random() * Math.min(2 ** attempt2, 50));
    }
  }
}
function faultOf2(step, name, cause) {
  if (isOncekeyError(cause)) return cause;
  const state = sqlState(cause);
  if (state !== void 0 && UNMIGRATED.includes(state)) {
    return new OncekeyError(
      "STORE_MISCONFIGURED",
      `PostgresStore ${step}: the schema of ${qualified(name)} is missing or older than this version needs; run migrate(client, { schema, table }) with the same names, by a role that may create tables`,
      { cause },
    );
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  const hint = isUnprepared(cause)
    ? " (the pooler between here and the server does not carry prepared statements: leave out the option prepare)"
    : "";
  return new Error(`PostgresStore ${step}: ${reason}${hint}`, { cause });
}
function isUnprepared(error) {
  const state = sqlState(error);
  return state === UNDEFINED_PREPARED_STATEMENT || state === DUPLICATE_PREPARED_STATEMENT;
}
function sqlState(error) {
  if (typeof error !== "object" || error === null || !("code" in error)) return void 0;
  return typeof error.code === "string" ? error.code : void 0;
}
function pause(ms) {
  return new Promise((resolve2) => setTimeout(resolve2, ms));
}

// ../../packages/stores/postgres/src/migrations.ts
var migrations = [
  {
    version: 1,
    name: "0001_records.sql",
    sql: `-- Oncekey's table, and the six steps that a store takes on it. Each step is one function and one round trip. Where
-- statements are kept prepared, a plain statement comes before the function (src/statements.ts).
--
-- The name oncekey_records stands for the configured schema and table; migrate() puts them in. As it is, this file
-- makes the table in the first schema of the search path.
--
-- Function names end in a version. A later migration adds new functions beside these and leaves them in place, so that
-- two versions of the library can run side by side while a deployment rolls.

CREATE TABLE oncekey_records (
  written_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  id         text COLLATE "C" PRIMARY KEY,
  version    text COLLATE "C" NOT NULL,
  record     bytea NOT NULL
)
-- Every record is written at least twice. The free part of a page keeps its second form beside the first, and as
-- expires_at, the one indexed column, seldom changes, the indexes are then left alone (a HOT update).
WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

-- For sweep() only.
CREATE INDEX ON oncekey_records (expires_at);

-- How the steps judge time
--
-- A snapshot shows what stood when it was taken; the process that reads it can be held up before it reads the clock, and
-- the record renewed meanwhile. So:
--
-- * The clock that tells age and life of what a SELECT finds, and whether it lives, is read before the snapshot. What
--   then lives stood at that reading, or from its later commit on. The caller reads the clock, as p_at: now() for a
--   transaction of its own, at every isolation level; clock_timestamp() inside somebody's, before the statements of the
--   function take their snapshots. Whoever goes round again at READ COMMITTED reads it again first.
-- * Nobody says "nothing stands" over a row: it deletes the row first. A renewal that began before the expiry may not be
--   visible yet, or not even have its row lock. The DELETE waits for the first and sees what it made of the row; the
--   second finds no row any more. Hence no record comes back after somebody was told that it was gone.
-- * INSERT, UPDATE and DELETE read the clock where they are. If the row was changed before they had its lock, they judge
--   the new form anew (above READ COMMITTED they fail, 40001); if not, what they judged stood at that reading. A replace
--   may get its lock after the expiry: it began before, and whoever came between has changed or deleted the row.

-- Age and remaining life in milliseconds of what was just written, as one text. p_least_ms is the least life to tell; NULL
-- for any. This function and the next are parts of the statements that use them by the time these are planned.
CREATE FUNCTION oncekey_records_written_v1(p_written_at timestamptz, p_expires_at timestamptz, p_least_ms float8)
RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT greatest(date_part('epoch', clock_timestamp() - p_written_at) * 1000, 0)
    || ' ' || greatest(date_part('epoch', p_expires_at - clock_timestamp()) * 1000, p_least_ms)
$$;

-- What stands at p_at, as one text: age and remaining life in milliseconds, the record in base64, the version. One text
-- column comes back alike from every driver, whatever type parsers its user has set.
CREATE FUNCTION oncekey_records_standing_v1(p_written_at timestamptz, p_expires_at timestamptz, p_record bytea,
                                            p_version text, p_at timestamptz)
RETURNS text LANGUAGE sql STABLE AS $$
  SELECT greatest(date_part('epoch', p_at - p_written_at) * 1000, 0)
    || ' ' || date_part('epoch', p_expires_at - p_at) * 1000
    || ' ' || encode(p_record, 'base64') || ' ' || p_version
$$;

CREATE FUNCTION oncekey_records_get_v1(p_id text, p_at timestamptz)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  lives boolean;
  answer text;
BEGIN
  LOOP
    SELECT k.expires_at > p_at, oncekey_records_standing_v1(k.written_at, k.expires_at, k.record, k.version, p_at)
      INTO lives, answer
      FROM oncekey_records k WHERE k.id = p_id;
    IF NOT FOUND THEN RETURN NULL; END IF;
    IF lives THEN RETURN answer; END IF;

    DELETE FROM oncekey_records k WHERE k.id = p_id AND k.expires_at <= clock_timestamp();
    IF FOUND THEN RETURN NULL; END IF;
    p_at := clock_timestamp();
  END LOOP;
END $$;

-- Answers age and remaining life if it wrote, else what stands.
--
-- It reads first: a duplicate then costs a read, where an INSERT that runs into the key costs more. At READ COMMITTED
-- each statement of a function sees what was committed before it, so whatever the INSERT ran into is seen by the next
-- round.
--
-- An INSERT or UPDATE that waits for somebody's transaction keeps the time at which it began to wait, unless that
-- transaction changed the row. So the age that is answered is measured afterwards, and is not always 0. A record that
-- expired meanwhile was written all the same: it is answered with a last moment to live, because a claim that wrote is
-- never a refusal.
CREATE FUNCTION oncekey_records_create_v1(p_id text, p_version text, p_record bytea, p_retention_ms float8,
                                          p_at timestamptz)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  answer text;
BEGIN
  LOOP
    SELECT oncekey_records_standing_v1(k.written_at, k.expires_at, k.record, k.version, p_at) INTO answer
      FROM oncekey_records k WHERE k.id = p_id AND k.expires_at > p_at;
    IF FOUND THEN RETURN answer; END IF;

    INSERT INTO oncekey_records AS k (written_at, expires_at, id, version, record)
      VALUES (clock_timestamp(), clock_timestamp() + p_retention_ms * interval '1 millisecond',
              p_id, p_version, p_record)
      ON CONFLICT (id) DO NOTHING
      RETURNING oncekey_records_written_v1(k.written_at, k.expires_at, 0.001) INTO answer;
    IF FOUND THEN RETURN answer; END IF;

    UPDATE oncekey_records k
      SET version = p_version, record = p_record, written_at = clock_timestamp(),
          expires_at = clock_timestamp() + p_retention_ms * interval '1 millisecond'
      WHERE k.id = p_id AND k.expires_at <= clock_timestamp()
      RETURNING oncekey_records_written_v1(k.written_at, k.expires_at, 0.001) INTO answer;
    IF FOUND THEN RETURN answer; END IF;
    p_at := clock_timestamp();
  END LOOP;
END $$;

-- Answers age and remaining life if it wrote, else what stands. The life is 0 or less where the record expired while the
-- UPDATE waited: nothing stands there then.
CREATE FUNCTION oncekey_records_replace_v1(p_id text, p_expected text, p_version text, p_record bytea, p_keep_ms float8,
                                           p_at timestamptz)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  lives boolean;
  standing text;
  answer text;
BEGIN
  LOOP
    UPDATE oncekey_records k
      SET version = p_version, record = p_record, written_at = clock_timestamp(),
          expires_at = greatest(k.expires_at, clock_timestamp() + p_keep_ms * interval '1 millisecond')
      WHERE k.id = p_id AND k.version = p_expected AND k.expires_at > clock_timestamp()
      RETURNING oncekey_records_written_v1(k.written_at, k.expires_at, NULL) INTO answer;
    IF FOUND THEN RETURN answer; END IF;

    SELECT k.expires_at > p_at, k.version,
        oncekey_records_standing_v1(k.written_at, k.expires_at, k.record, k.version, p_at)
      INTO lives, standing, answer
      FROM oncekey_records k WHERE k.id = p_id;
    IF NOT FOUND THEN RETURN NULL; END IF;
    -- If the expected version stands after all, it was written between the two statements, or has just expired.
    IF lives AND standing <> p_expected THEN RETURN answer; END IF;

    DELETE FROM oncekey_records k WHERE k.id = p_id AND k.expires_at <= clock_timestamp();
    IF FOUND THEN RETURN NULL; END IF;
    p_at := clock_timestamp();
  END LOOP;
END $$;

-- The statement that the store keeps prepared reads for itself before it calls this, and calls create after it: a plain
-- statement reads faster than a function, and one that is not going to insert pays nothing for the INSERT. Answers as
-- create does if it wrote, else nothing: then somebody was faster, or the record that stands there has expired.
CREATE FUNCTION oncekey_records_claim_v1(p_id text, p_version text, p_record bytea, p_retention_ms float8)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  answer text;
BEGIN
  INSERT INTO oncekey_records AS k (written_at, expires_at, id, version, record)
    VALUES (clock_timestamp(), clock_timestamp() + p_retention_ms * interval '1 millisecond',
            p_id, p_version, p_record)
    ON CONFLICT (id) DO NOTHING
    RETURNING oncekey_records_written_v1(k.written_at, k.expires_at, 0.001) INTO answer;
  RETURN answer;
END $$;

-- Answers nothing if nothing stands any more, else what stands. An expired record goes whatever its version is.
CREATE FUNCTION oncekey_records_remove_v1(p_id text, p_expected text, p_at timestamptz)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  lives boolean;
  standing text;
  answer text;
BEGIN
  LOOP
    DELETE FROM oncekey_records k
      WHERE k.id = p_id AND (k.version = p_expected OR k.expires_at <= clock_timestamp());
    IF FOUND THEN RETURN NULL; END IF;

    SELECT k.expires_at > p_at, k.version,
        oncekey_records_standing_v1(k.written_at, k.expires_at, k.record, k.version, p_at)
      INTO lives, standing, answer
      FROM oncekey_records k WHERE k.id = p_id;
    IF NOT FOUND THEN RETURN NULL; END IF;
    IF lives AND standing <> p_expected THEN RETURN answer; END IF;
    p_at := clock_timestamp();
  END LOOP;
END $$;

-- The live records after p_after in the order of their ids, each with its id before it. It only looks, and leaves the
-- expired rows: one whose renewal is not visible yet may be missing from the page.
CREATE FUNCTION oncekey_records_list_v1(p_after text, p_limit int, p_at timestamptz)
RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY
    SELECT k.id || ' ' || oncekey_records_standing_v1(k.written_at, k.expires_at, k.record, k.version, p_at)
      FROM oncekey_records k WHERE k.id > p_after AND k.expires_at > p_at
      ORDER BY k.id LIMIT p_limit;
END $$;

-- Deletes at most p_limit expired records and answers how many. Records that somebody else holds are left for later, so
-- several sweepers share the work. The start of the statement is the time that counts: unlike clock_timestamp() it can
-- be looked up in the index. A row that was changed before it had the lock is judged anew, as in the steps above.
CREATE FUNCTION oncekey_records_sweep_v1(p_limit int)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  swept bigint;
BEGIN
  WITH expired AS (
    SELECT k.id FROM oncekey_records k WHERE k.expires_at <= statement_timestamp()
      ORDER BY k.expires_at LIMIT p_limit FOR UPDATE SKIP LOCKED
  )
  DELETE FROM oncekey_records k USING expired WHERE k.id = expired.id;
  GET DIAGNOSTICS swept = ROW_COUNT;
  RETURN swept;
END $$;
`,
  },
];

// ../../packages/stores/postgres/src/options.ts
var KNOWN2 = ["schema", "table", "prepare", "embedded", "durability"];
var DURABILITIES2 = { memory: true, process: true, server: true, replicated: true };
function settingsOf2(options) {
  checkOptionNames2("PostgresStore", options);
  const { prepare: prepare3, embedded = false, durability = embedded ? "process" : "server" } = options;
  if (prepare3 !== void 0) checkFlag("prepare", prepare3);
  checkFlag("embedded", embedded);
  if (!Object.hasOwn(DURABILITIES2, durability)) {
    const known = Object.keys(DURABILITIES2).join(", ");
    throw new TypeError(`PostgresStore durability: ${String(durability)} is not one of ${known}`);
  }
  if (embedded && prepare3) {
    throw new TypeError("PostgresStore prepare: an embedded database has no named statements; leave it out");
  }
  return { name: tableName("PostgresStore", options), prepare: prepare3, embedded, durability };
}
function checkOptionNames2(what, options) {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`${what} options: expected an object, got ${String(options)}`);
  }
  const unknown = Object.keys(options).find((key) => !KNOWN2.includes(key));
  if (unknown !== void 0) throw new TypeError(`${what} ${unknown}: no such option; there are ${KNOWN2.join(", ")}`);
}
function checkClient2(what, client) {
  if (typeof client === "object" && client !== null && "query" in client && typeof client.query === "function") return;
  throw new TypeError(
    `${what} client: expected an object with a query method, such as a pg.Pool, a pg.Client or a PGlite; got ${client === null ? "null" : typeof client}`,
  );
}
function checkLimit(what, limit) {
  if (typeof limit === "number" && Number.isInteger(limit) && limit >= 1 && limit <= 2147483646) return;
  throw new TypeError(`${what} limit: ${String(limit)} is not a whole number of at least 1`);
}
function checkFlag(name, value) {
  if (typeof value !== "boolean") throw new TypeError(`PostgresStore ${name}: ${String(value)} is not true or false`);
}

// ../../packages/stores/postgres/src/migrate.ts
async function migrate(client, options = {}) {
  checkOptionNames2("migrate", options);
  const name = tableName("migrate", options);
  checkClient2("migrate", client);
  try {
    await repeatedly2(() => client.query(migrationSql(options), []), UNDONE_MIGRATION);
  } catch (cause) {
    throw faultOf2("migrate", name, cause);
  }
}
function migrationSql(options = {}) {
  checkOptionNames2("migrate", options);
  const name = tableName("migrationSql", options);
  const done = qualified(name, "_migrations");
  const steps = migrations.map(
    ({ version, sql }) => `  IF NOT EXISTS (SELECT FROM ${done} WHERE version = ${version}) THEN
    EXECUTE $oncekey_sql$${named(sql, name)}$oncekey_sql$;
    INSERT INTO ${done} (version) VALUES (${version});
  END IF;`,
  );
  return `DO $oncekey_migrate$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(${literal(`oncekey ${qualified(name)}`)}, 0));
  IF to_regnamespace(${literal(quoted(name.schema))}) IS NULL THEN
    CREATE SCHEMA ${quoted(name.schema)};
  END IF;
  CREATE TABLE IF NOT EXISTS ${done} (
    version int PRIMARY KEY,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
  );
${steps.join("\n")}
END
$oncekey_migrate$`;
}
function named(sql, name) {
  return sql.replace(/\boncekey_records(\w*)/g, (_, ending) => qualified(name, ending));
}
function literal(text2) {
  return `'${text2.replaceAll("'", "''")}'`;
}

// ../../packages/stores/postgres/src/answer.ts
function readAnswer(text2) {
  if (text2 === null) return { written: false, current: void 0 };
  const [age, afterAge] = readField(text2, 0);
  if (text2.includes(" ", afterAge)) return { written: false, current: readStanding(text2) };
  const expiresInMs = readNumber(text2.slice(afterAge));
  if (expiresInMs <= 0) return { written: false, current: void 0 };
  return { written: true, ageMs: readNumber(age), expiresInMs };
}
function readStanding(text2) {
  const [age, afterAge] = readField(text2, 0);
  const [life, afterLife] = readField(text2, afterAge);
  const [base64, afterBase64] = readField(text2, afterLife);
  const expiresInMs = readNumber(life);
  if (expiresInMs <= 0) return void 0;
  return {
    version: text2.slice(afterBase64),
    record: decodeRecord(fromBase64(base64)),
    ageMs: readNumber(age),
    expiresInMs,
  };
}
function readField(text2, start) {
  const end = text2.indexOf(" ", start);
  if (end < 0) throw new Error(`the database gave an answer that ends too early: ${text2.slice(0, 100)}`);
  return [text2.slice(start, end), end + 1];
}
function readNumber(text2) {
  const value = Number(text2);
  if (text2 === "" || !Number.isFinite(value))
    throw new Error(`the database gave ${text2} for a number of milliseconds`);
  return value;
}
function fromBase64(text2) {
  if (typeof Buffer !== "undefined") return Buffer.from(text2, "base64");
  return Uint8Array.from(atob(text2), (character) => character.charCodeAt(0));
}

// ../../packages/stores/postgres/src/client.ts
function keepsStatements(client) {
  return "connect" in client && typeof client.connect === "function" && "on" in client;
}

// ../../packages/stores/postgres/src/statements.ts
var FUNCTIONS = "v1";
var PARAMETERS = {
  get: ["text"],
  create: ["text", "text", "bytea", "float8"],
  replace: ["text", "text", "text", "bytea", "float8"],
  remove: ["text", "text"],
  list: ["text", "int"],
  sweep: ["int"],
};
var JUDGING = ["get", "create", "replace", "remove", "list"];
var OWN_TRANSACTION = "now()";
var SOMEBODYS_TRANSACTION = "clock_timestamp()";
function statementsOf(table2) {
  const kept = keptForms(table2);
  const statement = (step) => {
    const plain = `SELECT ${call(table2, step)} AS answer`;
    const inside = `SELECT ${call(table2, step, SOMEBODYS_TRANSACTION)} AS answer`;
    const text2 = kept[step] ?? plain;
    return { plain, inside, prepared: { name: preparedName(step, text2), text: text2 } };
  };
  return {
    get: statement("get"),
    create: statement("create"),
    replace: statement("replace"),
    remove: statement("remove"),
    list: statement("list"),
    sweep: statement("sweep"),
  };
}
function keptForms(table2) {
  const records = qualified(table2);
  const standing = `(SELECT ${named2(table2, "standing")}(k.written_at, k.expires_at, k.record, k.version, ${OWN_TRANSACTION})
    FROM ${records} k WHERE k.id = $1::text AND k.expires_at > ${OWN_TRANSACTION})`;
  return {
    get: `SELECT coalesce(${standing}, ${call(table2, "get")}) AS answer`,
    create: `SELECT coalesce(${standing},
  ${named2(table2, "claim")}(${parametersOf("create").join(", ")}),
  ${call(table2, "create")}) AS answer`,
    replace: `WITH replaced AS (
  UPDATE ${records} k
    SET version = $3::text, record = $4::bytea, written_at = clock_timestamp(),
        expires_at = greatest(k.expires_at, clock_timestamp() + $5::float8 * interval '1 millisecond')
    WHERE k.id = $1::text AND k.version = $2::text AND k.expires_at > clock_timestamp()
    RETURNING ${named2(table2, "written")}(k.written_at, k.expires_at, NULL) AS answer)
SELECT coalesce((TABLE replaced), ${call(table2, "replace")}) AS answer`,
  };
}
function call(table2, step, clock = OWN_TRANSACTION) {
  const given = JUDGING.includes(step) ? [...parametersOf(step), clock] : parametersOf(step);
  return `${named2(table2, step)}(${given.join(", ")})`;
}
function parametersOf(step) {
  return PARAMETERS[step].map((type, index) => `$${index + 1}::${type}`);
}
function named2(table2, name) {
  return qualified(table2, `_${name}_${FUNCTIONS}`);
}
function preparedName(step, text2) {
  let hash2 = 2166136261;
  for (let index = 0; index < text2.length; index++) hash2 = Math.imul(hash2 ^ text2.charCodeAt(index), 16777619);
  return `oncekey_${step}_${(hash2 >>> 0).toString(16)}`;
}

// ../../packages/stores/postgres/src/session.ts
function plainly(client) {
  return ({ plain }, values2) => client.query(plain, values2);
}
function insideTransaction(client) {
  return ({ inside }, values2) => client.query(inside, values2);
}
function prepared(client) {
  return ({ prepared: { name, text: text2 } }, values2) => client.query({ name, text: text2, values: values2 });
}
function preparedIfCarried(client) {
  const plain = plainly(client);
  const kept = prepared(client);
  let carried2 = true;
  return async (statement, values2) => {
    if (!carried2) return plain(statement, values2);
    try {
      return await kept(statement, values2);
    } catch (error) {
      if (!isUnprepared(error)) throw error;
      carried2 = false;
      return plain(statement, values2);
    }
  };
}
var Session2 = class _Session {
  #send;
  #name;
  #ownTransactions;
  #statements;
  /** `ownTransactions`: each statement is a transaction of its own, so one that was undone may be sent again. */
  constructor(send, name, ownTransactions) {
    this.#send = send;
    this.#name = name;
    this.#ownTransactions = ownTransactions;
    this.#statements = statementsOf(name);
  }
  /** The same table through another client, inside the transaction that runs there. */
  inside(send) {
    return new _Session(send, this.#name, false);
  }
  /** One round trip. `read` is given what came back, a text a row; what goes wrong is told as a fault. */
  async ask(step, values2, read) {
    const statement = this.#statements[step];
    const send = () => this.#send(statement, values2);
    try {
      const { rows: rows2 } = await (this.#ownTransactions ? repeatedly2(send) : send());
      return read(rows2.map(answerOf));
    } catch (cause) {
      throw faultOf2(step, this.#name, cause);
    }
  }
};
function answerOf(row2) {
  if (typeof row2 === "object" && row2 !== null && "answer" in row2) {
    const { answer: answer3 } = row2;
    if (answer3 === null || typeof answer3 === "string") return answer3;
  }
  throw new Error("the client gave something else than an object with the text `answer` for a row of its result");
}

// ../../packages/stores/postgres/src/steps.ts
var PostgresSteps = class {
  capabilities;
  #session;
  constructor(session, capabilities) {
    this.#session = session;
    this.capabilities = Object.freeze(capabilities);
  }
  async get(id) {
    const answer3 = await this.#ask("get", [id]);
    return answer3.written ? misread("get") : answer3.current;
  }
  async create(id, version, record2, retentionMs) {
    const bytes2 = this.#encode("create", record2);
    return writeOf2(await this.#ask("create", [id, version, bytes2, retentionMs]), version, record2);
  }
  async replace(id, expected2, version, record2, keepMs) {
    const bytes2 = this.#encode("replace", record2);
    return writeOf2(await this.#ask("replace", [id, expected2, version, bytes2, keepMs ?? null]), version, record2);
  }
  async remove(id, expected2) {
    const answer3 = await this.#ask("remove", [id, expected2]);
    if (answer3.written) return misread("remove");
    return answer3.current === void 0 ? { written: true } : { written: false, current: answer3.current };
  }
  #encode(step, record2) {
    const bytes2 = encodeRecord(record2);
    const { maxRecordBytes } = this.capabilities;
    if (bytes2.byteLength <= maxRecordBytes) return bytes2;
    throw new OncekeyError(
      "RECORD_TOO_LARGE",
      `PostgresStore ${step}: the record has ${bytes2.byteLength} bytes, and at most ${maxRecordBytes} are stored`,
    );
  }
  #ask(step, values2) {
    return this.#session.ask(step, values2, ([text2 = null]) => readAnswer(text2));
  }
};
function writeOf2(answer3, version, record2) {
  if (answer3.written) {
    return {
      written: true,
      stored: { version, record: record2, ageMs: answer3.ageMs, expiresInMs: answer3.expiresInMs },
    };
  }
  const { current } = answer3;
  return current?.version === version ? { written: true, stored: current } : { written: false, current };
}
function misread(step) {
  throw new Error(`PostgresStore ${step}: the database answered as if it had written`);
}

// ../../packages/stores/postgres/src/postgres-store.ts
var MAX_RECORD_BYTES2 = 16 * 1024 * 1024;
var MAX_EMBEDDED_RECORD_BYTES = 2 * 1024 * 1024;
var PostgresStore = class extends PostgresSteps {
  #session;
  constructor(client, options = {}) {
    const { name, prepare: prepare3, embedded, durability } = settingsOf2(options);
    checkClient2("PostgresStore", client);
    const session = new Session2(
      sending(client, prepare3 ?? (keepsStatements(client) ? "if carried" : false)),
      name,
      true,
    );
    super(session, {
      clock: "store",
      resolutionMs: 1,
      skewMarginMs: 0,
      maxRecordBytes: embedded ? MAX_EMBEDDED_RECORD_BYTES : MAX_RECORD_BYTES2,
      durability,
      concurrent: !embedded,
      transactional: true,
      list: true,
      sweep: true,
    });
    this.#session = session;
  }
  /**
   * The same store on a client that is inside a transaction of yours: what it writes stands when that commits.
   *
   * Whoever asks for the same key meanwhile waits for the end of your transaction; `SET LOCAL lock_timeout` in theirs
   * bounds the wait. Errors come as they are, with the driver's as `cause`; after one, Postgres takes nothing but a
   * rollback. At `repeatable read` and `serializable` one of them is 40001: run the transaction again.
   */
  within(transaction) {
    checkClient2("PostgresStore within", transaction);
    return new PostgresSteps(this.#session.inside(insideTransaction(transaction)), {
      ...this.capabilities,
      transactional: false,
      list: false,
      sweep: false,
    });
  }
  /** Deletes at most `limit` (default 1,000) expired records; answers how many. Sweepers beside each other share the work. */
  async sweep(limit = 1e3) {
    checkLimit("PostgresStore sweep", limit);
    return this.#session.ask("sweep", [limit], ([count2]) => Number(count2));
  }
  /** One page of the live records, by default of 100. */
  async list(options = {}) {
    const { cursor = "", limit = 100 } = options;
    checkLimit("PostgresStore list", limit);
    const found = await this.#session.ask("list", [cursor, limit + 1], (answers) => answers.map(readEntry));
    const page = found.slice(0, limit);
    const last = page.at(-1);
    const entries = page.flatMap(({ id, stored }) => (stored === void 0 ? [] : [{ id, stored }]));
    return last !== void 0 && found.length > limit ? { entries, cursor: last.id } : { entries };
  }
};
function sending(client, prepare3) {
  if (prepare3 === false) return plainly(client);
  return prepare3 === true ? prepared(client) : preparedIfCarried(client);
}
function readEntry(answer3) {
  const text2 = answer3 ?? "";
  const [id, next] = readField(text2, 0);
  return { id, stored: readStanding(text2.slice(next)) };
}

// src/stores/postgres.ts
import { startPostgres } from "@oncekey/services";
import { Pool } from "pg";

var AT_ONCE4 = 64;
var CONNECTIONS = 10;
var STATISTICS = "pg_stat_statements";
function floor2(pool) {
  const insert = (key, bytes2) =>
    pool.query({
      name: "insert",
      text: "INSERT INTO floor VALUES ($1, $2, $3, now() + interval '1 day') ON CONFLICT DO NOTHING",
      values: [key, "v1", bytes2],
    });
  const update = (key, version, bytes2) =>
    pool.query({
      name: "update",
      text: "UPDATE floor SET version = $2, record = $3 WHERE id = $1",
      values: [key, version, bytes2],
    });
  const select = (key) =>
    pool.query({
      name: "select",
      text: "SELECT record FROM floor WHERE id = $1",
      values: [key],
    });
  return {
    name: "bare pg",
    driver: "pg",
    role: "floor",
    prepare: (path, keys) =>
      forEachKey(keys, AT_ONCE4, (key) => insert(key, path === "replay" ? completedBytes : runningBytes)),
    run: async (key, path) => {
      if (path === "replay" || path === "duplicate") {
        const { rows: rows2 } = await select(key);
        return rows2[0]?.record.length === completedBytes.length ? "replayed" : "in-progress";
      }
      const { rowCount } = await insert(key, runningBytes);
      if (rowCount !== (path === "first" ? 1 : 0)) throw new Error("A claim ended otherwise than it should.");
      if (path === "takeover") await update(key, "v2", runningBytes);
      await update(key, "v3", completedBytes);
      return "ran";
    },
  };
}
async function connect4(url2, counted) {
  const options = `-c ${STATISTICS}.track=${counted ? "top" : "none"}`;
  const pool = new Pool({ connectionString: url2, max: CONNECTIONS, idleTimeoutMillis: 0, options });
  pool.on("error", () => {});
  const store3 = new PostgresStore(pool);
  return {
    contenders: [
      floor2(pool),
      storeContender("PostgresStore", "pg", store3),
      engineContender("Oncekey, pg", "pg", store3),
    ],
    close: () => pool.end(),
  };
}
async function openPostgres() {
  const settings = { fsync: "on", shared_buffers: "256MB", max_wal_size: "4GB", shared_preload_libraries: STATISTICS };
  const server = await startPostgres({ settings: { ...settings, [`${STATISTICS}.track`]: "none" } });
  const admin = new Pool({ connectionString: server.url, max: 1 });
  admin.on("error", () => {});
  await migrate(admin);
  await admin.query(`CREATE TABLE floor (id text COLLATE "C" PRIMARY KEY, version text NOT NULL, record bytea NOT NULL,
    expires_at timestamptz NOT NULL) WITH (fillfactor = 70)`);
  await admin.query(`CREATE EXTENSION ${STATISTICS}`);
  const { rows: rows2 } = await admin.query("SHOW server_version");
  return {
    name: "Postgres",
    server: `PostgreSQL ${rows2[0]?.server_version ?? "?"}, fsync on, synchronous_commit on`,
    url: server.url,
    notes: [
      "Floor: `INSERT \u2026 ON CONFLICT DO NOTHING` and `UPDATE` by primary key for a first request, one `UPDATE` more for a take-over, `SELECT` of as many bytes otherwise; prepared, as the store's statements are.",
      `All share one pool of ${CONNECTIONS} connections.`,
      "@node-idempotency has a Postgres adapter in its repository, which cannot be had from the npm registry: there is no peer here.",
    ],
    connect: (url2) => connect4(url2, url2 !== server.url),
    commandsOf: async (work) => {
      await admin.query(`SELECT ${STATISTICS}_reset()`);
      await work();
      const counted = await admin.query(`SELECT query, calls FROM ${STATISTICS}`);
      return byVerb(counted.rows);
    },
    stop: async () => {
      await admin.end();
      await server.stop();
    },
  };
}
function byVerb(rows2) {
  const commands = /* @__PURE__ */ new Map();
  for (const { query, calls } of rows2) {
    const verb = /^\s*(\w+)/.exec(query)?.[1]?.toUpperCase() ?? "?";
    commands.set(verb, (commands.get(verb) ?? 0) + Number(calls));
  }
  return commands;
}

// src/stores/peers/node-idempotency.ts
import { Idempotency, IdempotencyError, IdempotencyErrorCodes } from "@node-idempotency/core";
import { RedisStorageAdapter } from "@node-idempotency/storage-adapter-redis";
// src/stores/redis.ts
import { startRedis as startRedis2 } from "@oncekey/services";
import { Redis as Redis2 } from "ioredis";
import { createClient as createClient2 } from "redis";

var AT_ONCE5 = 64;
async function connectNodeIdempotency(url2) {
  const adapter = new RedisStorageAdapter({ url: url2 });
  await adapter.connect();
  const idempotency = new Idempotency(adapter);
  const request3 = (key) => ({
    method: "POST",
    path: "/v1/charges",
    headers: { "content-type": "application/json", "idempotency-key": key },
    body,
  });
  const run = async (key) => {
    const kept = await idempotency.onRequest(request3(key));
    if (kept !== void 0) return "replayed";
    await idempotency.onResponse(request3(key), { body: answer, additional: { statusCode: 201 } });
    return "ran";
  };
  const contender = {
    name: "@node-idempotency",
    driver: "node-redis",
    role: "peer",
    lacks: { takeover: "a claim stands for 24 hours" },
    prepare: (path, keys) =>
      forEachKey(keys, AT_ONCE5, (key) => (path === "replay" ? run(key) : idempotency.onRequest(request3(key)))),
    run: async (key) => {
      try {
        return await run(key);
      } catch (error) {
        if (error instanceof IdempotencyError && error.code === IdempotencyErrorCodes.REQUEST_IN_PROGRESS)
          return "in-progress";
        throw error;
      }
    },
  };
  return { contenders: [contender], close: () => adapter.disconnect() };
}

// src/stores/redis.ts
var AT_ONCE6 = 64;
var openNodeRedis = (url2) => createClient2({ url: url2 });
function floor3(driver, redis) {
  return {
    name: `bare ${driver}`,
    driver,
    role: "floor",
    prepare: (path, keys) =>
      forEachKey(keys, AT_ONCE6, (key) => redis.write(key, path === "replay" ? completedBytes : runningBytes)),
    run: async (key, path) => {
      if (path === "replay" || path === "duplicate") {
        const bytes2 = await redis.read(key);
        return bytes2?.length === completedBytes.length ? "replayed" : "in-progress";
      }
      const claimed = (await redis.claim(key)) === "OK";
      if (claimed !== (path === "first")) throw new Error("A claim ended otherwise than it should.");
      if (path === "takeover") await redis.write(key, runningBytes);
      await redis.write(key, completedBytes);
      return "ran";
    },
  };
}
function byIoredis(redis) {
  return {
    claim: (key) => redis.set(key, runningBytes, "PX", RETENTION_MS, "NX"),
    write: (key, bytes2) => redis.set(key, bytes2, "PX", RETENTION_MS),
    read: (key) => redis.getBuffer(key),
  };
}
function byNodeRedis(client) {
  const buffers = client.withTypeMapping({ 36: Buffer });
  const expiration = { type: "PX", value: RETENTION_MS };
  return {
    claim: (key) => client.set(key, runningBytes, { expiration, condition: "NX" }),
    write: (key, bytes2) => client.set(key, bytes2, { expiration }),
    read: (key) => buffers.get(key),
  };
}
async function connect5(url2) {
  const ioredis = new Redis2(url2);
  const nodeRedis = openNodeRedis(url2);
  for (const client of [ioredis, nodeRedis]) client.on("error", () => {});
  await nodeRedis.connect();
  const peers = [
    await connectNodeIdempotency(url2),
    await connectExpressIdempotency(url2),
    await connectPowertoolsCache(url2),
  ];
  return {
    contenders: [
      floor3("ioredis", byIoredis(ioredis)),
      storeContender("RedisStore, ioredis", "ioredis", new RedisStore(ioredis)),
      engineContender("Oncekey, ioredis", "ioredis", new RedisStore(ioredis)),
      floor3("node-redis", byNodeRedis(nodeRedis)),
      storeContender("RedisStore, node-redis", "node-redis", new RedisStore(nodeRedis)),
      engineContender("Oncekey, node-redis", "node-redis", new RedisStore(nodeRedis)),
      ...peers.flatMap(({ contenders }) => contenders),
    ],
    close: async () => {
      ioredis.disconnect();
      nodeRedis.destroy();
      for (const peer of peers) await peer.close();
    },
  };
}
async function openRedis() {
  const server = await startRedis2({ settings: { appendfsync: "everysec" } });
  const asking = new Redis2(server.url);
  const info = await asking.info("server");
  const version = /(?:valkey|redis)_version:(\S+)/.exec(info)?.[1] ?? "?";
  return {
    name: "Redis",
    server: `Redis ${version}, appendonly yes, appendfsync everysec`,
    url: server.url,
    notes: [
      "Floor: `SET NX PX` and `SET PX` for a first request, a refused `SET NX PX` and two `SET PX` for a take-over, `GET` of as many bytes otherwise; by the same driver.",
      "Each contender of a driver shares one connection with the floor of that driver; each peer has its own, as it makes it.",
      "@node-idempotency (core and Redis adapter) and express-idempotency (service and Redis adapter) use node-redis 4, Powertools is given node-redis 6. All three are compared with the floor by node-redis 6.",
      "Powertools' cache layer does not keep the hash of the payload when it completes, so a replay with payload validation fails: it runs without. The others take a fingerprint of the body, or compare it.",
      "express-idempotency answers before its completion is stored; it is timed until it is.",
    ],
    connect: connect5,
    commandsOf: async (work) => {
      await asking.config("RESETSTAT");
      await work();
      const stats = (await asking.info("commandstats")).matchAll(/cmdstat_(\S+?):calls=(\d+)/g);
      const own2 = /* @__PURE__ */ new Set(["config|resetstat", "info"]);
      return new Map([...stats].flatMap(([, name = "", calls]) => (own2.has(name) ? [] : [[name, Number(calls)]])));
    },
    stop: async () => {
      asking.disconnect();
      await server.stop();
    },
  };
}

// src/stores/rounds.ts
var FULL_ROUNDS = {
  warmUpMs: 300,
  batchMs: 120,
  rounds: 16,
  callers: [1, 64],
  kept: 256,
  counted: 10,
};
var QUICK_ROUNDS = {
  warmUpMs: 60,
  batchMs: 30,
  rounds: 5,
  callers: [1, 64],
  kept: 64,
  counted: 10,
};
var MOST_PER_BATCH2 = 2e4;
async function timePath(contenders, path, atOnce, effort) {
  const runners = [];
  for (const contender of contenders) runners.push(await Runner.prepare(contender, path, atOnce, effort));
  for (let round = 0; round < effort.rounds; round++) {
    for (let turn = 0; turn < runners.length; turn++) await runners[(round + turn) % runners.length]?.measure();
  }
  return runners.map((runner) => resultOf2(runner, runners));
}
var Runner = class _Runner {
  contender;
  path;
  atOnce;
  batches = [];
  #kept;
  #size = 1;
  constructor(contender, path, atOnce, kept) {
    this.contender = contender;
    this.path = path;
    this.atOnce = atOnce;
    this.#kept = kept;
  }
  /** Warms it up and finds how many requests fill a batch. */
  static async prepare(contender, path, atOnce, effort) {
    const kept = path === "replay" || path === "duplicate" ? newKeys(effort.kept) : [];
    if (path === "replay" || path === "duplicate") await contender.prepare(path, kept);
    const runner = new _Runner(contender, path, atOnce, kept);
    const { warmUpMs, batchMs } = effort;
    runner.#size = atOnce;
    for (let elapsedMs = 0; elapsedMs < warmUpMs; ) {
      const { perSecond } = await runner.#batch();
      const spentMs = (runner.#size / perSecond) * 1e3;
      elapsedMs += spentMs;
      const fitting = Math.ceil((runner.#size * batchMs) / spentMs);
      runner.#size = Math.min(MOST_PER_BATCH2, Math.max(atOnce, Math.min(fitting, runner.#size * 4)));
    }
    return runner;
  }
  async measure() {
    this.batches.push(await this.#batch());
  }
  async #batch() {
    const keys = await this.#keys();
    const latenciesMs = [];
    const wanted = expected[this.path];
    const processor = process.cpuUsage();
    const start = performance.now();
    await forEachKey(keys, this.atOnce, async (key) => {
      const asked = performance.now();
      const answer3 = await this.contender.run(key, this.path);
      latenciesMs.push(performance.now() - asked);
      if (answer3 !== wanted) throw new Error(`${this.contender.name}: ${this.path} was answered with ${answer3}.`);
    });
    const elapsedMs = performance.now() - start;
    const { user, system } = process.cpuUsage(processor);
    return {
      perSecond: (keys.length / elapsedMs) * 1e3,
      clientMicroseconds: (user + system) / keys.length,
      latenciesMs,
    };
  }
  async #keys() {
    if (this.#kept.length > 0)
      return Array.from({ length: this.#size }, (_, at2) => this.#kept[at2 % this.#kept.length] ?? "");
    const keys = newKeys(this.#size);
    if (this.path === "takeover") await this.contender.prepare(this.path, keys);
    return keys;
  }
};
function resultOf2({ contender, path, atOnce, batches }, runners) {
  const byRole = (role) => {
    const { batches: others } =
      runners.find((other) => other.contender.role === role && other.contender.driver === contender.driver) ?? {};
    if (others === void 0) return void 0;
    return spread(batches.map(({ perSecond }, round) => perSecond / (others[round]?.perSecond ?? 0)));
  };
  const ratio2 = byRole("floor");
  if (ratio2 === void 0) throw new Error(`${contender.name} has no floor by ${contender.driver}.`);
  return {
    contender,
    path,
    atOnce,
    perSecond: spread(batches.map(({ perSecond }) => perSecond)),
    ratio: ratio2,
    byEngine: byRole("engine"),
    ...spreadOfLatencies(batches.flatMap(({ latenciesMs }) => latenciesMs)),
    clientMicroseconds: spread(batches.map(({ clientMicroseconds }) => clientMicroseconds)).median,
  };
}
function spreadOfLatencies(latenciesMs) {
  const sorted = Float64Array.from(latenciesMs).sort();
  const at2 = (share2) => sorted[Math.round((sorted.length - 1) * share2)] ?? Number.NaN;
  return { p50Ms: at2(0.5), p99Ms: at2(0.99) };
}

// src/stores/compare.ts
var arenas = {
  redis: openRedis,
  postgres: openPostgres,
  dynamodb: openDynamoDB,
};
async function compare(open2, effort, tell) {
  const arena = await open2();
  try {
    const { name, server, notes } = arena;
    const counts = await countAll(arena, effort.counted);
    const team = await arena.connect(arena.url);
    const results = [];
    for (const path of paths) {
      const contenders = team.contenders.filter(({ lacks }) => lacks?.[path] === void 0);
      for (const atOnce of effort.callers) {
        results.push(...(await timePath(contenders, path, atOnce, effort)));
        tell(`${name}: ${path}, ${atOnce} at once`);
      }
    }
    await team.close();
    return { name, server, notes, results, counts };
  } finally {
    await arena.stop();
  }
}

// src/stores/report.ts
import { mkdirSync as mkdirSync2, writeFileSync as writeFileSync2 } from "fs";
import { join as join2 } from "path";

// src/stores/chart.ts
function chart(comparisons, caption) {
  return draw({
    title: "Speed by the bare driver's",
    caption,
    description: "Speed of Oncekey's stores and of other libraries, by the bare driver's",
    legend: [
      ["store", "our store"],
      ["engine", "Oncekey: fingerprint, engine, store"],
      ["peer", "other libraries, all of them"],
    ],
    sections: comparisons.map(sectionOf),
  });
}
function sectionOf({ name, results }) {
  const callers = [...new Set(results.map(({ atOnce }) => atOnce))];
  const groups = paths.map((path) => {
    const chosen = results.filter((result2) => result2.path === path);
    const rows2 = [...new Set(chosen.map(({ contender }) => contender))].flatMap(({ name: contender, role }) => {
      if (role === "floor") return [];
      const bars = callers.map(
        (atOnce) => chosen.find((result2) => result2.contender.name === contender && result2.atOnce === atOnce)?.ratio,
      );
      return [{ name: contender, role, bars }];
    });
    return { title: titles[path], rows: rows2 };
  });
  return { name, columns: callers.map((atOnce) => `${atOnce} at once`), groups };
}

// src/stores/table.ts
function section2(comparison) {
  const { name, server, notes, results, counts } = comparison;
  const speeds = paths.flatMap((path) => speedTables(results, path));
  const lacks = results.flatMap(({ contender }) =>
    Object.entries(contender.lacks ?? {}).map(([path, why]) => `- ${contender.name} has no ${path}: ${why}.`),
  );
  return [
    `## ${name}`,
    "",
    `${server}.`,
    "",
    ...notes.map((note) => `- ${note}`),
    ...new Set(lacks),
    "",
    "### What one request takes",
    "",
    ...countTable(counts),
    "",
    ...speeds,
  ].join("\n");
}
function countTable(counts) {
  const rows2 = counts.map(({ contender, path, roundTrips, sentBytes, receivedBytes, commands }) => [
    path,
    contender,
    figure(roundTrips),
    sentBytes.toFixed(0),
    receivedBytes.toFixed(0),
    [...commands].map(([command, calls]) => `${figure(calls)} ${command}`).join(", "),
  ]);
  return table(["path", "contender", "round trips", "bytes sent", "bytes received", "commands at the server"], rows2);
}
function speedTables(results, path) {
  const callers = [...new Set(results.map(({ atOnce }) => atOnce))];
  return callers.flatMap((atOnce) => {
    const chosen = results.filter((result2) => result2.path === path && result2.atOnce === atOnce);
    const head = [
      "contender",
      "per second (middle half)",
      "p50 ms",
      "p99 ms",
      "client \xB5s",
      "speed \xF7 floor",
      "speed \xF7 Oncekey",
    ];
    const title = `### ${titles[path][0]?.toUpperCase()}${titles[path].slice(1)}, ${atOnce} at once`;
    return [title, "", ...table(head, chosen.map(speedRow)), ""];
  });
}
function speedRow({ contender, perSecond, ratio: ratio2, byEngine, p50Ms, p99Ms, clientMicroseconds }) {
  return [
    contender.name,
    count(perSecond),
    p50Ms.toFixed(2),
    p99Ms.toFixed(2),
    clientMicroseconds.toFixed(0),
    contender.role === "floor" ? "1" : share(ratio2),
    contender.role === "peer" && byEngine !== void 0 ? share(byEngine) : "",
  ];
}
function figure(value) {
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}

// src/stores/report.ts
var HASTE2 = `**In haste**: round trips, bytes and commands hold; speeds of so few and so short rounds do not, least of all where the load
says that others were at work. A run without \`--quick\` on a quiet machine replaces this.`;
function report(comparisons, { command, effort }) {
  return `# The stores against their floor, and against others

Written by \`${command}\` on ${today()}. ${machine()}
${
  effort.rounds < FULL_ROUNDS.rounds
    ? `
${HASTE2}
`
    : ""
}
![Speed by the bare driver's](results.svg)

Speeds of one table compare; those of different tables, and of different runs, do not. The contenders of a table took turns
on one server, ${effort.rounds} rounds of about ${effort.batchMs} ms each, in another order each round. *Speed \xF7 floor* is the
median of the ratios of the rounds to the bare driver's, and where the middle half of them lies; *speed \xF7 Oncekey* is that of
another library by that of Oncekey with the same driver, which takes a fingerprint of the request as well. *Client \xB5s* is
processor time of the client's process for one request. Round trips and bytes were counted by a proxy, commands by the server
(by the SDK for DynamoDB), for one request after the other, before anything was timed. A command that a script issues counts
beside the script. Every answer was looked at: a wrong one ends the run.

${comparisons.map(section2).join("\n")}`;
}
function writeReport(folder, comparisons, conditions) {
  mkdirSync2(folder, { recursive: true });
  writeFileSync2(
    join2(folder, "results.md"),
    `${report(comparisons, conditions).trimEnd()}
`,
  );
  writeFileSync2(join2(folder, "results.svg"), chart(comparisons, `${conditions.command}, ${today()}. ${machine()}`));
}

// src/client.bench.ts
import { fdatasync as fdatasync2, mkdtempSync, openSync as openSync2, rmSync, writeSync as writeSync2 } from "fs";
import { tmpdir } from "os";
import { join as join4 } from "path";

// ../../packages/client/src/budget.ts
function createRetryBudget(options = {}) {
  const { capacity = 500, retryCost = 5, successIncome = 1 } = options;
  positive("capacity", capacity);
  positive("retryCost", retryCost);
  positive("successIncome", successIncome);
  const missing = /* @__PURE__ */ new Map();
  return {
    withdraw(origin) {
      const spent = (missing.get(origin) ?? 0) + retryCost;
      if (spent > capacity) return false;
      missing.set(origin, spent);
      return true;
    },
    deposit(origin, retries) {
      const spent = missing.get(origin);
      if (spent === void 0) return;
      const left = spent - Math.max(retries * retryCost, successIncome);
      if (left > 0) missing.set(origin, left);
      else missing.delete(origin);
    },
  };
}
function positive(name, value) {
  if (!Number.isFinite(value) || value <= 0) throw new TypeError(`${name}: ${value} is not a number above 0`);
}

// ../../packages/client/src/errors.ts
var brand = /* @__PURE__ */ Symbol.for("oncekey.client.error");
var IdempotencyError2 = class extends Error {
  name = "IdempotencyError";
  outcome;
  key;
  operationId;
  attempts;
  response;
  constructor(message, details) {
    super(message, details.cause === void 0 ? void 0 : { cause: details.cause });
    this.outcome = details.outcome;
    this.key = details.key;
    this.operationId = details.operationId;
    this.attempts = details.attempts;
    this.response = details.response;
    Object.defineProperty(this, brand, { value: true });
  }
};
var OutcomeUnknownError = class extends IdempotencyError2 {
  name = "OutcomeUnknownError";
};
var NotSentError = class extends IdempotencyError2 {
  name = "NotSentError";
};
var InProgressError = class extends IdempotencyError2 {
  name = "InProgressError";
};
var BudgetExhaustedError = class extends IdempotencyError2 {
  name = "BudgetExhaustedError";
};
var KeyReuseError = class extends IdempotencyError2 {
  name = "KeyReuseError";
};
var KeyRequiredError = class extends IdempotencyError2 {
  name = "KeyRequiredError";
};
var KeyExpiredError = class extends IdempotencyError2 {
  name = "KeyExpiredError";
};

// ../../packages/client/src/events.ts
function createEmitter(listener) {
  const channel = diagnosticsChannel();
  const failed2 = (error) => channel?.publish({ type: "listener-failed", error });
  return {
    wanted: () => listener !== void 0 || channel?.hasSubscribers === true,
    emit(event) {
      if (channel?.hasSubscribers) channel.publish(event);
      if (listener === void 0) return;
      try {
        const told = listener(event);
        if (told instanceof Promise) told.catch(failed2);
      } catch (error) {
        failed2(error);
      }
    },
  };
}
function diagnosticsChannel() {
  if (typeof process === "undefined") return void 0;
  return process.getBuiltinModule?.("node:diagnostics_channel")?.channel("oncekey.client");
}

// ../../packages/client/src/key.ts
function placeKey(protocol, headers, body3, mint) {
  return protocol.key.in === "header"
    ? { key: inHeader(protocol, protocol.key, headers, mint), body: body3 }
    : inBody(protocol, protocol.key.field, body3, mint);
}
function existingKey(place, headers) {
  if (place.in === "body") return void 0;
  const value = headers.get(place.name)?.trim();
  return value === void 0 || value === "" ? void 0 : unquoted(value);
}
function inHeader(protocol, place, headers, mint) {
  const existing = existingKey(place, headers);
  if (existing !== void 0) return existing;
  const key = checked(protocol, mint());
  headers.set(place.name, place.quoted ? quoted2(key) : key);
  return key;
}
function inBody(protocol, field, body3, mint) {
  if (body3.kind !== "bytes") throw noJsonObject(protocol, field);
  const text2 = typeof body3.body === "string" ? body3.body : new TextDecoder().decode(body3.body);
  const value = jsonObject(text2);
  if (value === void 0) throw noJsonObject(protocol, field);
  if (field in value) {
    const existing = Reflect.get(value, field);
    if (typeof existing === "string" && existing !== "") return { key: existing, body: body3 };
    throw new TypeError(
      `${field}: ${JSON.stringify(existing)} in the body is no key; leave the member out or give a text`,
    );
  }
  const key = checked(protocol, mint());
  const start = text2.indexOf("{") + 1;
  const comma = Object.keys(value).length > 0 ? "," : "";
  const spliced = `${text2.slice(0, start)}${JSON.stringify(field)}:${JSON.stringify(key)}${comma}${text2.slice(start)}`;
  return { key, body: { ...body3, body: spliced } };
}
function jsonObject(text2) {
  try {
    const value = JSON.parse(text2);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : void 0;
  } catch {
    return void 0;
  }
}
function noJsonObject(protocol, field) {
  return new TypeError(`the protocol ${protocol.name} puts the key into the body as ${field}: expected a JSON object`);
}
var WRITABLE = /^[\x21-\x2B\x2D-\x7E]+$/;
function checked(protocol, key) {
  const { maxKeyLength = 255, name } = protocol;
  if (typeof key !== "string" || !WRITABLE.test(key)) {
    throw new TypeError(`key: ${JSON.stringify(key)} is not a text of visible ASCII characters without commas`);
  }
  if (key.length > maxKeyLength) {
    throw new TypeError(
      `key: ${JSON.stringify(key)} has ${key.length} characters; ${name} takes at most ${maxKeyLength}`,
    );
  }
  return key;
}
function quoted2(key) {
  return `"${key.replaceAll(/["\\]/g, "\\$&")}"`;
}
function unquoted(value) {
  if (!/^".*"$/.test(value)) return value;
  return value.slice(1, -1).replaceAll(/\\(["\\])/g, "$1");
}

// ../../packages/client/src/foreign-retries.ts
var RETRY_COUNT = "x-stainless-retry-count";
function foreignRetryWarning() {
  let isSaid = false;
  return (place, headers) => {
    if (isSaid || !(Number(headers.get(RETRY_COUNT)) > 0) || existingKey(place, headers) !== void 0) return;
    isSaid = true;
    const message =
      "A library retries by itself above createIdempotentFetch, and each of its retries gets a new key. Turn its retries off (maxRetries: 0): this fetch retries under one key.";
    if (typeof process !== "undefined" && typeof process.emitWarning === "function") {
      process.emitWarning(message, { code: "ONCEKEY_FOREIGN_RETRIES" });
    } else {
      console.warn(message);
    }
  };
}

// ../../packages/client/src/rebuilt-response.ts
function rebuilt(original, body3) {
  const { status, statusText, headers } = original;
  const response = new Response(hasNullBody(status) ? null : body3, { status, statusText, headers });
  return from(original, response);
}
function from({ url: url2, redirected, type }, response) {
  return Object.defineProperties(response, {
    url: { value: url2 },
    redirected: { value: redirected },
    type: { value: type },
    clone: { value: () => from(response, Response.prototype.clone.call(response)) },
  });
}

// ../../packages/client/src/kept-response.ts
var bodies = /* @__PURE__ */ new WeakMap();
var overlays = /* @__PURE__ */ new WeakMap();
var decoder = new TextDecoder();
var noBytes = new Uint8Array();
function withBody(response, bytes2) {
  const overlay = overlayOver(Object.getPrototypeOf(response));
  if (overlay === void 0) return rebuilt(response, bytes2);
  bodies.set(response, { bytes: bytes2, isUsed: false, platform: void 0 });
  return Object.setPrototypeOf(response, overlay);
}
function overlayOver(prototype) {
  const known = overlays.get(prototype);
  if (known !== void 0) return known;
  const isNative = Function.prototype.toString.call(prototype.constructor).includes("[native code]");
  if (isNative || "Deno" in globalThis) return void 0;
  const overlay = Object.create(prototype, { ...delegated(), ...own });
  overlays.set(prototype, overlay);
  return overlay;
}
function delegated() {
  const { constructor: _, ...all } = Object.getOwnPropertyDescriptors(Response.prototype);
  const methods = Object.entries(all).filter(([, { value }]) => typeof value === "function");
  return Object.fromEntries(methods.map(([name, descriptor]) => [name, { ...descriptor, value: delegate(name) }]));
}
function delegate(name) {
  return function (...given) {
    const platform = platformOf(this);
    return Reflect.apply(Reflect.get(platform, name), platform, given);
  };
}
var own = {
  text: {
    value: async function () {
      return textOf2(this);
    },
    configurable: true,
    enumerable: true,
    writable: true,
  },
  json: {
    value: async function () {
      return JSON.parse(await textOf2(this));
    },
    configurable: true,
    enumerable: true,
    writable: true,
  },
  body: {
    get() {
      return platformOf(this).body;
    },
    configurable: true,
    enumerable: true,
  },
  bodyUsed: {
    get() {
      const { platform, isUsed } = keptOf(this);
      return platform?.bodyUsed ?? isUsed;
    },
    configurable: true,
    enumerable: true,
  },
};
function textOf2(response) {
  const kept = keptOf(response);
  if (kept.platform !== void 0) return kept.platform.text();
  if (kept.isUsed) throw new TypeError("Body is unusable: Body has already been read");
  const { bytes: bytes2 } = kept;
  kept.isUsed = true;
  kept.bytes = noBytes;
  return decoder.decode(bytes2);
}
function platformOf(response) {
  const kept = keptOf(response);
  if (kept.platform === void 0) {
    kept.platform = rebuilt(response, kept.bytes);
    kept.bytes = noBytes;
    if (kept.isUsed) void kept.platform.arrayBuffer();
  }
  return kept.platform;
}
function keptOf(response) {
  const kept = bodies.get(response);
  if (kept === void 0) throw new TypeError("Illegal invocation: not a Response");
  return kept;
}

// ../../packages/client/src/request-body.ts
var none = { kind: "none" };
function snapshotBody(body3, maxBytes) {
  if (body3 === void 0 || body3 === null) return none;
  if (typeof body3 === "string") return { kind: "bytes", body: body3, contentType: "text/plain;charset=UTF-8" };
  if (typeof body3 === "function") return { kind: "factory", make: body3 };
  if (body3 instanceof URLSearchParams) {
    return {
      kind: "bytes",
      body: body3.toString(),
      contentType: "application/x-www-form-urlencoded;charset=UTF-8",
    };
  }
  if (body3 instanceof ArrayBuffer) return { kind: "bytes", body: new Uint8Array(body3.slice(0)) };
  if (ArrayBuffer.isView(body3)) return { kind: "bytes", body: copyOf(body3) };
  if (body3 instanceof ReadableStream) return readStream(body3, maxBytes);
  return readWhole(body3);
}
function copyOf(view) {
  const copy = new Uint8Array(view.byteLength);
  copy.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  return copy;
}
async function readWhole(body3) {
  const written = new Response(body3);
  const contentType = written.headers.get("content-type");
  const bytes2 = new Uint8Array(await written.arrayBuffer());
  return { kind: "bytes", body: bytes2, ...(contentType !== null && { contentType }) };
}
async function readStream(stream, maxBytes) {
  const reader = stream.getReader();
  const { chunks, length, ended } = await readUpTo(reader, maxBytes);
  if (ended) return { kind: "bytes", body: concatenate(chunks, length) };
  return { kind: "once", body: resumed(chunks, reader) };
}
async function readUpTo(reader, maxBytes) {
  const chunks = [];
  let length = 0;
  while (length <= maxBytes) {
    const { done, value } = await reader.read();
    if (done) return { chunks, length, ended: true };
    chunks.push(value);
    length += value.byteLength;
  }
  return { chunks, length, ended: false };
}
function concatenate(chunks, length) {
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}
function resumed(chunks, reader) {
  const waiting = [...chunks];
  return new ReadableStream({
    async pull(controller) {
      const next = waiting.shift();
      if (next !== void 0) return controller.enqueue(next);
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

// ../../packages/client/src/answer.ts
var ENDLESS = /^text\/event-stream\b/i;
async function readAnswer2(response, maxBytes) {
  if (response.body === null || maxBytes === void 0 || isEndless(response, maxBytes)) return passed(response);
  const reader = response.body.getReader();
  const { chunks, length, ended } = await readUpTo(reader, maxBytes);
  const [first] = chunks;
  if (!ended) return passed(rebuilt(response, resumed(chunks, reader)));
  const bytes2 = chunks.length === 1 && first !== void 0 ? first : concatenate(chunks, length);
  let kept;
  return {
    status: response.status,
    headers: response.headers,
    json: () => parse(response.headers, bytes2),
    response() {
      kept ??= withBody(response, bytes2);
      return kept;
    },
    streaming: false,
    discard() {},
  };
}
function isEndless(response, maxBytes) {
  if (Number(response.headers.get("content-length")) > maxBytes) return true;
  return ENDLESS.test(response.headers.get("content-type") ?? "");
}
function passed(response) {
  return {
    status: response.status,
    headers: response.headers,
    json: () => void 0,
    response: () => response,
    streaming: response.body !== null,
    discard: () => void response.body?.cancel().catch(() => {}),
  };
}
function parse(headers, bytes2) {
  if (!/[/+]json\b/i.test(headers.get("content-type") ?? "")) return void 0;
  try {
    return JSON.parse(new TextDecoder().decode(bytes2));
  } catch {
    return void 0;
  }
}

// ../../packages/client/src/network-failure.ts
var BEFORE_SENDING = /* @__PURE__ */ new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EAI_FAIL",
  "EAI_NODATA",
  "EADDRNOTAVAIL",
  "UND_ERR_CONNECT_TIMEOUT",
  "ConnectionRefused",
  "FailedToOpenSocket",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);
var BEFORE_SENDING_IF_CONNECTING = /* @__PURE__ */ new Set([
  "EHOSTUNREACH",
  "EHOSTDOWN",
  "ENETUNREACH",
  "ENETDOWN",
  "ETIMEDOUT",
]);
var MOST_CAUSES = 8;
function sentBefore(error) {
  return provesUnsent(error, MOST_CAUSES) ? "no" : "maybe";
}
function provesUnsent(error, depth) {
  if (typeof error !== "object" || error === null || depth === 0) return false;
  if ("code" in error && typeof error.code === "string") {
    if (BEFORE_SENDING.has(error.code)) return true;
    const connecting = "syscall" in error && error.syscall === "connect";
    if (connecting && BEFORE_SENDING_IF_CONNECTING.has(error.code)) return true;
  }
  if (error instanceof AggregateError && error.errors.length > 0) {
    return error.errors.every((each) => provesUnsent(each, depth - 1));
  }
  return "cause" in error && provesUnsent(error.cause, depth - 1);
}

// ../../packages/client/src/attempt.ts
function attempt(send, { clock, timeoutMs, signal, maxBytes }) {
  return new Promise((resolve2) => {
    const controller = new AbortController();
    let status;
    const end = (result2) => {
      cancelTimer();
      const streaming = result2.kind === "answer" && result2.answer.streaming;
      if (!streaming) signal?.removeEventListener("abort", leave);
      resolve2(result2);
    };
    const fail2 = (error) => end(failed(status, error));
    const cancelTimer = clock.after(timeoutMs, () => {
      const error = new DOMException(`no whole answer within ${timeoutMs} ms`, "TimeoutError");
      fail2(error);
      controller.abort(error);
    });
    const leave = () => {
      end({ kind: "aborted", reason: signal?.reason });
      controller.abort(signal?.reason);
    };
    const receive = async () => {
      try {
        const response = await send(controller.signal);
        status = response.status;
        end({ kind: "answer", answer: await readAnswer2(response, maxBytes) });
      } catch (error) {
        fail2(error);
      }
    };
    if (signal?.aborted) return leave();
    signal?.addEventListener("abort", leave, { once: true });
    void receive();
  });
}
function failed(status, error) {
  if (status !== void 0) return { kind: "cut-off", status, error };
  return { kind: "no-answer", sent: sentBefore(error), error };
}

// ../../packages/client/src/backoff.ts
var RETRY_AFTER_SPREAD = 0.1;
function backoffMs(shape, failures, random, retryAfterMs2) {
  const ceiling = Math.min(shape.capMs, shape.baseMs * 2 ** failures);
  const own2 = spread2(shape.jitter, ceiling, random());
  if (retryAfterMs2 === void 0) return own2;
  return Math.max(own2, retryAfterMs2 + retryAfterMs2 * RETRY_AFTER_SPREAD * random());
}
function spread2(jitter, ceiling, random) {
  if (jitter === "none") return ceiling;
  if (jitter === "equal") return (ceiling * (1 + random)) / 2;
  return ceiling * random;
}

// ../../packages/client/src/classify.ts
var NOT_EXECUTED = [408, 425, 429];
var FINAL_5XX = [501, 505];
var byMeaning = {
  "in-progress": "in-progress",
  "key-reused": "key-reused",
  "key-required": "key-required",
  "key-expired": "key-expired",
  "outcome-unknown": "outcome-unknown",
  done: "success",
  "not-executed": "not-executed",
  final: "definite",
};
function classify(observation, protocol) {
  switch (observation.kind) {
    case "no-answer":
      return observation.sent === "no" ? "unsent" : "ambiguous";
    case "cut-off":
      return "ambiguous";
    case "answer":
      return classifyAnswer(observation.answer, protocol);
  }
}
function classifyAnswer(answer3, protocol) {
  const { status } = answer3;
  if (status < 400) return "success";
  const meaning = protocol.recognise?.(answer3);
  if (meaning !== void 0) return byMeaning[meaning];
  if (protocol.isReplay?.(answer3)) return "definite";
  if (NOT_EXECUTED.includes(status)) return "not-executed";
  if (status < 500 || FINAL_5XX.includes(status)) return "definite";
  return "ambiguous";
}
function mayRetry(kind, repeatable, answer3, protocol) {
  const hint = answer3 && protocol.shouldRetry?.(answer3);
  if (hint === false && kind !== "success") return false;
  switch (kind) {
    case "unsent":
      return true;
    case "not-executed":
      return repeatable || answer3?.status !== 408;
    case "in-progress":
      return true;
    case "ambiguous":
      return repeatable || (answer3?.status === 503 && answer3.headers.has(header.retryAfter));
    case "definite":
      return hint === true && repeatable;
    default:
      return false;
  }
}
var SAYS_NOTHING_OF_BEFORE = [401, 403, 407, 408, 421, 425, 429, 503];
function settles(kind, status) {
  if (kind === "success") return true;
  return kind === "definite" && !SAYS_NOTHING_OF_BEFORE.includes(status);
}

// ../../packages/client/src/clock.ts
var LONGEST_TIMER_MS = 2 ** 31 - 1;
var systemClock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, Math.min(delayMs, LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  },
};
function sleep(clock, delayMs, signal) {
  return new Promise((resolve2, reject) => {
    const left = () => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock.after(delayMs, () => {
      signal?.removeEventListener("abort", left);
      resolve2();
    });
    if (signal?.aborted) left();
    else signal?.addEventListener("abort", left, { once: true });
  });
}

// ../../packages/client/src/retry-after.ts
function retryAfterMs(headers, wallMs) {
  const exact = digits(headers.get("retry-after-ms"));
  if (exact !== void 0) return exact;
  const value = headers.get(header.retryAfter);
  if (value === null) return void 0;
  const seconds = digits(value);
  if (seconds !== void 0) return seconds * 1e3;
  const until = date(value);
  if (until === void 0) return void 0;
  return Math.max(0, until - (date(headers.get("date")) ?? wallMs));
}
function digits(value) {
  return value !== null && /^\s*\d{1,12}(\.\d+)?\s*$/.test(value) ? Number(value) : void 0;
}
function date(value) {
  if (value === null || !/[A-Z][a-z]{2}.* \d{2}:\d{2}:\d{2}/.test(value)) return void 0;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? void 0 : ms;
}

// ../../packages/client/src/operation.ts
var LEAVES_DOUBT = ["ambiguous", "in-progress", "outcome-unknown"];
function perform(operation, settings) {
  return new Performance(operation, settings).run();
}
var Performance = class {
  #operation;
  #settings;
  #attempts = [];
  #deadlineMs;
  /** Attempts that count; those that found an earlier one running do not. */
  #counted = 0;
  #paidRetries = 0;
  #inDoubt;
  constructor(operation, settings) {
    this.#operation = operation;
    this.#settings = settings;
    this.#inDoubt = operation.inDoubt;
    this.#deadlineMs = settings.clock.monotonicMs() + operation.retry.deadlineMs;
  }
  async run() {
    const { signal } = this.#operation;
    for (;;) {
      if (signal?.aborted) return this.#aborted(signal.reason);
      if (this.#isKeyExpired()) return this.#ended("key-expired", void 0);
      const step = this.#judge(await this.#attempt());
      if ("kind" in step) return step;
      try {
        await sleep(this.#settings.clock, step.delayMs, signal);
      } catch (reason) {
        return this.#aborted(reason);
      }
    }
  }
  #attempt() {
    const { clock, maxBufferedBytes } = this.#settings;
    const { send, signal, retry, key, tell } = this.#operation;
    tell({ type: "attempt", number: this.#attempts.length + 1 });
    const timeoutMs = Math.max(0, Math.min(retry.attemptTimeoutMs, this.#leftMs()));
    return attempt(send, { clock, timeoutMs, signal, maxBytes: key === void 0 ? void 0 : maxBufferedBytes });
  }
  #judge(result2) {
    if (result2.kind === "aborted") {
      this.#note("ambiguous", { error: result2.reason });
      return this.#aborted(result2.reason);
    }
    const { tell } = this.#operation;
    const kind = classify(result2, this.#settings.protocol);
    if (result2.kind === "answer") {
      const { status, headers } = result2.answer;
      this.#note(kind, { status });
      tell({ type: "answered", number: this.#attempts.length, class: kind, status, headers });
      return this.#next(kind, result2.answer);
    }
    const { error } = result2;
    this.#note(kind, "status" in result2 ? { status: result2.status, error } : { error });
    tell({ type: "lost", number: this.#attempts.length, class: kind, error });
    return this.#next(kind, void 0);
  }
  #note(kind, seen) {
    this.#attempts.push({ class: kind, ...seen });
    if (kind !== "in-progress") this.#counted += 1;
    if (LEAVES_DOUBT.includes(kind)) this.#inDoubt = true;
  }
  #next(kind, answer3) {
    const { operation, settings } = { operation: this.#operation, settings: this.#settings };
    if (kind === "success") {
      settings.budget?.deposit(originOf(operation.url), this.#paidRetries);
      return this.#ended("settled", answer3);
    }
    if (!operation.resendable || !mayRetry(kind, operation.repeatable, answer3, settings.protocol)) {
      return this.#ended("final", answer3);
    }
    if (this.#counted >= operation.retry.maxAttempts) return this.#ended("attempts", answer3);
    const asked = answer3 && retryAfterMs(answer3.headers, settings.clock.wallMs());
    if (asked !== void 0 && asked > operation.retry.retryAfterMaxMs) return this.#ended("retry-after", answer3);
    const failures = Math.max(0, this.#counted - 1);
    const delayMs = backoffMs(operation.retry, failures, settings.random, asked);
    if (delayMs >= this.#leftMs()) return this.#ended(asked === void 0 ? "deadline" : "retry-after", answer3);
    if (kind !== "in-progress" && !this.#mayPay()) return this.#ended("budget", answer3);
    answer3?.discard();
    operation.tell({ type: "retry", after: kind, delayMs });
    return { delayMs };
  }
  #mayPay() {
    const { budget } = this.#settings;
    if (budget === void 0) return true;
    if (!budget.withdraw(originOf(this.#operation.url))) return false;
    this.#paidRetries += 1;
    return true;
  }
  #leftMs() {
    return this.#deadlineMs - this.#settings.clock.monotonicMs();
  }
  #isKeyExpired() {
    const { keyExpiresAtMs } = this.#operation;
    return keyExpiresAtMs !== void 0 && this.#settings.clock.wallMs() > keyExpiresAtMs;
  }
  #aborted(reason) {
    return { kind: "aborted", reason, attempts: this.#attempts };
  }
  #ended(because, answer3) {
    const last = this.#attempts.at(-1);
    const settled = answer3 !== void 0 && last !== void 0 && settles(last.class, answer3.status);
    return {
      kind: "ended",
      because,
      last,
      answer: answer3,
      certain: settled || !this.#inDoubt,
      replayed: answer3 !== void 0 && this.#settings.protocol.isReplay?.(answer3) === true,
      attempts: this.#attempts,
    };
  }
};
function originOf(url2) {
  try {
    return new URL(url2).origin;
  } catch {
    return "";
  }
}

// ../../packages/client/src/protocols/adapter.ts
function member(value, ...path) {
  let current = value;
  for (const name of path) {
    if (typeof current !== "object" || current === null) return void 0;
    current = Reflect.get(current, name);
  }
  return current;
}
function hasReplayedHeader(name) {
  return ({ headers }) => headers.get(name)?.trim().toLowerCase() === "true";
}
function booleanHeader(headers, ...names2) {
  for (const name of names2) {
    const value = headers.get(name)?.trim().toLowerCase();
    if (value === "true" || value === "false") return value === "true";
  }
  return void 0;
}

// ../../packages/client/src/protocols/ietf.ts
var DAY_MS2 = 24 * 60 * 60 * 1e3;
var bySlug = {
  "key-missing": "key-required",
  "key-invalid": "final",
  "key-expired": "key-expired",
  "key-reused": "key-reused",
  "request-in-progress": "in-progress",
  "outcome-unknown": "outcome-unknown",
  "response-unavailable": "done",
  "store-unavailable": "not-executed",
};
var byCode = {
  idempotency_in_flight: "in-progress",
  idempotency_key_in_use: "in-progress",
  idempotency_conflict: "key-reused",
  idempotency_key_reused: "key-reused",
  idempotency_key_required: "key-required",
};
var byTitle = [
  [/outstanding for this idempotency-key/i, "in-progress"],
  [/idempotency-key is already used/i, "key-reused"],
  [/idempotency-key is missing/i, "key-required"],
];
var ietf = {
  name: "ietf",
  key: { in: "header", name: header.idempotencyKey, quoted: true },
  maxKeyLength: 255,
  keyWindowMs: DAY_MS2,
  isReplay: hasReplayedHeader(header.replayed),
  recognise(answer3) {
    const body3 = answer3.json();
    const said = fromType(member(body3, "type")) ?? fromCode(body3) ?? fromTitle(member(body3, "title"));
    if (said === "done" && Number(member(body3, "originalStatus")) >= 400) return "final";
    return said ?? fromStatus(answer3);
  },
  shouldRetry: ({ headers }) => booleanHeader(headers, "x-should-retry"),
};
function fromType(type) {
  if (typeof type !== "string") return void 0;
  const slug = type.slice(Math.max(type.lastIndexOf("/"), type.lastIndexOf("#")) + 1);
  return bySlug[slug] ?? byCode[slug];
}
function fromCode(body3) {
  const code = member(body3, "code") ?? member(body3, "error", "code");
  return typeof code === "string" ? byCode[code] : void 0;
}
function fromTitle(title) {
  return typeof title === "string" ? byTitle.find(([pattern]) => pattern.test(title))?.[1] : void 0;
}
function fromStatus({ status, headers }) {
  return status === 409 && headers.has(header.retryAfter) ? "in-progress" : void 0;
}

// ../../packages/client/src/protocols/providers.ts
var HOUR_MS = 60 * 60 * 1e3;
var DAY_MS3 = 24 * HOUR_MS;
var stripe = {
  name: "stripe",
  key: { in: "header", name: "Idempotency-Key" },
  maxKeyLength: 255,
  keyWindowMs: DAY_MS3,
  isReplay: hasReplayedHeader("Idempotent-Replayed"),
  recognise(answer3) {
    if (answer3.status === 409) return "in-progress";
    return member(answer3.json(), "error", "type") === "idempotency_error" ? "key-reused" : void 0;
  },
  shouldRetry: ({ headers }) => booleanHeader(headers, "stripe-should-retry"),
};
var adyen = {
  name: "adyen",
  key: { in: "header", name: "Idempotency-Key" },
  maxKeyLength: 64,
  keyWindowMs: 7 * DAY_MS3,
  recognise: (answer3) => (String(member(answer3.json(), "errorCode")) === "704" ? "in-progress" : void 0),
  shouldRetry: ({ headers }) => booleanHeader(headers, "transient-error"),
};
var square = {
  name: "square",
  key: { in: "body", field: "idempotency_key" },
  methods: ["POST", "PUT", "PATCH"],
  maxKeyLength: 45,
  keyWindowMs: DAY_MS3,
  recognise: (answer3) =>
    member(answer3.json(), "errors", 0, "code") === "IDEMPOTENCY_KEY_REUSED" ? "key-reused" : void 0,
};
var paypal = {
  name: "paypal",
  key: { in: "header", name: "PayPal-Request-Id" },
  maxKeyLength: 108,
  keyWindowMs: 6 * HOUR_MS,
  recognise(answer3) {
    const issues = issuesOf(answer3);
    if (issues.includes("PREVIOUS_REQUEST_IN_PROGRESS")) return "in-progress";
    return issues.includes("DUPLICATE_REQUEST_ID") || issues.includes("PAYPAL_REQUEST_ID_PREVIOUSLY_USED")
      ? "key-reused"
      : void 0;
  },
};
function issuesOf(answer3) {
  const body3 = answer3.json();
  const details = member(body3, "details");
  const issues = Array.isArray(details) ? details.map((detail) => member(detail, "issue")) : [];
  return [member(body3, "name"), ...issues];
}
var didit = {
  ...ietf,
  name: "didit",
  key: { in: "header", name: "Idempotency-Key" },
  methods: ["POST", "PUT", "PATCH"],
};

// ../../packages/client/src/protocols/index.ts
var protocols = { ietf, stripe, adyen, square, paypal, didit };
function resolveProtocol(protocol) {
  if (typeof protocol === "string") {
    if (Object.hasOwn(protocols, protocol)) return protocols[protocol];
    throw new TypeError(
      `protocol: ${JSON.stringify(protocol)} is none of ${Object.keys(protocols).join(", ")}; an API with rules of its own takes a ProtocolAdapter`,
    );
  }
  checkAdapter(protocol);
  return protocol;
}
function checkAdapter(adapter) {
  const { key, keyWindowMs } = Object(adapter);
  const place = key?.in === "header" ? key.name : key?.in === "body" ? key.field : void 0;
  if (typeof place !== "string" || place === "") {
    throw new TypeError('protocol.key: expected { in: "header", name } or { in: "body", field }');
  }
  if (!(typeof keyWindowMs === "number" && keyWindowMs > 0)) {
    throw new TypeError(`protocol.keyWindowMs: ${String(keyWindowMs)} is not a number of milliseconds above 0`);
  }
}

// ../../packages/client/src/random-key.ts
function randomKey() {
  return typeof crypto.randomUUID === "function"
    ? crypto.randomUUID()
    : uuidOf(crypto.getRandomValues(new Uint8Array(16)));
}
function uuidOf(random) {
  const hex = Array.from(random, (byte, index) => {
    if (index === 6) return (byte & 15) | 64;
    return index === 8 ? (byte & 63) | 128 : byte;
  }).map((byte) => byte.toString(16).padStart(2, "0"));
  return [hex.slice(0, 4), hex.slice(4, 6), hex.slice(6, 8), hex.slice(8, 10), hex.slice(10)]
    .map((part) => part.join(""))
    .join("-");
}

// ../../packages/client/src/options.ts
var defaultRetry = {
  maxAttempts: 4,
  attemptTimeoutMs: 1e4,
  deadlineMs: 3e4,
  baseMs: 250,
  capMs: 8e3,
  jitter: "full",
  retryAfterMaxMs: 6e4,
};
var optionNames = /* @__PURE__ */ new Set([
  "fetch",
  "protocol",
  "methods",
  "generateKey",
  "retry",
  "budget",
  "journal",
  "prepare",
  "maxBufferedBytes",
  "on",
  "clock",
  "random",
]);
function resolveOptions(options) {
  for (const name of Object.keys(options)) {
    if (!optionNames.has(name)) {
      throw new TypeError(
        `createIdempotentFetch: ${JSON.stringify(name)} is no option; there are ${[...optionNames].join(", ")}`,
      );
    }
  }
  for (const name of ["fetch", "generateKey", "prepare", "on", "random"]) {
    if (options[name] !== void 0 && typeof options[name] !== "function") {
      throw new TypeError(`${name}: expected a function`);
    }
  }
  const protocol = resolveProtocol(options.protocol ?? "ietf");
  const { maxBufferedBytes = 2 ** 20 } = options;
  atLeast("maxBufferedBytes", maxBufferedBytes, 0, "bytes");
  return {
    // Looked up at every call, so that what replaces the global one (tracing, tests) is used.
    fetch: options.fetch ?? ((input, init2) => globalThis.fetch(input, init2)),
    protocol,
    methods: methodSet(options.methods ?? protocol.methods ?? ["POST", "PATCH"]),
    generateKey: options.generateKey ?? randomKey,
    retry: resolveRetry(defaultRetry, options.retry),
    budget: options.budget === false ? void 0 : (options.budget ?? createRetryBudget()),
    journal: options.journal,
    prepare: options.prepare,
    maxBufferedBytes,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  };
}
function resolveRetry(base, wanted) {
  if (wanted === void 0) return base;
  if (wanted === false) return { ...base, maxAttempts: 1 };
  const retry = { ...base, ...wanted };
  for (const [name, value] of Object.entries(wanted)) {
    if (!Object.hasOwn(base, name)) {
      throw new TypeError(`retry: ${JSON.stringify(name)} is no option; there are ${Object.keys(base).join(", ")}`);
    }
    if (name === "jitter") {
      if (!["full", "equal", "none"].includes(String(value))) {
        throw new TypeError(`retry.jitter: ${JSON.stringify(value)} is none of "full", "equal", "none"`);
      }
    } else if (name === "maxAttempts") atLeast("retry.maxAttempts", value, 1, "attempts");
    else atLeast(`retry.${name}`, value, name === "baseMs" ? 0 : 1, "milliseconds");
  }
  return retry;
}
function methodSet(methods) {
  if (!Array.isArray(methods) || methods.some((method) => typeof method !== "string" || method === "")) {
    throw new TypeError(`methods: ${JSON.stringify(methods)} is not a list of method names`);
  }
  return new Set(methods.map((method) => method.toUpperCase()));
}
function atLeast(name, value, least, unit) {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < least) {
    throw new TypeError(
      `${name}: ${JSON.stringify(value) ?? String(value)} is not a whole number of at least ${least} ${unit}`,
    );
  }
}

// ../../packages/client/src/report.ts
var reports = /* @__PURE__ */ new WeakMap();
function attachReport(response, report2) {
  reports.set(response, report2);
  return response;
}

// ../../packages/client/src/outcome.ts
function finish(operation, ending) {
  if (ending.kind === "aborted") {
    if (ending.attempts.length > 0) operation.tell({ type: "unknown" });
    throw ending.reason;
  }
  const result2 = resultOf3(operation, ending);
  if (result2.outcome === "unknown") operation.tell({ type: "unknown" });
  else operation.tell({ type: "settled", outcome: result2.outcome });
  if ("error" in result2) throw result2.error;
  if (result2.replayed) operation.tell({ type: "replayed" });
  return result2.response;
}
function resultOf3(operation, ending) {
  const { answer: answer3, certain, last, because, replayed, attempts } = ending;
  const outcome = certain ? "not-executed" : "unknown";
  const { key, operationId } = operation;
  const details = () => ({
    outcome,
    key,
    operationId,
    attempts,
    response: answer3?.response(),
    cause: last?.error,
  });
  if (because === "key-expired") {
    const message = "the server may have forgotten the key: sending again could do the operation again";
    return { error: new KeyExpiredError(message, details()), outcome };
  }
  switch (last?.class) {
    case "key-reused":
      return { error: new KeyReuseError("the key belongs to another request", details()), outcome, misuse: true };
    case "key-required":
      return { error: new KeyRequiredError("the server misses a key", details()), outcome, misuse: true };
    case "key-expired":
      return { error: new KeyExpiredError("the server takes the key for too old", details()), outcome };
    case "in-progress":
      return { error: new InProgressError("an earlier attempt is still running", details()), outcome };
  }
  if (answer3 === void 0) return { error: withoutAnswer(operation, ending, details), outcome };
  if (!certain && last?.class !== "ambiguous" && last?.class !== "outcome-unknown") {
    const message = `the last answer (${answer3.status}) does not tell what became of an earlier attempt`;
    return { error: new OutcomeUnknownError(message, details()), outcome };
  }
  const known = whatIsKnown(ending, certain);
  const response = attachReport(answer3.response(), { outcome: known, key, operationId, replayed, attempts });
  return { response, outcome: known, replayed };
}
function whatIsKnown({ last }, certain) {
  if (!certain) return "unknown";
  if (last?.class === "success") return "succeeded";
  return last?.class === "not-executed" ? "not-executed" : "failed";
}
function withoutAnswer(operation, { because, certain, last }, details) {
  if (operation.key === void 0 && (certain || operation.repeatable)) return last?.error;
  if (because === "budget") {
    return new BudgetExhaustedError("too many calls to this origin fail at present: no retry was made", details());
  }
  if (certain) return new NotSentError("no byte of the request reached a server", details());
  return new OutcomeUnknownError("the request may have been carried out: no answer came that says", details());
}

// ../../packages/client/src/request.ts
function sender(settings, { url: url2, method, headers, body: body3, rest }) {
  if (body3.kind === "bytes" && body3.contentType !== void 0 && !headers.has(header.contentType)) {
    headers.set(header.contentType, body3.contentType);
  }
  return (signal) => {
    const send = (init3) => settings.fetch(url2, { ...rest, ...init3, method, headers, signal });
    const init2 = bodyInit(body3);
    return init2 instanceof Promise ? init2.then(send) : send(init2);
  };
}
function bodyInit(body3) {
  switch (body3.kind) {
    case "none":
      return {};
    case "bytes":
      return { body: body3.body };
    case "factory":
      return made(body3.make);
    case "once":
      return { body: body3.body, duplex: "half" };
  }
}
async function made(make) {
  return { body: await make(), duplex: "half" };
}
function isIdempotent(method) {
  return safeMethods.includes(method) || method === "PUT" || method === "DELETE";
}

// ../../packages/client/src/request-parts.ts
var CARRIED = ["credentials", "integrity", "keepalive", "mode", "redirect", "referrer", "referrerPolicy"];
function requestParts(input, init2 = {}) {
  const { method, headers, body: body3, signal, idempotencyKey: _key, retry: _retry, ...rest } = init2;
  if (!(input instanceof Request)) {
    return {
      url: String(input),
      method: normalized(method ?? "GET"),
      headers: new Headers(headers),
      body: body3,
      signal: signal ?? void 0,
      rest,
    };
  }
  if (input.bodyUsed && body3 === void 0) throw new TypeError("the body of this Request has been read already");
  return {
    url: input.url,
    method: normalized(method ?? input.method),
    headers: new Headers(headers ?? input.headers),
    body: body3 === void 0 ? input.body : body3,
    signal: signal === void 0 ? input.signal : (signal ?? void 0),
    rest: { ...carried(input), ...rest },
  };
}
function carried(request3) {
  return Object.fromEntries(CARRIED.map((name) => [name, request3[name]]));
}
function normalized(method) {
  const upper = method.toUpperCase();
  return ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"].includes(upper) ? upper : method;
}

// ../../packages/client/src/journal/apply.ts
function isPending({ state }) {
  return state === "intent" || state === "unknown";
}
function patched(record2, patch) {
  return isPending(patch) && !isPending(record2) ? record2 : { ...record2, ...patch };
}

// ../../packages/client/src/journal/journaled-request.ts
var HARMLESS = ["accept", "accept-language", "content-type", "content-encoding", "prefer"];
function journaledRequest(method, url2, headers, body3, { key }) {
  const kept = new Set(key.in === "header" ? [...HARMLESS, key.name.toLowerCase()] : HARMLESS);
  return {
    method,
    url: absolute(url2),
    headers: [...withContentType(headers, body3)].filter(([name]) => kept.has(name)),
    body: bytesOf2(body3),
  };
}
function withContentType(headers, body3) {
  const complete2 = new Headers(headers);
  if (body3.kind === "bytes" && body3.contentType !== void 0 && !complete2.has(header.contentType)) {
    complete2.set(header.contentType, body3.contentType);
  }
  return complete2;
}
function absolute(url2) {
  const page = Reflect.get(globalThis, "location")?.href;
  if (URL.canParse(url2, page)) return new URL(url2, page).href;
  throw new TypeError(`submit: ${JSON.stringify(url2)} is not an absolute URL; a later process could not complete it`);
}
function bytesOf2(body3) {
  if (body3.kind === "none") return void 0;
  if (body3.kind === "bytes") return typeof body3.body === "string" ? new TextEncoder().encode(body3.body) : body3.body;
  throw new TypeError(
    "submit: a journal keeps the bytes of the body; give a text, bytes, a form or a short stream instead of a function or a long stream",
  );
}

// ../../packages/client/src/journal/request-fingerprint.ts
var utf8 = new TextEncoder();
async function requestFingerprint({ method, url: url2, headers, body: body3 }) {
  const contentType = headers.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
  const head = utf8.encode(`${JSON.stringify([method, url2])}
`);
  const rest = withoutBoundary(body3 ?? new Uint8Array(), contentType);
  const whole = new Uint8Array(head.length + rest.length);
  whole.set(head);
  whole.set(rest, head.length);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
function withoutBoundary(body3, contentType) {
  const boundary = /^multipart\/.*;\s*boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary === void 0) return body3;
  const text2 = Array.from(body3, (byte) => String.fromCharCode(byte)).join("");
  return Uint8Array.from(text2.replaceAll(`--${boundary}`, "--"), (character) => character.charCodeAt(0));
}

// ../../packages/client/src/journal/submissions.ts
var Submissions = class {
  #settings;
  #tellAs;
  constructor(settings, tellAs) {
    this.#settings = settings;
    this.#tellAs = tellAs;
  }
  async submit(operationId, input, init2) {
    const journal = this.#journal("submit");
    if (typeof operationId !== "string" || operationId === "") {
      throw new TypeError(`operationId: ${JSON.stringify(operationId)} is not a text of at least one character`);
    }
    const parts = requestParts(input, init2);
    const { record: record2, isNew } = await this.#claim(journal, operationId, parts, init2?.idempotencyKey);
    return finish(...(await this.#send(journal, record2, { ...parts, retry: init2?.retry, inDoubt: !isNew })));
  }
  async *pending() {
    for await (const record2 of this.#journal("pending").list()) if (isPending(record2)) yield record2;
  }
  async resume({ signal, concurrency = 4 } = {}) {
    const journal = this.#journal("resume");
    const waiting = [];
    for await (const record2 of this.pending()) waiting.push(record2);
    const operations2 = [];
    let stillPending = 0;
    const work = async () => {
      for (let record2 = waiting.shift(); record2 !== void 0; record2 = waiting.shift()) {
        const { operationId, key } = record2;
        operations2.push({ operationId, key, ...(await this.#resumeOne(journal, record2, signal)) });
        const now = await journal.get(operationId);
        if (now !== void 0 && isPending(now)) stillPending += 1;
      }
    };
    await Promise.all(Array.from({ length: concurrency }, work));
    return { operations: operations2, stillPending };
  }
  async reconcile(operationId, decision) {
    const journal = this.#journal("reconcile");
    if ((await journal.get(operationId)) === void 0) {
      throw new TypeError(`reconcile: the journal holds no operation ${JSON.stringify(operationId)}`);
    }
    await journal.update(
      operationId,
      decision === "abandon" ? { state: "abandoned" } : { state: "settled", status: decision.settled.status },
    );
  }
  async close() {
    await this.#settings.journal?.close();
  }
  #journal(caller) {
    const { journal } = this.#settings;
    if (journal !== void 0) return journal;
    throw new TypeError(`${caller}: needs the option journal; without one nothing outlives the call`);
  }
  async #claim(journal, operationId, { url: url2, method, headers, body: given }, wantedKey) {
    const { protocol, clock, generateKey, maxBufferedBytes } = this.#settings;
    const unkeyed = await snapshotBody(given, maxBufferedBytes);
    const fingerprint6 = await requestFingerprint(journaledRequest(method, url2, headers, unkeyed, protocol));
    const { key, body: body3 } = placeKey(protocol, headers, unkeyed, () => wantedKey ?? generateKey());
    const isKnown = (await journal.get(operationId)) !== void 0;
    const record2 = await journal.claim({
      operationId,
      key,
      fingerprint: fingerprint6,
      request: journaledRequest(method, url2, headers, body3, protocol),
      state: "intent",
      claimedAtMs: clock.wallMs(),
    });
    this.#refuseOthers(record2, fingerprint6);
    return { record: record2, isNew: !isKnown && record2.key === key };
  }
  #refuseOthers({ operationId, key, state, fingerprint: fingerprint6 }, wanted) {
    const details = { outcome: "unknown", key, operationId, attempts: [] };
    if (fingerprint6 !== wanted) {
      throw new KeyReuseError(
        `operationId: ${JSON.stringify(operationId)} was given to another request before; a new operation needs a new name`,
        { ...details, outcome: "not-executed" },
      );
    }
    if (state === "abandoned") {
      throw new OutcomeUnknownError(`the operation ${JSON.stringify(operationId)} has been given up`, details);
    }
  }
  async #resumeOne(journal, record2, signal) {
    const call2 = { headers: new Headers(), rest: {}, signal, retry: void 0, inDoubt: true };
    try {
      return { response: finish(...(await this.#send(journal, record2, call2))) };
    } catch (error) {
      return { error };
    }
  }
  async #send(journal, record2, call2) {
    const operation = this.#operation(record2, call2);
    const ending = await perform(operation, this.#settings);
    const patch = patchFor(operation, ending);
    if (patch !== void 0) {
      await journal.update(record2.operationId, patch).catch((cause) => {
        operation.tell({ type: "journal-failed", cause });
      });
    }
    return [operation, ending];
  }
  #operation(record2, call2) {
    const { operationId, key, request: request3, claimedAtMs } = record2;
    const { url: url2, method } = request3;
    const headers = new Headers();
    for (const [name, value] of [...request3.headers, ...call2.headers])
      if (!headers.has(name)) headers.set(name, value);
    const send = sender(this.#settings, { url: url2, method, headers, body: bodyOf(request3.body), rest: call2.rest });
    const { prepare: prepare3, retry, protocol } = this.#settings;
    return {
      url: url2,
      key,
      operationId,
      repeatable: true,
      resendable: true,
      inDoubt: call2.inDoubt,
      keyExpiresAtMs: claimedAtMs + protocol.keyWindowMs,
      retry: resolveRetry(retry, call2.retry),
      signal: call2.signal,
      send: async (signal) => {
        await prepare3?.({ url: url2, method, headers });
        return send(signal);
      },
      tell: this.#tellAs({ key, operationId, method, url: url2 }),
    };
  }
};
function bodyOf(body3) {
  return body3 === void 0 ? { kind: "none" } : { kind: "bytes", body: new Uint8Array(body3) };
}
function patchFor(operation, ending) {
  if (ending.kind === "aborted") return ending.attempts.length > 0 ? { state: "unknown" } : void 0;
  const result2 = resultOf3(operation, ending);
  const status = ending.answer?.status;
  const answered = status === void 0 ? {} : { status };
  if ("misuse" in result2) return { state: "rejected", ...answered };
  if (result2.outcome === "unknown") return { state: "unknown" };
  return result2.outcome === "not-executed" ? void 0 : { state: "settled", ...answered };
}

// ../../packages/client/src/idempotent-fetch.ts
function createIdempotentFetch(options = {}) {
  const settings = resolveOptions(options);
  const emitter = createEmitter(options.on);
  const tellAs = (subject) => (event) => {
    if (emitter.wanted()) emitter.emit({ ...subject, ...event });
  };
  const submissions = new Submissions(settings, tellAs);
  const warn = foreignRetryWarning();
  const call2 = async (input, init2) => {
    const { url: url2, method, headers, body: given, signal, rest } = requestParts(input, init2);
    const isKeyed = settings.methods.has(method);
    if (isKeyed) warn(settings.protocol.key, headers);
    const taken = snapshotBody(given, settings.maxBufferedBytes);
    const snapshot = taken instanceof Promise ? await taken : taken;
    const mint = () => init2?.idempotencyKey ?? settings.generateKey();
    const { key, body: body3 } = isKeyed
      ? placeKey(settings.protocol, headers, snapshot, mint)
      : { key: void 0, body: snapshot };
    const operation = {
      url: url2,
      key,
      operationId: void 0,
      repeatable: isKeyed || isIdempotent(method),
      resendable: body3.kind !== "once",
      inDoubt: false,
      keyExpiresAtMs: isKeyed ? settings.clock.wallMs() + settings.protocol.keyWindowMs : void 0,
      retry: resolveRetry(settings.retry, init2?.retry),
      signal,
      send: sender(settings, { url: url2, method, headers, body: body3, rest }),
      tell: tellAs({ key, operationId: void 0, method, url: url2 }),
    };
    return finish(operation, await perform(operation, settings));
  };
  const close = () => submissions.close();
  return Object.assign(call2, {
    submit: (operationId, input, init2) => submissions.submit(operationId, input, init2),
    pending: () => submissions.pending(),
    resume: (resumeOptions) => submissions.resume(resumeOptions),
    reconcile: (operationId, decision) => submissions.reconcile(operationId, decision),
    close,
    [Symbol.asyncDispose]: close,
  });
}

// ../../packages/client/src/file-journal/lines.ts
import { crc32 } from "zlib";

function encodeLine(text2) {
  return `
${checksum(text2)} ${text2}
`;
}
function decodeLine(line) {
  const text2 = line.slice(9);
  return line.charAt(8) === " " && line.slice(0, 8) === checksum(text2) ? text2 : void 0;
}
function checksum(text2) {
  return crc32(text2).toString(16).padStart(8, "0");
}

// ../../packages/client/src/file-journal/entries.ts
function encodeEntry(entry) {
  return encodeLine(JSON.stringify(entry.type === "claim" ? withPackedBody(entry) : entry));
}
function withPackedBody({ type, record: record2 }) {
  const { body: body3 } = record2.request;
  return { type, record: { ...record2, request: { ...record2.request, ...(body3 && { body: packed(body3) }) } } };
}
function decodeEntry(line) {
  const text2 = decodeLine(line);
  return text2 === void 0 ? void 0 : JSON.parse(text2, unpacked);
}
var BYTES = "$bytes";
function packed(bytes2) {
  return { [BYTES]: Buffer.from(bytes2.buffer, bytes2.byteOffset, bytes2.byteLength).toString("base64") };
}
function unpacked(_name, value) {
  if (typeof value !== "object" || value === null || !(BYTES in value)) return value;
  return new Uint8Array(Buffer.from(String(value[BYTES]), "base64"));
}
function subjectOf(entry) {
  return entry.type === "claim" ? entry.record.operationId : entry.operationId;
}

// ../../packages/client/src/file-journal/folder.ts
import { mkdirSync as mkdirSync3, readdirSync } from "fs";
import { open, rename, writeFile } from "fs/promises";
import { join as join3 } from "path";

var NAME = /^(\d{8})\.log$/;
var Folder = class {
  #path;
  constructor(path) {
    this.#path = path;
    mkdirSync3(path, { recursive: true, mode: 448 });
  }
  /** The numbers of the files that are there, ascending. */
  numbers() {
    const names2 = readdirSync(this.#path).flatMap((name) => NAME.exec(name)?.[1] ?? []);
    return names2.map(Number).sort((a, b) => a - b);
  }
  pathOf(number2) {
    return join3(this.#path, `${String(number2).padStart(8, "0")}.log`);
  }
  /** Makes the names of new files survive a loss of power. Windows does it by itself and has no call for it. */
  async sync() {
    if (process.platform === "win32") return;
    const handle = await open(this.#path);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
  /** Puts other content into a sealed file in one step. The file stays, even empty: a slow process may still look for it. */
  async rewrite(number2, entries) {
    const path = this.pathOf(number2);
    const draft = `${path}.${process.pid}.draft`;
    const text2 = [...entries, { type: "seal" }].map(encodeEntry).join("");
    await writeFile(draft, text2, { mode: 384, flush: true });
    await rename(draft, path);
  }
};

// ../../packages/client/src/file-journal/segment.ts
import { closeSync, constants, fdatasync, fdatasyncSync, openSync, readSync, writeSync } from "fs";
import { StringDecoder } from "string_decoder";

var { O_APPEND, O_CREAT, O_RDWR } = constants;
var CHUNK_BYTES = 64 * 1024;
var Segment = class {
  path;
  number;
  #descriptor;
  #chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  #decoder = new StringDecoder("utf8");
  #readBytes = 0;
  #unfinished = "";
  #isSealed = false;
  #appended;
  #isLeft = false;
  #readEntries = 0;
  #sureEntries = 0;
  #syncing = 0;
  /** Lines that were torn or damaged. */
  damaged = 0;
  constructor(path, number2) {
    this.path = path;
    this.number = number2;
    this.#descriptor = openSync(path, O_RDWR | O_APPEND | O_CREAT, 384);
  }
  /** Nothing that stands after the seal counts. Known as far as has been read. */
  get isSealed() {
    return this.#isSealed;
  }
  /** How much there is of it, as far as has been read. */
  get bytes() {
    return this.#readBytes;
  }
  /** Adds to the end, in one piece: appends of several processes do not mingle. */
  append(entries) {
    const bytes2 = Buffer.from(entries.map(encodeEntry).join(""));
    const written = writeSync(this.#descriptor, bytes2);
    if (written < bytes2.length) {
      throw new Error(`${this.path}: only ${written} of ${bytes2.length} bytes could be written; is the disk full?`);
    }
    this.#appended = { bytes: bytes2, entries };
  }
  /** Something was read of which it is not known that it would survive a loss of power. */
  get isUnsure() {
    return this.#readEntries > this.#sureEntries;
  }
  /** Makes what was read survive a loss of power, by whichever process it was appended. */
  async sync() {
    const entries = this.#readEntries;
    this.#syncing += 1;
    try {
      await datasync(this.#descriptor);
      this.#sureEntries = Math.max(this.#sureEntries, entries);
    } finally {
      this.#syncing -= 1;
      if (this.#isLeft && this.#syncing === 0) closeSync(this.#descriptor);
    }
  }
  /** The entries that came since the last reading, by whichever process. */
  *readOn() {
    const chunk = this.#chunk;
    for (;;) {
      const length = this.#isSealed ? 0 : readSync(this.#descriptor, chunk, 0, chunk.length, this.#readBytes);
      if (length === 0) return;
      this.#readBytes += length;
      for (const entry of this.#entriesOf(chunk.subarray(0, length))) {
        this.#isSealed = entry.type === "seal";
        this.#readEntries += 1;
        yield entry;
        if (this.#isSealed) return;
      }
    }
  }
  #entriesOf(chunk) {
    const own2 = this.#appended;
    this.#appended = void 0;
    if (own2 !== void 0 && this.#unfinished === "" && chunk.equals(own2.bytes)) return own2.entries;
    const lines = (this.#unfinished + this.#decoder.write(chunk)).split("\n");
    this.#unfinished = lines.pop() ?? "";
    return lines.flatMap((line) => this.#decode(line) ?? []);
  }
  /** Leaves a sealed file behind; nobody comes back to make sure of it. */
  leave() {
    if (this.isUnsure) fdatasyncSync(this.#descriptor);
    this.close();
  }
  close() {
    this.#isLeft = true;
    if (this.#syncing === 0) closeSync(this.#descriptor);
  }
  #decode(line) {
    if (line === "") return void 0;
    const entry = decodeEntry(line);
    if (entry === void 0) this.damaged += 1;
    return entry;
  }
};
function datasync(descriptor) {
  return new Promise((resolve2, reject) => {
    fdatasync(descriptor, (error) => (error === null ? resolve2() : reject(error)));
  });
}

// ../../packages/client/src/file-journal/index.ts
function fileJournal(folder, options = {}) {
  const { segmentBytes = 2 ** 20, keepSettledMs = 30 * 24 * 60 * 60 * 1e3 } = options;
  if (typeof folder !== "string" || folder === "") {
    throw new TypeError(`fileJournal: ${JSON.stringify(folder)} is not the path of a folder`);
  }
  for (const [name, value] of Object.entries({ segmentBytes, keepSettledMs })) {
    if (!Number.isSafeInteger(value) || value < 1)
      throw new TypeError(`${name}: ${value} is not a whole number above 0`);
  }
  return new SegmentedJournal(new Folder(folder), segmentBytes, keepSettledMs);
}
var SegmentedJournal = class {
  #folder;
  #segmentBytes;
  #keepSettledMs;
  #records = /* @__PURE__ */ new Map();
  #segment;
  #waiting = [];
  #flushing;
  #damagedBefore = 0;
  #isNewFile;
  /** Why nothing more may be promised. */
  #failure;
  constructor(folder, segmentBytes, keepSettledMs) {
    this.#folder = folder;
    this.#segmentBytes = segmentBytes;
    this.#keepSettledMs = keepSettledMs;
    const [first] = folder.numbers();
    this.#isNewFile = first === void 0;
    this.#segment = new Segment(folder.pathOf(first ?? 1), first ?? 1);
    this.#catchUp();
  }
  get damagedLines() {
    return this.#damagedBefore + this.#segment.damaged;
  }
  async claim(record2) {
    const { operationId } = record2;
    if (this.#failure !== void 0) throw this.#failure;
    this.#catchUp();
    if (!this.#records.has(operationId)) await this.#append({ type: "claim", record: record2 });
    else if (this.#segment.isUnsure) await this.#sync(this.#segment);
    const kept = this.#records.get(operationId);
    if (kept === void 0) throw new Error(`the journal lost the operation ${JSON.stringify(operationId)}`);
    return kept;
  }
  async update(operationId, patch) {
    await this.#append({ type: "update", operationId, patch });
  }
  async get(operationId) {
    this.#catchUp();
    return this.#records.get(operationId);
  }
  async *list() {
    this.#catchUp();
    yield* [...this.#records.values()];
  }
  async delete(operationId) {
    await this.#append({ type: "delete", operationId });
  }
  async close() {
    await this.#flushing;
    this.#segment.close();
  }
  async compact() {
    this.#catchUp();
    const old = [...this.#records.values()].filter((record2) => this.#isOld(record2));
    if (old.length > 0) await this.#write(old.map(({ operationId }) => ({ type: "delete", operationId })));
    const latest = this.#segment.number;
    for (const number2 of this.#folder.numbers().filter((other) => other < latest)) await this.#compactFile(number2);
  }
  async #compactFile(number2) {
    const segment = new Segment(this.#folder.pathOf(number2), number2);
    const entries = [...segment.readOn()].flatMap((entry) => (entry.type === "seal" ? [] : [entry]));
    segment.close();
    const kept = entries.filter((entry) => entry.type === "delete" || this.#records.has(subjectOf(entry)));
    if (kept.length < entries.length) await this.#folder.rewrite(number2, kept);
  }
  /** Adds an entry; entries that come while the disk is busy share the next write. */
  #append(entry) {
    return new Promise((resolve2, reject) => {
      this.#waiting.push({ entry, resolve: resolve2, reject });
      this.#flushing ??= this.#flush().finally(() => {
        this.#flushing = void 0;
      });
    });
  }
  async #flush() {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(batch.map(({ entry }) => entry));
        for (const { resolve: resolve2 } of batch) resolve2();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
  }
  async #write(entries) {
    const mustLast = entries.some(({ type }) => type === "claim");
    for (;;) {
      const segment = this.#segment;
      segment.append(entries);
      this.#catchUp();
      if (segment !== this.#segment) continue;
      if (mustLast) await this.#sync(segment);
      break;
    }
    if (this.#segment.bytes >= this.#segmentBytes) await this.#seal();
  }
  async #sync(segment) {
    if (this.#failure !== void 0) throw this.#failure;
    try {
      await segment.sync();
      if (this.#isNewFile) await this.#folder.sync();
      this.#isNewFile = false;
    } catch (cause) {
      this.#failure = new Error("the journal cannot be sure of its disk any more; open it again", { cause });
      throw this.#failure;
    }
  }
  async #seal() {
    this.#segment.append([{ type: "seal" }]);
    this.#catchUp();
    await this.compact();
  }
  /** Reads on, over the seals of files, to where nothing more stands. */
  #catchUp() {
    for (;;) {
      for (const entry of this.#segment.readOn()) this.#apply(entry);
      if (!this.#segment.isSealed) return;
      const number2 = this.#segment.number + 1;
      this.#damagedBefore += this.#segment.damaged;
      this.#segment.leave();
      this.#isNewFile = !this.#folder.numbers().includes(number2);
      this.#segment = new Segment(this.#folder.pathOf(number2), number2);
    }
  }
  #apply(entry) {
    if (entry.type === "claim") {
      const { operationId } = entry.record;
      if (!this.#records.has(operationId)) this.#records.set(operationId, entry.record);
    } else if (entry.type === "delete") this.#records.delete(entry.operationId);
    else if (entry.type === "update") {
      const record2 = this.#records.get(entry.operationId);
      if (record2 !== void 0) this.#records.set(entry.operationId, patched(record2, entry.patch));
    }
  }
  #isOld(record2) {
    return !isPending(record2) && record2.claimedAtMs + this.#keepSettledMs < Date.now();
  }
};

// src/client.bench.ts
var url = "https://api.example.com/charges";
var init = { method: "POST", headers: { "content-type": "application/json" }, body: '{"amount":1000}' };
var answer2 = JSON.stringify({ id: "ch_1", status: "succeeded" });
var instant = async () => new Response(answer2, { status: 201, headers: { "content-type": "application/json" } });
function overhead() {
  const client = createIdempotentFetch({ fetch: instant });
  return {
    title: "A call whose answer comes at once, its JSON read",
    note: "Baseline: the fetch beneath. Wanted: at most 15 \xB5s more.",
    cases: [
      { name: "fetch", run: async () => (await instant(url, init)).json() },
      { name: "@oncekey/client", run: async () => (await client(url, init)).json() },
    ],
  };
}
function record(operationId) {
  const headers = [["content-type", "application/json"]];
  const request3 = { method: "POST", url, headers, body: Buffer.from(init.body) };
  return {
    operationId,
    key: crypto.randomUUID(),
    fingerprint: "0f".repeat(32),
    request: request3,
    state: "intent",
    claimedAtMs: 0,
  };
}
function journalling(folder, journal) {
  const descriptor = openSync2(join4(folder, "bare"), "a");
  const line = Buffer.from(`
01234567 ${JSON.stringify({ type: "claim", record: record("operation-1000000") })}
`);
  let count2 = 0;
  return {
    title: "An operation written down, on the disk",
    note: "Baseline: one append of as many bytes and one fdatasync. Wanted: at most 1.25 of it.",
    cases: [
      {
        name: "append + fdatasync",
        run: () =>
          new Promise((resolve2, reject) => {
            writeSync2(descriptor, line);
            fdatasync2(descriptor, (error) => (error === null ? resolve2() : reject(error)));
          }),
      },
      {
        name: "fileJournal.claim",
        run: () => {
          count2 += 1;
          return journal.claim(record(`operation-${count2}`));
        },
      },
    ],
  };
}
var clientSuite = {
  name: "client",
  open: async () => {
    const folder = mkdtempSync(join4(tmpdir(), "oncekey-bench-"));
    const journal = fileJournal(join4(folder, "journal"));
    return {
      groups: [overhead(), journalling(folder, journal)],
      close: async () => {
        await journal.close();
        rmSync(folder, { recursive: true });
      },
    };
  },
};

import {
  ConditionalCheckFailedException as ConditionalCheckFailedException2,
  DynamoDBClient as DynamoDBClient2,
  GetItemCommand as GetItemCommand3,
  PutItemCommand as PutItemCommand3,
  UpdateItemCommand as UpdateItemCommand3,
} from "@aws-sdk/client-dynamodb";
import { startDynamoDB as startDynamoDB2 } from "@oncekey/services";
// src/dynamodb.bench.ts
import { randomBytes } from "crypto";

var DAY_MS4 = 864e5;
var KEPT = 256;
var BURST = 64;
var TABLE2 = "oncekey_records";
var FLOOR2 = "floor";
var fingerprint2 = `s1:${"x".repeat(43)}`;
var running2 = { state: "in-progress", fingerprint: fingerprint2, attempt: 1, leaseMs: 3e4 };
var completed2 = { state: "completed", fingerprint: fingerprint2, attempt: 1, result: randomBytes(350) };
var runningBytes2 = encodeRecord(running2);
var completedBytes2 = encodeRecord(completed2);
function bareClient(client) {
  const put = (id) =>
    new PutItemCommand3({
      TableName: FLOOR2,
      Item: { id: { S: id }, version: { S: "v1" }, record: { B: runningBytes2 }, ttl: { N: "1900000000" } },
      ConditionExpression: "attribute_not_exists(id)",
    });
  const update = (id) =>
    new UpdateItemCommand3({
      TableName: FLOOR2,
      Key: { id: { S: id } },
      UpdateExpression: "SET version = :v, #r = :r",
      ExpressionAttributeNames: { "#r": "record" },
      ExpressionAttributeValues: { ":v": { S: "v2" }, ":r": { B: completedBytes2 } },
    });
  const get = (id) => new GetItemCommand3({ TableName: FLOOR2, Key: { id: { S: id } }, ConsistentRead: true });
  return {
    name: "bare client",
    first: async (id) => {
      await client.send(put(id));
      await client.send(update(id));
    },
    replay: (id) => client.send(get(id)),
  };
}
function bareRefusal(client) {
  const bare = bareClient(client);
  const put = (id) =>
    new PutItemCommand3({
      TableName: FLOOR2,
      Item: { id: { S: id }, version: { S: "v1" }, record: { B: runningBytes2 }, ttl: { N: "1900000000" } },
      ConditionExpression: "attribute_not_exists(id)",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
  return {
    name: "bare client, refused PutItem",
    first: bare.first,
    replay: async (id) => {
      const answer3 = await client.send(put(id)).catch((error) => error);
      if (!(answer3 instanceof ConditionalCheckFailedException2)) throw answer3;
    },
  };
}
function store(name, client, options = {}) {
  const dynamodb = new DynamoDBStore(client, { table: TABLE2, ...options });
  return {
    name,
    first: async (id) => {
      await dynamodb.create(id, "v1", running2, DAY_MS4);
      await dynamodb.replace(id, "v1", "v2", completed2);
    },
    replay: (id) => dynamodb.create(id, "v3", running2, DAY_MS4),
  };
}
function countersOf(client) {
  const requests = [];
  client.middlewareStack.add(
    (next, { commandName = "" }) =>
      async (args) => {
        const name = commandName.replace("Command", "");
        const index = requests.push(`${name} (refused)`) - 1;
        const result2 = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: "TOTAL" } });
        const { ConsumedCapacity: { CapacityUnits = "?" } = {} } = Object(result2.output);
        requests[index] = `${name} (${CapacityUnits} ${name === "GetItem" ? "RCU" : "WCU"})`;
        return result2;
      },
    { step: "initialize" },
  );
  return requests;
}
async function costsOf(path, endpoint, id) {
  const counting = connect6(endpoint);
  const requests = countersOf(counting);
  const sent2 = [];
  for (const contender of contendersOf(path, counting)) {
    await contender[path](id());
    sent2.push(requests.splice(0).join(" + "));
  }
  counting.destroy();
  const client = connect6(endpoint);
  const contenders = contendersOf(path, client);
  const processor = await processorTimes(contenders, (contender) => contender[path](id()));
  client.destroy();
  return contenders
    .map(({ name }, index) => {
      const { median: median3 = 0, ratio: ratio2 = 0 } = processor[index] ?? {};
      return `${name}: ${sent2[index]}, ${median3.toFixed(0)} \xB5s of processor time (${ratio2.toFixed(2)})`;
    })
    .join("; ");
}
async function processorTimes(contenders, run) {
  const rounds = [];
  for (let round = 0; round < 40; round++) {
    const times = [];
    for (const contender of contenders) {
      const before = process.cpuUsage();
      await Promise.all(Array.from({ length: BURST }, () => run(contender)));
      const { user, system } = process.cpuUsage(before);
      times.push((user + system) / BURST);
    }
    rounds.push(times);
  }
  const warm = rounds.slice(10);
  return contenders.map((_, index) => ({
    median: medianOf(warm.map((times) => times[index] ?? 0)),
    ratio: medianOf(warm.map((times) => (times[index] ?? 0) / (times[0] ?? 0))),
  }));
}
function medianOf(values2) {
  return values2.toSorted((a, b) => a - b)[Math.floor(values2.length / 2)] ?? Number.NaN;
}
function contendersOf(path, client) {
  return [
    bareClient(client),
    ...(path === "replay" ? [bareRefusal(client)] : []),
    store("DynamoDBStore", client),
    store("DynamoDBStore, readFirst", client, { readFirst: true }),
  ];
}
function connect6(endpoint) {
  return new DynamoDBClient2({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
    requestHandler: { httpAgent: { keepAlive: true, maxSockets: BURST } },
  });
}
function freshId() {
  return randomBytes(32).toString("base64url");
}
function groupsOf(client, kept, costs) {
  let next = 0;
  const idFor = (path) => (path === "first" ? freshId() : (kept[next++ % KEPT] ?? ""));
  const group = (path, title, atOnce, hot = false) => {
    const caseOf = (contender) => {
      const one = () => contender[path](hot ? (kept[0] ?? "") : idFor(path));
      const many = () => Promise.all(Array.from({ length: atOnce }, one));
      return { name: contender.name, run: atOnce === 1 ? one : many };
    };
    const [floor4, ...others] = contendersOf(path, client);
    const wanted = path === "first" ? "a conditional PutItem and an UpdateItem" : "a GetItem of as many bytes";
    return {
      title,
      note: `Baseline: the bare client's ${wanted}. Wanted: a speed of 0.95. One run of each \u2014 ${costs[path]}.`,
      cases: [caseOf(floor4), ...others.map(caseOf)],
    };
  };
  return [
    group("first", "A first request (claim + completion)", 1),
    group("first", `${BURST} first requests at once`, BURST),
    group("replay", "A replay", 1),
    group("replay", `${BURST} replays of different keys at once`, BURST),
    group("replay", `${BURST} replays of one key at once`, BURST, true),
  ];
}
var dynamodbSuite = {
  name: "dynamodb",
  open: async () => {
    const server = await startDynamoDB2();
    const client = connect6(server.endpoint);
    await createTable(client, { table: TABLE2 });
    await createTable(client, { table: FLOOR2 });
    const kept = Array.from({ length: KEPT }, freshId);
    for (const { first } of contendersOf("first", client).slice(0, 2)) for (const id of kept) await first(id);
    const costs = {
      first: await costsOf("first", server.endpoint, freshId),
      replay: await costsOf("replay", server.endpoint, () => kept[0] ?? ""),
    };
    return {
      groups: groupsOf(client, kept, costs),
      close: async () => {
        client.destroy();
        await server.stop();
      },
    };
  },
};

// src/engine.bench.ts
import { createHash } from "crypto";

var body2 = { amount: 1e3, currency: "usd", customer: "cus_4QFJOjw2pOmAGJ", capture: true };
var bytes = Buffer.from(JSON.stringify(body2));
var result = { id: "ch_1", status: "succeeded" };
function handWritten() {
  const kept = /* @__PURE__ */ new Map();
  return async (key, handler2) => {
    const digest = createHash("sha256").update(JSON.stringify(body2)).digest("hex");
    const known = kept.get(key);
    if (known !== void 0) return known.digest === digest && known.answer !== void 0 ? JSON.parse(known.answer) : void 0;
    kept.set(key, { digest });
    const answer3 = await handler2();
    kept.set(key, { digest, answer: JSON.stringify(answer3) });
    return answer3;
  };
}
function engine() {
  const oncekey = createOncekey({ store: new MemoryStore({ maxEntries: 1e8 }) });
  const request3 = { method: "POST", path: "/v1/charges", contentType: "application/json", body: bytes };
  return (key, handler2) => oncekey.run({ key, scope: "acct_1", fingerprint: fingerprint(request3) }, handler2);
}
var handler = async () => result;
var KEYS_PER_STORE = 1e4;
function firstRequests(make) {
  let run = make();
  let count2 = 0;
  return () => {
    if (count2++ % KEYS_PER_STORE === 0) run = make();
    return run(`key-${count2}`, handler);
  };
}
function firstRequest() {
  return {
    title: `A first request over memory, its fingerprint of ${bytes.length} bytes included`,
    note: "Baseline: hand-written, with a Map and a hash, without leases, owners, time-outs or retention. Wanted: 6 \xB5s at most.",
    cases: [
      { name: "hand-written Map + SHA-256", run: firstRequests(handWritten) },
      { name: "Oncekey over MemoryStore", run: firstRequests(engine) },
    ],
  };
}
async function replay() {
  const floor4 = handWritten();
  const oncekey = engine();
  await floor4("key", handler);
  await oncekey("key", handler);
  return {
    title: "A replay over memory, its fingerprint included",
    note: "Baseline: the same. Wanted: 3.5 \xB5s at most.",
    cases: [
      { name: "hand-written Map + SHA-256", run: () => floor4("key", handler) },
      { name: "Oncekey over MemoryStore", run: () => oncekey("key", handler) },
    ],
  };
}
var engineSuite = {
  name: "engine",
  open: async () => ({ groups: [firstRequest(), await replay()], close: async () => {} }),
};

// src/fingerprint.bench.ts
import { createHash as createHash2, createHmac, hash } from "crypto";

// ../../node_modules/.pnpm/canonicalize@4.0.0/node_modules/canonicalize/lib/canonicalize.js
function hasLoneSurrogate(value) {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code >= 55296 && code <= 56319) {
      if (i === value.length - 1) {
        return true;
      }
      const next = value.charCodeAt(i + 1);
      if (!(next >= 56320 && next <= 57343)) {
        return true;
      }
      i++;
    } else if (code >= 56320 && code <= 57343) {
      return true;
    }
  }
  return false;
}
function canonicalize(object, seen = /* @__PURE__ */ new Set()) {
  if (typeof object === "number" && isNaN(object)) {
    throw new Error("NaN is not allowed");
  }
  if (typeof object === "number" && !isFinite(object)) {
    throw new Error("Infinity is not allowed");
  }
  if (typeof object === "string" && hasLoneSurrogate(object)) {
    throw new Error("Lone surrogate is not allowed");
  }
  if (object === null || typeof object !== "object") {
    return JSON.stringify(object);
  }
  if (typeof object.toJSON === "function") {
    if (seen.has(object)) {
      throw new Error("Circular reference detected");
    }
    seen.add(object);
    const result3 = canonicalize(object.toJSON(), seen);
    seen.delete(object);
    return result3;
  }
  if (seen.has(object)) {
    throw new Error("Circular reference detected");
  }
  seen.add(object);
  let result2;
  if (Array.isArray(object)) {
    const values2 = object.map((cv) => {
      const value = cv === void 0 || typeof cv === "symbol" ? null : cv;
      return canonicalize(value, seen);
    });
    result2 = `[${values2.join(",")}]`;
  } else {
    const parts = [];
    for (const key of Object.keys(object).sort()) {
      if (object[key] === void 0 || typeof object[key] === "symbol") {
        continue;
      }
      parts.push(`${canonicalize(key)}:${canonicalize(object[key], seen)}`);
    }
    result2 = `{${parts.join(",")}}`;
  }
  seen.delete(object);
  return result2;
}

// ../../node_modules/.pnpm/json-canonicalize@3.0.1/node_modules/json-canonicalize/dist/index.mjs
var CircularRootPathName = "$";
function _serialize(obj, options) {
  let buffer = "";
  const vInclude = options && options.include;
  let vExclude = options && options.exclude;
  if (vExclude) {
    if (typeof vExclude === "string") vExclude = [vExclude];
  }
  if (vInclude) vInclude.sort();
  const visited = /* @__PURE__ */ new WeakMap();
  const allowCircular = options && options.allowCircular;
  const filterUndefined = options && options.filterUndefined;
  const undefinedInArrayToNull = options && options.undefinedInArrayToNull;
  const strictUndefined = options && options.strictUndefined;
  serialize(obj, CircularRootPathName);
  return buffer;
  function serialize(object, path) {
    if (strictUndefined && object === void 0) {
      throw new Error(`undefined is not permitted in JSON at "${path}" (strictUndefined)`);
    }
    if (object === null || typeof object !== "object" || object.toJSON != null) {
      if (typeof object === "number" && !Number.isFinite(object)) {
        throw new Error(`Non-finite number (${object}) is not permitted in JSON (RFC 8785 \xA73.2.2.3)`);
      }
      buffer += JSON.stringify(object);
    } else if (Array.isArray(object)) {
      const visitedPath = visited.get(object);
      if (visitedPath !== void 0) {
        if (path.startsWith(visitedPath)) {
          if (!allowCircular) {
            throw new Error("Circular reference detected");
          }
          buffer += '"[Circular:' + visitedPath + ']"';
          return;
        }
      }
      visited.set(object, path);
      buffer += "[";
      let next = false;
      object.forEach((element, index) => {
        if (next) {
          buffer += ",";
        }
        next = true;
        if (element === void 0 && strictUndefined) {
          throw new Error(`undefined is not permitted in JSON at "${path}[${index}]" (strictUndefined)`);
        }
        if (undefinedInArrayToNull && element === void 0) {
          element = null;
        }
        serialize(element, `${path}[${index}]`);
      });
      buffer += "]";
    } else {
      const visitedPath = visited.get(object);
      if (visitedPath !== void 0) {
        if (path.startsWith(visitedPath)) {
          if (!allowCircular) {
            throw new Error("Circular reference detected");
          }
          buffer += '"[Circular:' + visitedPath + ']"';
          return;
        }
      }
      visited.set(object, path);
      buffer += "{";
      let next = false;
      const addProp = (property) => {
        if (vExclude && vExclude.includes(property)) {
          return;
        }
        if (strictUndefined && object[property] === void 0) {
          throw new Error(`undefined is not permitted in JSON at "${path}.${property}" (strictUndefined)`);
        }
        if (next) {
          buffer += ",";
        }
        next = true;
        buffer += JSON.stringify(property);
        buffer += ":";
        serialize(object[property], `${path}.${property}`);
      };
      if (path === CircularRootPathName && vInclude) {
        vInclude.forEach((property) => {
          if (Object.hasOwn(object, property)) {
            addProp(property);
          }
        });
      } else {
        let vKeys = Object.keys(object);
        if (filterUndefined && !strictUndefined) {
          vKeys = vKeys.filter((k) => object[k] !== void 0);
        }
        vKeys.sort();
        vKeys.forEach((property) => {
          addProp(property);
        });
      }
      buffer += "}";
    }
  }
}
function canonicalize2(obj, allowCircular) {
  return _serialize(obj, {
    allowCircular,
    filterUndefined: true,
    undefinedInArrayToNull: true,
  });
}

// src/bodies.ts
function smallCharge() {
  return {
    amount: 1e3,
    currency: "usd",
    customer: "cus_9s6XKzkNRiz8i3",
    description: "Order 1234 for a customer",
    metadata: { order_id: "6735", region: "eu" },
    capture: true,
    statement: "ACME",
    qty: 2,
    net: 12.5,
  };
}
function largeOrder() {
  const items = Array.from({ length: 330 }, (_, index) => ({
    sku: `SKU-${1e5 + index * 37}`,
    name: index % 5 === 0 ? "Cr\xE8me br\xFBl\xE9e, f\xFCr zwei" : "Enamelled steel baking tray, large",
    quantity: (index % 7) + 1,
    unit_price: { currency: "EUR", amount: 1999 + index, tax_rate: 0.19 },
    dimensions_cm: [30.5, 20 + index / 4, 4.25],
    note: index % 9 === 0 ? 'Leave at the "side" door\nand ring twice' : null,
    gift: index % 3 === 0,
    warehouse: { lat: 52.520008 + index / 1e3, lng: 13.404954, id: `wh_${index % 12}` },
    tags: ["kitchen", "steel", `batch-${index % 20}`],
  }));
  return { reference: "ord_8e03978e40d5", customer: { name: "\u0141ucja Nowak", email: "lucja@example.org" }, items };
}
function reorderings(value, count2) {
  const members = Object.entries(value);
  return Array.from({ length: count2 }, (_, turn) =>
    Object.fromEntries(
      members
        .map((member2, index) => ({ member: member2, place: Math.sin((turn + 1) * (index + 1) * 997) }))
        .sort((a, b) => a.place - b.place)
        .map(({ member: member2 }) => member2),
    ),
  );
}

// src/fingerprint.bench.ts
var SECRET = "a secret of the server, 32 bytes";
function request2(text2) {
  return { method: "POST", path: "/v1/charges", contentType: "application/json", body: Buffer.from(text2) };
}
function canonicalThenHash(text2) {
  return createHash2("sha256")
    .update(canonicalize(JSON.parse(text2)) ?? "")
    .digest("base64url");
}
function smallBody() {
  const text2 = JSON.stringify(smallCharge());
  const body3 = Buffer.from(text2);
  const unsorted = request2(text2);
  const sorted = request2(canonicalize(smallCharge()) ?? "");
  const routes = reorderings(smallCharge(), 5).map((value) => request2(JSON.stringify(value)));
  let next = 0;
  const raw = { ...unsorted, contentType: "application/octet-stream" };
  return {
    title: `A JSON body of ${body3.length} bytes`,
    note: "Baseline: SHA-256 of the raw bytes. Wanted of a fingerprint without a secret: a time of 2 at most.",
    cases: [
      { name: "SHA-256 of the bytes, createHash", run: () => createHash2("sha256").update(body3).digest("base64url") },
      { name: "SHA-256 of the bytes, crypto.hash", run: () => hash("sha256", body3, "base64url") },
      { name: "fingerprint, members as a client sends them", run: () => fingerprint(unsorted) },
      { name: "fingerprint, members in order", run: () => fingerprint(sorted) },
      {
        name: "fingerprint, five layouts in turns",
        run: () => fingerprint(routes[next++ % routes.length] ?? unsorted),
      },
      { name: "fingerprint of the same bytes as raw", run: () => fingerprint(raw) },
      { name: "fingerprint with a secret", run: () => fingerprint(unsorted, { hmacKey: SECRET }) },
      { name: "HMAC of the bytes", run: () => createHmac("sha256", SECRET).update(body3).digest("base64url") },
      { name: "canonicalize(JSON.parse) + SHA-256", run: () => canonicalThenHash(text2) },
    ],
  };
}
function manyLayouts() {
  const body3 = Buffer.from(JSON.stringify(smallCharge()));
  const mixed = reorderings(smallCharge(), 100).map((value) => request2(JSON.stringify(value)));
  let next = 0;
  return {
    title: `A JSON body of ${body3.length} bytes, its members in another order each time`,
    note: "Baseline: SHA-256 of the raw bytes. No client does this; it shows what a body costs that is laid out like none of late.",
    cases: [
      { name: "SHA-256 of the bytes, createHash", run: () => createHash2("sha256").update(body3).digest("base64url") },
      {
        name: "fingerprint, a hundred layouts in turns",
        run: () => fingerprint(mixed[next++ % mixed.length] ?? request2("")),
      },
    ],
  };
}
function largeBody() {
  const text2 = JSON.stringify(largeOrder());
  const body3 = Buffer.from(text2);
  const described = request2(text2);
  const indented = request2(JSON.stringify(largeOrder(), null, 2));
  const parsed = { ...described, body: { parsed: largeOrder() } };
  return {
    title: `A JSON body of ${Math.round(body3.length / 1e3)} KB`,
    note: "Baseline: canonicalize(JSON.parse(text)) + SHA-256. Wanted of the fingerprint: a speed of 1.5 at least.",
    cases: [
      { name: "canonicalize(JSON.parse) + SHA-256", run: () => canonicalThenHash(text2) },
      {
        name: "json-canonicalize(JSON.parse) + SHA-256",
        run: () => hash("sha256", canonicalize2(JSON.parse(text2)), "base64url"),
      },
      { name: "fingerprint of the bytes", run: () => fingerprint(described) },
      { name: "fingerprint of the text", run: () => fingerprint({ ...described, body: text2 }) },
      { name: "fingerprint of the same, indented", run: () => fingerprint(indented) },
      { name: "fingerprint of the parsed value", run: () => fingerprint(parsed) },
      { name: "JSON.parse alone", run: () => JSON.parse(text2) },
      { name: "SHA-256 of the bytes", run: () => hash("sha256", body3, "base64url") },
    ],
  };
}
function identity() {
  const key = "8e03978e-40d5-43e8-bc93-6894a57f9324";
  return {
    title: "The record's id",
    note: "Baseline: SHA-256 of the same parts joined by colons, which is what hand-written code does.",
    cases: [
      {
        name: "SHA-256 of a template string",
        run: () => createHash2("sha256").update(`default:acct_1:${key}`).digest("base64url"),
      },
      { name: "recordId", run: () => recordId("default", "acct_1", key) },
    ],
  };
}
var fingerprintSuite = {
  name: "fingerprint",
  open: async () => ({ groups: [smallBody(), largeBody(), identity(), manyLayouts()], close: async () => {} }),
};

import { startPostgres as startPostgres2 } from "@oncekey/services";
// src/growth.bench.ts
import { createHash as createHash3, randomBytes as randomBytes2 } from "crypto";
import { Pool as Pool2 } from "pg";

var DAY_MS5 = 864e5;
var SIZES = (process.env["ONCEKEY_BENCH_RECORDS"] ?? "10000,1000000").split(",").map(Number);
var CALLERS = 8;
var WINDOW_MS = 1500;
var WINDOWS = 4;
var EXPIRED = 6e4;
var fingerprint3 = `s1:${"x".repeat(43)}`;
var running3 = { state: "in-progress", fingerprint: fingerprint3, attempt: 1, leaseMs: 3e4 };
var completed3 = { state: "completed", fingerprint: fingerprint3, attempt: 1, result: randomBytes2(350) };
function idOf(n) {
  return createHash3("sha256").update(`grown ${n}`).digest("base64url");
}
async function fill(client, table2, from2, to, life) {
  const text2 = `INSERT INTO ${table2} (written_at, expires_at, id, version, record)
    SELECT now(), now() + ${life}, made.id, substr(made.id, 1, 12), $3::bytea
    FROM generate_series($1::bigint, $2::bigint) AS n,
      LATERAL (SELECT translate(encode(sha256(convert_to('grown ' || n, 'UTF8')), 'base64'), '+/=', '-_') AS id) AS made`;
  await client.query(text2, [from2, to, encodeRecord(completed3)]);
}
async function grow(pool, count2) {
  const table2 = `grown_${count2}`;
  await migrate(pool, { table: table2 });
  const client = await pool.connect();
  await client.query(`BEGIN; TRUNCATE ${table2}; DROP INDEX ${table2}_expires_at_idx;
    ALTER TABLE ${table2} DROP CONSTRAINT ${table2}_pkey`);
  await fill(client, table2, 1, count2, "interval '7 days' + n * interval '1 ms'");
  await client.query(`ALTER TABLE ${table2} ADD PRIMARY KEY (id); CREATE INDEX ON ${table2} (expires_at); COMMIT`);
  client.release();
  await pool.query(`VACUUM ANALYZE ${table2}`);
  return { count: count2, table: table2, store: new PostgresStore(pool, { table: table2 }), idOf };
}
function labelOf({ count: count2 }) {
  return count2 >= 1e6 ? `${count2 / 1e6} million` : `${count2 / 1e3} thousand`;
}
function casesOf(grown, run) {
  const [baseline, ...others] = grown.map((each) => ({ name: `${labelOf(each)} live records`, run: run(each) }));
  if (baseline === void 0) throw new TypeError("ONCEKEY_BENCH_RECORDS names no number of records");
  return [baseline, ...others];
}
function growthGroups(grown, remark) {
  const wanted = "Wanted: a time of at most 1.2.";
  const anyOf = ({ count: count2, idOf: idOf3 }) => idOf3(1 + Math.floor(Math.random() * count2));
  const first = async ({ store: store3 }) => {
    const id = randomBytes2(32).toString("base64url");
    await store3.create(id, "v1", running3, DAY_MS5);
    await store3.replace(id, "v1", "v2", completed3);
  };
  const replay2 = (each) => each.store.create(anyOf(each), "v3", running3, DAY_MS5);
  const burst = (one) => () => Promise.all(Array.from({ length: 64 }, one));
  return [
    { title: "A first request", note: wanted, cases: casesOf(grown, (each) => () => first(each)) },
    { title: "64 first requests at once", note: wanted, cases: casesOf(grown, (each) => burst(() => first(each))) },
    { title: "A replay of any of them", note: wanted, cases: casesOf(grown, (each) => () => replay2(each)) },
    {
      title: "64 replays of any of them at once",
      note: `${wanted}

${remark}`,
      cases: casesOf(grown, (each) => burst(() => replay2(each))),
    },
  ];
}
async function sweepEffect(pool, table2) {
  const alone = [];
  const beside = [];
  let swept = 0;
  for (let window = 0; window < WINDOWS; window++) {
    const from2 = table2.count + 1 + window * EXPIRED;
    await fill(pool, table2.table, from2, from2 + EXPIRED - 1, "interval '-1 second'");
    await callFor(table2, alone);
    const sweeper = { on: true };
    const sweeping = (async () => {
      while (sweeper.on) swept += await table2.store.sweep();
    })();
    await callFor(table2, beside);
    sweeper.on = false;
    await sweeping;
    while ((await table2.store.sweep(1e4)) > 0);
    await pool.query(`VACUUM ${table2.table}`);
  }
  const [p50, p99] = [0.5, 0.99].map((share2) => `${at(alone, share2)} without, ${at(beside, share2)} beside it`);
  return `A first request and a replay of ${CALLERS} callers, on ${labelOf(table2)} live records, while a sweeper deletes 1,000 expired records at a time without a pause (${swept} in all): p50 ${p50}; p99 ${p99}.`;
}
async function callFor({ store: store3, count: count2 }, latencies) {
  const end = performance.now() + WINDOW_MS;
  const caller = async () => {
    while (performance.now() < end) {
      const start = performance.now();
      const id = randomBytes2(32).toString("base64url");
      await store3.create(id, "v1", running3, DAY_MS5);
      await store3.replace(id, "v1", "v2", completed3);
      await store3.create(idOf(1 + Math.floor(Math.random() * count2)), "v3", running3, DAY_MS5);
      latencies.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
}
function at(values2, share2) {
  const sorted = values2.toSorted((a, b) => a - b);
  return `${(sorted[Math.floor((sorted.length - 1) * share2)] ?? Number.NaN).toFixed(1)} ms`;
}
var growthSuite = {
  name: "growth",
  open: async () => {
    const server = await startPostgres2({
      settings: {
        fsync: "on",
        shared_buffers: "1GB",
        max_wal_size: "8GB",
        maintenance_work_mem: "1GB",
        wal_level: "minimal",
        max_wal_senders: "0",
      },
    });
    const pool = new Pool2({ connectionString: server.url, max: 10 });
    pool.on("error", () => {});
    const close = async () => {
      await pool.end();
      await server.stop();
    };
    try {
      const grown = [];
      for (const count2 of SIZES) grown.push(await grow(pool, count2));
      const largest = grown.at(-1);
      const sweeping = largest === void 0 ? "" : await sweepEffect(pool, largest);
      await pool.query("CHECKPOINT");
      return { groups: growthGroups(grown, sweeping), close };
    } catch (error) {
      await close();
      throw error;
    }
  },
};

import { startPostgres as startPostgres3 } from "@oncekey/services";
// src/postgres.bench.ts
import { randomBytes as randomBytes3 } from "crypto";
// src/postgres-cpu.ts
import { readFileSync } from "fs";
import { Pool as Pool3 } from "pg";

var ROUNDS = 40;
var TURN_MS = 10;
async function processorTimes2(pool, cases) {
  if (process.platform !== "linux") return "Processor time is measured on Linux only.";
  const { rows: rows2 } = await pool.query("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'");
  const pids = rows2.map(({ pid }) => pid);
  const spent = cases.map(() => ({ server: [], client: [] }));
  for (let round = 0; round < ROUNDS; round++) {
    for (let turn = 0; turn < cases.length; turn++) {
      const index = (round + turn) % cases.length;
      const server = serverMicroseconds(pids);
      const client = process.cpuUsage();
      const end = performance.now() + TURN_MS;
      let runs = 0;
      for (; performance.now() < end; runs++) await cases[index]?.run();
      const { user, system } = process.cpuUsage(client);
      spent[index]?.server.push((serverMicroseconds(pids) - server) / runs);
      spent[index]?.client.push((user + system) / runs);
    }
  }
  const times = spent.map(({ server, client }) => ({ server: median2(server), client: median2(client) }));
  const [baseline] = times;
  const parts = times.map(({ server, client }, index) => {
    const ratio2 = ((baseline?.server ?? 0) + (baseline?.client ?? 0)) / (server + client);
    return `${cases[index]?.name} ${server.toFixed(0)} + ${client.toFixed(0)} \xB5s (speed ${ratio2.toFixed(2)})`;
  });
  return `Processor time, server + client: ${parts.join("; ")}.`;
}
function serverMicroseconds(pids) {
  const nanoseconds = pids.map((pid) => Number(readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[0]));
  return nanoseconds.reduce((sum, each) => sum + each, 0) / 1e3;
}
function median2(values2) {
  return values2.toSorted((a, b) => a - b)[values2.length >> 1] ?? Number.NaN;
}

// src/postgres.bench.ts
var DAY_MS6 = 864e5;
var KEPT2 = 512;
var BURST2 = 64;
var fingerprint4 = `s1:${"x".repeat(43)}`;
var running4 = { state: "in-progress", fingerprint: fingerprint4, attempt: 1, leaseMs: 3e4 };
var completed4 = { state: "completed", fingerprint: fingerprint4, attempt: 1, result: randomBytes3(350) };
var runningBytes3 = encodeRecord(running4);
var completedBytes3 = encodeRecord(completed4);
function bareDriver(pool, prepare3) {
  const send = (name, text2, values2) =>
    pool.query(prepare3 ? { name, text: text2, values: values2 } : { text: text2, values: values2 });
  return {
    name: "bare driver",
    first: async (id) => {
      await send("insert", "INSERT INTO floor VALUES ($1, $2, $3, now() + interval '1 day')", [
        id,
        "v1",
        runningBytes3,
      ]);
      await send("update", "UPDATE floor SET version = $2, record = $3 WHERE id = $1", [id, "v2", completedBytes3]);
    },
    replay: (id) => send("select", "SELECT record FROM floor WHERE id = $1", [id]),
  };
}
function store2(pool, prepare3) {
  const postgres = prepare3 ? new PostgresStore(pool) : new PostgresStore(pool, { prepare: prepare3 });
  return {
    name: "PostgresStore",
    first: async (id) => {
      await postgres.create(id, "v1", running4, DAY_MS6);
      await postgres.replace(id, "v1", "v2", completed4);
    },
    replay: (id) => postgres.create(id, "v3", running4, DAY_MS6),
  };
}
function groupsOf2(contenders, kept, how) {
  let next = 0;
  const one = (path) => (contender) => () =>
    contender[path](path === "first" ? randomBytes3(32).toString("base64url") : (kept[next++ % KEPT2] ?? ""));
  const burst = (path) => (contender) => {
    const run = one(path)(contender);
    return () => Promise.all(Array.from({ length: BURST2 }, run));
  };
  const hot = ({ replay: replay2 }) => {
    return () => Promise.all(Array.from({ length: BURST2 }, () => replay2(kept[0] ?? "")));
  };
  const group = (title, wanted, make) => {
    const [floor4, ours] = contenders;
    const note = `Baseline: the bare driver's ${wanted}`;
    return {
      title: `${title}, ${how}`,
      note,
      cases: [
        { name: floor4.name, run: make(floor4) },
        { name: ours.name, run: make(ours) },
      ],
    };
  };
  const writes = "INSERT and UPDATE by primary key. Wanted: a speed of 0.95.";
  const read = "SELECT by primary key, of as many bytes. Wanted: a speed of 0.95.";
  return [
    group("A first request (claim + completion)", writes, one("first")),
    group(`${BURST2} first requests at once, 10 connections`, writes, burst("first")),
    group("A replay", read, one("replay")),
    group(`${BURST2} replays of different keys at once, 10 connections`, read, burst("replay")),
    group(`${BURST2} replays of one key at once, 10 connections`, read, hot),
  ];
}
var postgresSuite = {
  name: "postgres",
  open: async () => {
    const server = await startPostgres3({ settings: { fsync: "on", shared_buffers: "256MB", max_wal_size: "4GB" } });
    const pool = new Pool3({ connectionString: server.url, max: 10, idleTimeoutMillis: 0 });
    pool.on("error", () => {});
    await migrate(pool);
    await pool.query(`CREATE TABLE floor (id text COLLATE "C" PRIMARY KEY, version text NOT NULL, record bytea NOT NULL,
      expires_at timestamptz NOT NULL) WITH (fillfactor = 70)`);
    const kept = Array.from({ length: KEPT2 }, () => randomBytes3(32).toString("base64url"));
    const groups = [true, false].map((prepare3) => {
      const contenders = [bareDriver(pool, prepare3), store2(pool, prepare3)];
      return { contenders, how: prepare3 ? "prepared statements" : "no prepared statements" };
    });
    for (const { first } of groups[0]?.contenders ?? []) for (const id of kept) await first(id);
    const all = groups.flatMap(({ contenders, how }) => groupsOf2(contenders, kept, how));
    const measured = [];
    for (const group of all) {
      await Promise.all(Array.from({ length: BURST2 }, () => pool.query("SELECT pg_sleep(0.02)")));
      for (let count2 = 0; count2 < 10; count2++) for (const { run } of group.cases) await run();
      measured.push({ ...group, note: `${group.note} ${await processorTimes2(pool, group.cases)}` });
    }
    return {
      groups: measured,
      close: async () => {
        await pool.end();
        await server.stop();
      },
    };
  },
};

import { startRedis as startRedis3 } from "@oncekey/services";
// src/redis.bench.ts
import { randomBytes as randomBytes4 } from "crypto";
import { Redis as Redis3 } from "ioredis";
import { createClient as createClient3 } from "redis";

var DAY_MS7 = 864e5;
var KEPT3 = 512;
var BURST3 = 64;
var LATENCY_MS = 1e3;
var LATENCY_ROUNDS = 3;
var fingerprint5 = `s1:${"x".repeat(43)}`;
var running5 = { state: "in-progress", fingerprint: fingerprint5, attempt: 1, leaseMs: 3e4 };
var completed5 = { state: "completed", fingerprint: fingerprint5, attempt: 1, result: randomBytes4(350) };
var runningBytes4 = Buffer.from(encodeRecord(running5));
var completedBytes4 = Buffer.from(encodeRecord(completed5));
var openNodeRedis2 = (url2) => createClient3({ url: url2 });
function bareIoredis(redis) {
  return {
    name: "bare driver",
    first: async (id) => {
      await redis.set(id, runningBytes4, "PX", DAY_MS7, "NX");
      await redis.set(id, completedBytes4, "PX", DAY_MS7);
    },
    replay: (id) => redis.getBuffer(id),
  };
}
function bareNodeRedis(client) {
  const buffers = client.withTypeMapping({ 36: Buffer });
  const expiration = { type: "PX", value: DAY_MS7 };
  return {
    name: "bare driver",
    first: async (id) => {
      await client.set(id, runningBytes4, { expiration, condition: "NX" });
      await client.set(id, completedBytes4, { expiration });
    },
    replay: (id) => buffers.get(id),
  };
}
function storeOn(store3, name) {
  return {
    name,
    first: async (id) => {
      await store3.create(id, "prefix-01234-1", running5, DAY_MS7);
      await store3.replace(id, "prefix-01234-1", "prefix-01234-2", completed5);
    },
    replay: (id) => store3.create(id, "prefix-01234-3", running5, DAY_MS7),
  };
}
function operations(kept) {
  let next = 0;
  return (contender, path) => () =>
    contender[path](path === "first" ? randomBytes4(32).toString("base64url") : (kept[next++ % KEPT3] ?? ""));
}
async function groupsOf3(contenders, kept, how) {
  const operation = operations(kept);
  const group = async (title, note, path, burst) => {
    const toCase = (contender) => {
      const run = operation(contender, path);
      return { name: contender.name, run: burst ? () => Promise.all(Array.from({ length: BURST3 }, run)) : run };
    };
    const [floor4, ...others] = contenders;
    const latencies = await latenciesOf(contenders, (contender) => operation(contender, path), burst ? BURST3 : 1);
    return {
      title: `${title}, ${how}`,
      note: `Baseline: the bare driver's ${note}

${latencies}`,
      cases: [toCase(floor4), ...others.map(toCase)],
    };
  };
  const writes = "SET NX PX and SET PX.";
  const read = "GET, of as many bytes.";
  return [
    await group("A first request (claim + completion)", `${writes} Wanted: a speed of 0.88.`, "first", false),
    await group(`${BURST3} first requests at once`, `${writes} Wanted: a speed of 0.95.`, "first", true),
    await group("A replay", read, "replay", false),
    await group(`${BURST3} replays at once`, `${read} Wanted: a speed of 0.95.`, "replay", true),
  ];
}
async function latenciesOf(contenders, operation, callers) {
  const all = contenders.map((contender) => ({ contender, run: operation(contender), latencies: [] }));
  for (let round = 0; round < LATENCY_ROUNDS; round++) {
    for (const { run, latencies } of all) {
      const end = performance.now() + LATENCY_MS / LATENCY_ROUNDS;
      const caller = async () => {
        while (performance.now() < end) {
          const start = performance.now();
          await run();
          latencies.push(performance.now() - start);
        }
      };
      await Promise.all(Array.from({ length: callers }, caller));
    }
  }
  const parts = all.map(({ contender, latencies }) => {
    const sorted = latencies.toSorted((a, b) => a - b);
    const [p50, p99] = [0.5, 0.99].map((share2) => sorted[Math.floor((sorted.length - 1) * share2)] ?? Number.NaN);
    return `${contender.name} p50 ${p50?.toFixed(2)} ms, p99 ${p99?.toFixed(2)} ms`;
  });
  return `With ${callers} ${callers === 1 ? "caller" : "callers"}: ${parts.join("; ")}.`;
}
var redisSuite = {
  name: "redis",
  open: async () => {
    const server = await startRedis3({ settings: { appendfsync: "everysec" } });
    const redis = new Redis3(server.url);
    const nodeRedis = openNodeRedis2(server.url);
    await nodeRedis.connect();
    const kept = Array.from({ length: KEPT3 }, () => randomBytes4(32).toString("base64url"));
    const ioredis = [
      bareIoredis(redis),
      storeOn(new RedisStore(redis), "RedisStore"),
      storeOn(new RedisStore(redis, { batch: false, prefix: "alone:" }), "RedisStore, batch: false"),
    ];
    const other = [bareNodeRedis(nodeRedis), storeOn(new RedisStore(nodeRedis, { prefix: "other:" }), "RedisStore")];
    for (const contender of [...ioredis, ...other]) {
      for (const id of kept) await contender.first(id);
      await Promise.all(kept.map((id) => contender.replay(id)));
    }
    return {
      groups: [...(await groupsOf3(ioredis, kept, "ioredis 6")), ...(await groupsOf3(other, kept, "node-redis 6"))],
      close: async () => {
        redis.disconnect();
        nodeRedis.destroy();
        await server.stop();
      },
    };
  },
};

import { startRedis as startRedis4 } from "@oncekey/services";
// src/redis-growth.bench.ts
import { createHash as createHash4, randomBytes as randomBytes5 } from "crypto";
import { Redis as Redis4 } from "ioredis";

var WEEK_MS = 6048e5;
var PREFIX = "oncekey:";
var PART = 2e4;
var small = { ...completed3, result: randomBytes5(120) };
var FILL = `
for n = tonumber(ARGV[1]), tonumber(ARGV[2]) do
  redis.call('SET', ARGV[3] .. redis.sha1hex('grown ' .. string.format('%.0f', n)) .. 'abc', ARGV[4], 'PX', ARGV[5])
end`;
function idOf2(n) {
  return `${createHash4("sha1").update(`grown ${n}`).digest("hex")}abc`;
}
async function grow2(redis, count2) {
  const store3 = new RedisStore(redis, { prefix: PREFIX });
  await store3.create("sample", "v1", running3, WEEK_MS);
  await store3.replace("sample", "v1", "v2", small);
  const value = await redis.getBuffer(`${PREFIX}sample`);
  if (value === null) throw new Error("the record that is to be copied is not there");
  for (let from2 = 1; from2 <= count2; from2 += PART) {
    await redis.eval(FILL, 0, from2, Math.min(count2, from2 + PART - 1), PREFIX, value, WEEK_MS);
  }
  for (let round = 0; round < 3; round++) {
    await Promise.all(Array.from({ length: 64 }, (_, n) => store3.create(idOf2(n + 1), "v3", running3, WEEK_MS)));
  }
  return { count: count2, store: store3, idOf: idOf2 };
}
var redisGrowthSuite = {
  name: "redis-growth",
  open: async () => {
    const server = await startRedis4({ settings: { appendonly: "no", save: "" } });
    const clients = SIZES.map((_, db) => new Redis4(server.url, { db }));
    const close = async () => {
      for (const client of clients) client.disconnect();
      await server.stop();
    };
    try {
      const grown = [];
      for (const [index, client] of clients.entries()) grown.push(await grow2(client, SIZES[index] ?? 0));
      const [used = "unknown"] = /(?<=used_memory_human:)\S+/.exec((await clients[0]?.info("memory")) ?? "") ?? [];
      return { groups: growthGroups(grown, `The server holds ${used} in memory.`), close };
    } catch (error) {
      await close();
      throw error;
    }
  },
};

// src/suites.ts
var suites = [
  fingerprintSuite,
  engineSuite,
  postgresSuite,
  growthSuite,
  dynamodbSuite,
  redisSuite,
  redisGrowthSuite,
  clientSuite,
];

// src/main.ts
var { values, positionals } = parseArgs({
  options: {
    quick: { type: "boolean" },
    store: { type: "string", multiple: true },
    framework: { type: "string", multiple: true },
    out: { type: "string" },
    profiles: { type: "string" },
  },
  allowPositionals: true,
});
var names = positionals.filter((name) => name !== "--");
if (names.length === 1 && names[0] === "http") await compareFrameworks();
else if (names.length > 0) await runSuites(names);
else await compareStores();
async function runSuites(names2) {
  const chosen = suites.filter(({ name }) => names2.some((part) => name.includes(part)));
  if (chosen.length === 0)
    fail(`No suite is called ${names2.join(" or ")}. There are: http, ${suites.map(({ name }) => name).join(", ")}.`);
  console.log(machine());
  console.log("Ratios compare cases of one table, measured in turns; times of different runs do not compare.\n");
  for (const suite of chosen) {
    console.log(`## ${suite.name}
`);
    const { groups, close } = await suite.open();
    try {
      for (const group of groups) console.log(markdown(group, await measure(group, values.quick ? QUICK : FULL)));
    } finally {
      await close();
    }
  }
}
async function compareStores() {
  const effort = values.quick ? QUICK_ROUNDS : FULL_ROUNDS;
  const comparisons = [];
  for (const name of values.store ?? Object.keys(arenas)) {
    const open2 = arenas[name] ?? fail(`No store is called ${name}. There are: ${Object.keys(arenas).join(", ")}.`);
    comparisons.push(await compare(open2, effort, (line) => console.error(line)));
  }
  const local = process.env["ONCEKEY_DYNAMODB_LOCAL"] === "1" ? "ONCEKEY_DYNAMODB_LOCAL=1 " : "";
  const flags = [values.quick ? " --quick" : "", ...(values.store ?? []).map((name) => ` --store ${name}`)].join("");
  const conditions = { command: `${local}pnpm bench${flags}`, effort };
  const folder = folderOf(values.out, values.quick === true || values.store !== void 0);
  if (folder === void 0) console.log(report(comparisons, conditions));
  else writeReport(folder, comparisons, conditions);
}
async function compareFrameworks() {
  const effort = values.quick ? QUICK_HTTP : FULL_HTTP;
  const chosen = [];
  for (const name of values.framework ?? Object.keys(frameworks)) {
    const load = frameworks[name];
    if (load === void 0) fail(`No framework is called ${name}. There are: ${Object.keys(frameworks).join(", ")}.`);
    chosen.push(await load());
  }
  const profiles = values.profiles === void 0 ? void 0 : fromCaller(values.profiles);
  const run = await compareHttp(
    chosen,
    effort,
    (line) => console.error(line),
    (url2) => processes(url2, profiles),
  );
  const flags = [
    values.quick ? " --quick" : "",
    ...(values.framework ?? []).map((name) => ` --framework ${name}`),
  ].join("");
  const conditions = { command: `pnpm bench http${flags}`, effort };
  const partial = values.quick === true || values.framework !== void 0 || profiles !== void 0;
  const folder = folderOf(values.out, partial);
  if (folder === void 0) console.log(httpReport(run, conditions));
  else writeHttpReport(folder, run, conditions);
}
function folderOf(out, partial) {
  if (out !== void 0) return fromCaller(out);
  return partial ? void 0 : fileURLToPath2(new URL("../../../docs/bench", import.meta.url));
}
function fromCaller(path) {
  return resolve(process.env["INIT_CWD"] ?? ".", path);
}
function fail(message) {
  console.error(message);
  process.exit(1);
}
