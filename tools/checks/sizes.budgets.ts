/** How large something may become in a user's bundle. The table in docs/size.md is made of these. */
export interface Budget {
  readonly what: string;
  /** The module that is bundled. */
  readonly code: string;
  /** Measures the code of this package alone: what it depends on, and its peers, stay outside. */
  readonly own?: string;
  /** Bundled for this runtime, which then takes what a package has for it alone. Default: for runtimes in general. */
  readonly runtime?: "node";
  /** Bytes, minified and gzipped. */
  readonly most: number;
  /** What we would like to have, where that is less. */
  readonly aim?: number;
}

export const ENDPOINT = `
  import { MemoryStore } from "@oncekey/core";
  import { protect } from "@oncekey/http";
  export default protect(async () => new Response(), { store: new MemoryStore(), scope: "global" });`;

const LISTENER = `
  import { MemoryStore } from "@oncekey/core";
  import { protect } from "@oncekey/http/node";
  export default protect((_request, response) => response.end(), { store: new MemoryStore(), scope: "global" });`;

const HELD = `
  export { HeldResponse, headerLines, headerLinesOf, nodeIncoming } from "@oncekey/http/node";
  export { requestBody, routeGuard, sendReply, withEarlier, writeResponse } from "@oncekey/http/node";`;

/** What a user bundles with everything below it. */
const whole: readonly Budget[] = [
  { what: "a protected endpoint: `protect` and `MemoryStore`", code: ENDPOINT, most: 27_300, aim: 12_000 },
  { what: "the same for Node", code: ENDPOINT, runtime: "node", most: 31_100, aim: 12_000 },
  { what: "a protected listener of `node:http`", code: LISTENER, runtime: "node", most: 33_100 },
  { what: "jobs without HTTP: `createOncekey`", code: `export { createOncekey } from "@oncekey/core"`, most: 13_300 },
];

/** One import from a package: nothing of what stands beside it comes along. */
const single: readonly Budget[] = [
  one("core", "fingerprint", 5_100),
  { ...one("core", "fingerprint", 8_800), what: "the same for Node", runtime: "node" },
  one("core", "recordId", 1_600),
  one("core", "deriveKey", 1_900),
  one("core", "MemoryStore", 1_400),
  one("core", "aesGcm", 1_500),
  one("core", "decide", 600),
  one("core", "stateOf", 200),
  one("core", "isOncekeyError", 200),
  one("http", "parseIdempotencyKey", 1_500),
  one("http", "classifyStatus", 200),
];

/** A package's own code: its dependencies and peers are there already, or counted above. */
const own: readonly Budget[] = [
  everything("express", 2_000),
  everything("fastify", 2_000),
  everything("koa", 2_000),
  everything("hono", 2_000),
  everything("nestjs", 2_400, 2_000),
  handler("idempotency", 2_000),
  handler("idempotentHandler", 2_000),
  handler("idempotentBatch", 2_000),
  { what: "what they share of `@oncekey/http/node`", code: HELD, own: "@oncekey/http", most: 4_000 },
  everything("redis", 6_500),
  everything("dynamodb", 7_300),
  everything("postgres", 8_300),
  everything("client", 12_500),
];

export const budgets = { whole, single, own } satisfies Record<string, readonly Budget[]>;

function one(name: string, imported: string, most: number): Budget {
  const from = `@oncekey/${name}`;
  return { what: `\`${imported}\` of \`${from}\``, code: `export { ${imported} } from "${from}"`, most };
}

function everything(name: string, most: number, aim?: number): Budget {
  const own = `@oncekey/${name}`;
  return { what: `\`${own}\``, code: `export * from "${own}"`, own, most, ...(aim === undefined ? {} : { aim }) };
}

function handler(imported: string, most: number, aim?: number): Budget {
  return { ...one("lambda", imported, most), own: "@oncekey/lambda", ...(aim === undefined ? {} : { aim }) };
}
