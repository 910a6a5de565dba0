import type { Quota } from "@oncekey/core";

/*
 * The scripted app, as data. A binding is judged from outside, by a server that mounts these routes in its framework's
 * own way. Everything here is plain JSON, so that a server in another language can mount the same routes from a file.
 */

/** A route of the scripted app: where it stands, how it is protected and what its handler does. */
export interface Scenario {
  /** Its path is `/scenario/<name>`. */
  readonly name: string;
  /** The methods that it is mounted for; the handler does the same for all of them. */
  readonly methods: readonly string[];
  /** The options of the protection on this route, by the names that `@oncekey/http` gives them; `{}` is the defaults. */
  readonly options: ScenarioOptions;
  readonly handler: ScriptedHandler;
  /** What the server must be able to do to mount it; a server that cannot leaves it out and declares so. */
  readonly feature?: BindingFeature;
}

/** What not every server or framework can do, in words; the cases that need it say so. */
export const bindingFeatures = {
  "store-faults": "have its store taken away and given back by POST /control/store",
  "error-handler": "hand an error on in its framework's own way, such as next(error)",
  "not-executed": "tell its protection, as a handler fails, that nothing was done",
  compression: "compress answers for clients that accept it",
  streaming: "write an answer in pieces, and break it off",
  events: "send events as they come, for as long as their client listens",
  "raw-bodies": "give a handler the bytes of a body that no parser of the framework knows",
  shutdown: "close its protection in order by POST /control/shutdown, having been started for one case alone",
  disconnects: "notice a client that hangs up while its handler runs",
  connections: "keep connections alive, and take pipelined requests",
  waiting: "offer the route option waitMs",
  quotas: "offer a bound on the keys that an account may have on a route",
  policies: "offer the route option policy",
  methods: "offer the route option methods",
} as const;

/** The name of something that not every server or framework can do. */
export type BindingFeature = keyof typeof bindingFeatures;

/** The options that differ between routes. */
export interface ScenarioOptions {
  readonly required?: boolean;
  readonly methods?: readonly string[];
  readonly policy?: "retryable" | "at-most-once" | "success-only";
  readonly waitMs?: number;
  /** The most bytes of a request body that are read to tell two requests apart; more is refused. */
  readonly maxBodyBytes?: number;
  /** Headers of the application's own that a replay carries besides the usual ones. */
  readonly storedHeaders?: readonly string[];
  /** The most keys that an account may have here; a {@link ScriptedApp} makes it a `quota`, and the wait 30 s. */
  readonly maxKeys?: number;
  readonly quota?: Quota;
}

/** What a handler does once it has counted its run and has passed the latch. */
export type ScriptedHandler =
  | { readonly does: "answer"; readonly answer: ScriptedAnswer }
  /** Answers 200 `application/octet-stream` with the body of the request, as it came. */
  | { readonly does: "echo" }
  /**
   * Fails: while the handler is called, in what it promised, or by the framework's way of passing an error on.
   * `not-executed` fails in what it promised, with what tells the protection that nothing was done.
   */
  | { readonly does: "fail"; readonly how: "throw" | "reject" | "error-handler" | "not-executed" };

/** An answer of the application. */
export interface ScriptedAnswer {
  readonly status: number;
  /** Header lines in order; a name may come twice. */
  readonly headers: readonly HeaderLine[];
  readonly body: ScriptedBody;
}

/** A header line: its name, its value. */
export type HeaderLine = readonly [name: string, value: string];

/** The body of an answer, by the way in which a framework sends it. */
export type ScriptedBody =
  /** Ends the answer without a body. */
  | { readonly kind: "none" }
  /** By the framework's JSON sender; the handler adds `execution`: which run of this token it is. */
  | { readonly kind: "json"; readonly members: Readonly<Record<string, string | number>> }
  /** By the framework's redirect; the status and `location` stand in the answer. */
  | { readonly kind: "redirect"; readonly location: string }
  /** Bytes of UTF-8, in one piece. */
  | { readonly kind: "text"; readonly text: string }
  /** Bytes, in one piece. */
  | { readonly kind: "base64"; readonly base64: string }
  /** The byte 0x78 (`x`) so many times, in one piece. */
  | { readonly kind: "filler"; readonly bytes: number }
  /** Pieces of UTF-8, written one by one; one that breaks off fails after its last piece instead of ending. */
  | { readonly kind: "stream"; readonly pieces: readonly string[]; readonly breaksOff?: boolean }
  /** Events in UTF-8, each sent at once. After the last one the answer stays open until its client has gone. */
  | { readonly kind: "events"; readonly events: readonly string[] };

/** The request headers by which the suite speaks to the scripted app. */
export const suiteHeaders = {
  /** Names the caller; it is the scope. Absent: `anonymous`. */
  account: "x-account",
  /** Under which the handler counts its runs, and by which the suite holds it. */
  token: "x-token",
} as const;
