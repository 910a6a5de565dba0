import type { Oncekey } from "@oncekey/core";
import {
  createOncekey,
  engineOptions,
  operationOptions,
  requireFunctions,
  requireKnown,
  requireOneOf,
  requireWholeNumber,
} from "@oncekey/core";
import { type KeptHeaders, keptHeaders } from "./kept-headers.js";
import { checkKeySyntax, DEFAULT_MAX_KEY_LENGTH } from "./key-header.js";
import type { FingerprintChoice, GuardOptions, ProtocolOptions, RouteOptions } from "./options.js";
import { type ProblemWriter, problemWriter } from "./problem.js";
import { classifyStatus, defaultMethods, header, safeMethods } from "./protocol.js";
import { requireHeaderName } from "./response.js";

/** The options with every default filled in, checked. */
export interface Settings<Req>
  extends Required<
    Pick<
      ProtocolOptions<Req>,
      | "scope"
      | "scopeByRoute"
      | "required"
      | "syntax"
      | "maxKeyLength"
      | "fingerprint"
      | "maxBodyBytes"
      | "maxResponseBytes"
      | "classify"
      | "replayedHeader"
      | "retryAfterMs"
    >
  > {
  readonly methods: ReadonlySet<string>;
  /** Lower case. */
  readonly headerNames: readonly string[];
  /** Lower case. */
  readonly boundHeaders: readonly string[];
  readonly kept: KeptHeaders;
  readonly problem: ProblemWriter;
  readonly hooks: Pick<
    ProtocolOptions<Req>,
    "validateKey" | "maxKeyAgeMs" | "redact" | "onReplay" | "onResponseUnavailable"
  >;
}

const protocolOptions = {
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
} satisfies Record<keyof ProtocolOptions<unknown>, true>;

const fingerprintOptions = {
  hmacKey: true,
  headers: true,
  select: true,
  verifiedContentDigest: true,
} satisfies Record<keyof FingerprintChoice<unknown>, true>;

const routeOptions = /* @__PURE__ */ Object.assign({}, protocolOptions, operationOptions);

/** Makes or takes the engine that the options name. */
export function resolveEngine<Req>(options: GuardOptions<Req>): Oncekey {
  requireKnown("options", options, { ...routeOptions, ...engineOptions, oncekey: true, store: true });
  const operation = pick(options, operationOptions);
  const engine = pick(options, engineOptions);
  if (options.oncekey === undefined) {
    if (options.store === undefined) {
      throw new TypeError("options: there is neither a store nor an oncekey; give one of them");
    }
    return createOncekey({ ...operation, ...engine, store: options.store });
  }
  const [both] = [...(options.store === undefined ? [] : ["store"]), ...Object.keys(engine)];
  if (both !== undefined) {
    throw new TypeError(`${both}: it belongs to the engine, and options.oncekey is one already; leave one of them out`);
  }
  return Object.keys(operation).length === 0 ? options.oncekey : options.oncekey.with(operation);
}

/** The engine with what a route sets for itself. */
export function deriveEngine<Req>(engine: Oncekey, options: RouteOptions<Req>): Oncekey {
  requireKnown("with", options, routeOptions);
  const operation = pick(options, operationOptions);
  return Object.keys(operation).length === 0 ? engine : engine.with(operation);
}

/** Whether nothing of this concerns the protocol. */
export function isForEngine<Req>(options: RouteOptions<Req>): boolean {
  return Object.keys(options).every((name) => Object.hasOwn(operationOptions, name));
}

/** Checks the options of the protocol and fills in the defaults. */
export function resolveSettings<Req>(options: ProtocolOptions<Req>): Settings<Req> {
  const { syntax = "lenient", maxKeyLength = DEFAULT_MAX_KEY_LENGTH, fingerprint = {} } = options;
  checkKeySyntax({ syntax, maxLength: maxKeyLength });
  if (options.scope !== "global" && typeof options.scope !== "function") {
    throw new TypeError(
      `scope: ${JSON.stringify(options.scope)} is no scope; give a function that names the authenticated caller, such as (request) => request.user.id, or "global" where all callers are one`,
    );
  }
  checkFingerprint(fingerprint);
  if (options.maxKeyAgeMs !== undefined) requireWholeNumber("maxKeyAgeMs", options.maxKeyAgeMs, 1);
  requireFunctions(options, ["validateKey", "redact", "classify", "onReplay", "onResponseUnavailable"]);
  const names = headerNames("headerName", options.headerName ?? header.idempotencyKey);
  if (names.length === 0) throw new TypeError("headerName: the list is empty; name one header at least");
  const { validateKey, maxKeyAgeMs, redact, onReplay, onResponseUnavailable } = options;
  return {
    scope: options.scope,
    scopeByRoute: requireOneOf("scopeByRoute", options.scopeByRoute ?? false, [true, false]),
    required: requireOneOf("required", options.required ?? true, [true, false]),
    syntax,
    maxKeyLength,
    fingerprint,
    maxBodyBytes: requireWholeNumber("maxBodyBytes", options.maxBodyBytes ?? 1_048_576, 0),
    maxResponseBytes: requireWholeNumber("maxResponseBytes", options.maxResponseBytes ?? 262_144, 0),
    retryAfterMs: requireWholeNumber("retryAfterMs", options.retryAfterMs ?? 1_000, 0),
    classify: options.classify ?? classifyStatus,
    replayedHeader: requireHeaderName("replayedHeader", options.replayedHeader ?? header.replayed),
    methods: methodsOf(options.methods ?? defaultMethods),
    headerNames: names,
    boundHeaders: headerNames("fingerprint.headers", fingerprint.headers ?? []),
    kept: keptHeaders(options.storedHeaders ?? [], options.locationOrigins ?? []),
    problem: problemWriter(options.problemBase, options.statuses),
    hooks: defined({ validateKey, maxKeyAgeMs, redact, onReplay, onResponseUnavailable }),
  };
}

function checkFingerprint<Req>(fingerprint: FingerprintChoice<Req>): void {
  requireKnown("fingerprint", fingerprint, fingerprintOptions);
  requireFunctions(fingerprint, ["select", "verifiedContentDigest"], "fingerprint.");
  if (fingerprint.select !== undefined && fingerprint.verifiedContentDigest !== undefined) {
    throw new TypeError(
      "fingerprint.verifiedContentDigest: with it the body is not read, and fingerprint.select picks from the body; leave one of them out",
    );
  }
}

function methodsOf(methods: readonly string[]): ReadonlySet<string> {
  if (!Array.isArray(methods) || methods.length === 0) {
    throw new TypeError('methods: expected a list of methods, such as ["POST", "PATCH", "DELETE"]');
  }
  const upper = methods.map((method) => String(method).toUpperCase());
  const safe = upper.find((method) => safeMethods.includes(method));
  if (safe !== undefined) {
    throw new TypeError(`methods: ${safe} asks for no effect, so a key means nothing on it; leave it out`);
  }
  return new Set(upper);
}

function headerNames(option: string, names: string | readonly string[]): readonly string[] {
  return [names].flat().map((name) => requireHeaderName(option, name).toLowerCase());
}

/** The options of one kind that are set. */
function pick<Names extends Readonly<Record<string, true>>, Options extends object>(
  options: Options,
  names: Names,
): Pick<Options, keyof Options & keyof Names> {
  const picked = Object.entries(options).filter(([name, value]) => Object.hasOwn(names, name) && value !== undefined);
  return Object.fromEntries(picked) as Pick<Options, keyof Options & keyof Names>;
}

/** The same without members that are undefined. */
function defined<Values extends object>(values: Values): { [Name in keyof Values]?: Exclude<Values[Name], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Values]?: Exclude<Values[Name], undefined>;
  };
}
