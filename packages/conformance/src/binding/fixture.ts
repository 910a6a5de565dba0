import type { NamedFixture, Need } from "../case.js";
import type { BindingFeature } from "./scenario.js";
import type { ScriptedApp } from "./scripted-app.js";
import type { Exchange, WireRequest } from "./wire.js";

/** A binding under test: a server of its framework with the scripted app on it. */
export interface BindingFixture extends NamedFixture {
  /** Starts a server on a free port, with nothing in its store. Called for every case, which closes it again. */
  start(app: ScriptedApp): Promise<RunningBinding>;
  /** What this server cannot do, each with the reason: the cases that need it are skipped with it. */
  readonly lacks?: Readonly<Partial<Record<BindingFeature, string>>>;
}

/** A server that runs. */
export interface RunningBinding {
  /** Where it listens, such as `http://127.0.0.1:8080`, with or without a path before the routes. */
  readonly url: string;
  /** How requests reach it, where not by HTTP to `url`: of what the wire does, nothing is tried then. */
  readonly send?: (url: URL, request: WireRequest) => Exchange;
  close(): Promise<void>;
}

/** A need of a case: the server can do this. */
export function feature(name: BindingFeature): Need<BindingFixture> {
  return {
    unmet: ({ lacks }) => {
      const reason = lacks?.[name];
      return reason === undefined ? undefined : `lacks ${name}: ${reason}`;
    },
  };
}

/** Why a server that is judged by its URL is not asked to shut down. */
const shared = "the cases share this server, which has to stay";

/**
 * A server that runs already, in whatever language, with the scripted app mounted.
 *
 * It is shared by all cases, which use keys and tokens of their own; run them one after the other. So it cannot be shut down,
 * and lacks `shutdown`; to judge that, begin a process for each case in the `start` of a fixture.
 */
export function remoteBinding(
  name: string,
  url: string,
  lacks: NonNullable<BindingFixture["lacks"]> = {},
): BindingFixture {
  if (!/^https?:$/.test(new URL(url).protocol)) throw new TypeError(`remoteBinding: ${url} is not an HTTP URL`);
  return { name, lacks: { shutdown: shared, ...lacks }, start: async () => ({ url, close: async () => {} }) };
}
