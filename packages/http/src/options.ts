import type {
  IdempotencyStore,
  Oncekey,
  OncekeyOptions,
  OperationOptions,
  OutcomeClass,
  RequestDescription,
  Secret,
} from "@oncekey/core";
import type { VerifiedContentDigest } from "./content-digest.js";
import type { ProblemStatuses } from "./problem.js";
import type { CompleteResponse } from "./response.js";

/** Whose key it is: the authenticated caller, or `"global"` where all callers are one. */
export type Scope<Req> = "global" | ((request: Req) => string | undefined | Promise<string | undefined>);

/** What of a request tells it from another one under the same key. */
export interface FingerprintChoice<Req> {
  /** Signs fingerprints; the first secret of a list signs, the others are still recognised. */
  readonly hmacKey?: Secret | readonly Secret[];
  /** Request headers that are part of what is asked for, such as an API version. */
  readonly headers?: readonly string[];
  /** Picks what of the body counts, as a JSON value; `undefined` means the whole body. */
  readonly select?: (description: RequestDescription, request: Req) => unknown;
  /**
   * The request's Content-Digest (RFC 9530), as far as somebody has verified it against the body; `undefined` or `null`
   * where nobody has. Its SHA-256 then stands for the body, which is not read: it may be larger than `maxBodyBytes`.
   *
   * Answer only what was verified: with a digest that a client merely claims, it could get the answer to another body. A
   * body that counts by what it says (JSON, multipart), a compressed one and one without a SHA-256 are read as ever.
   */
  readonly verifiedContentDigest?: VerifiedContentDigest<Req>;
}

/** The options of the protocol. Defaults stand in the package's README. */
export interface ProtocolOptions<Req> {
  /** Required. A function that has no answer for a request fails that request; no scope is ever shared by accident. */
  readonly scope: Scope<Req>;
  /** Makes one key on two endpoints two keys, where it is otherwise refused on the second one. */
  readonly scopeByRoute?: boolean;
  /** Which methods are protected; others pass through, key or not. */
  readonly methods?: readonly string[];
  /** Whether a request without a key is refused, or passes through unprotected. */
  readonly required?: boolean;
  /** The request header that holds the key; several names are aliases, of which a request may use one. */
  readonly headerName?: string | readonly string[];
  /** `lenient` takes bare keys beside the draft's quoted string. */
  readonly syntax?: "lenient" | "strict";
  readonly maxKeyLength?: number;
  /** Says whether a well-formed key will do; a text says what is wrong with it, for the client to read. */
  readonly validateKey?: (key: string) => boolean | string;
  /** Refuses keys that are UUIDs of version 7 and older than this. */
  readonly maxKeyAgeMs?: number;
  readonly fingerprint?: FingerprintChoice<Req>;
  /** The most bytes of a request body that are read; more is refused. */
  readonly maxBodyBytes?: number;
  /** The most bytes of a response that are kept; of a larger one only the status is. */
  readonly maxResponseBytes?: number;
  /** Response headers to keep besides the usual ones. */
  readonly storedHeaders?: readonly string[];
  /** Other origins to which a kept Location may point. */
  readonly locationOrigins?: readonly string[] | "any";
  /** Changes a response before it is kept; `undefined` keeps only its status. */
  readonly redact?: (response: CompleteResponse) => CompleteResponse | undefined;
  /** Names the class of a response, from which the policy says what becomes of it. */
  readonly classify?: (status: number) => OutcomeClass;
  /** Other statuses for problems, by slug. */
  readonly statuses?: ProblemStatuses;
  /** What the type URIs of problems begin with. */
  readonly problemBase?: string;
  /** The response header that marks a replay. */
  readonly replayedHeader?: string;
  /** When a client is told to come back, unless the running attempt's lease ends before. */
  readonly retryAfterMs?: number;
  /** Refreshes a replay; must not repeat the operation. */
  readonly onReplay?: (stored: CompleteResponse, request: Req) => CompleteResponse | Promise<CompleteResponse>;
  /** Answers in place of a response that was not kept, such as with the present state of what it made. */
  readonly onResponseUnavailable?: (
    request: Req,
    originalStatus: number | undefined,
  ) => CompleteResponse | undefined | Promise<CompleteResponse | undefined>;
}

/** What one route may set for itself. */
export type RouteOptions<Req> = Partial<ProtocolOptions<Req>> & OperationOptions;

/** The engine: one that is there already, or a store and how to make one over it. */
export type EngineChoice =
  | ({ readonly oncekey: Oncekey; readonly store?: never } & OperationOptions)
  | (OncekeyOptions & { readonly store: IdempotencyStore; readonly oncekey?: never });

/** All options of a binding. */
export type GuardOptions<Req> = ProtocolOptions<Req> & EngineChoice;
