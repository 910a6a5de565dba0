import type { BindingFixture } from "@oncekey/conformance";
import type { Dialect } from "../courtesy/dialect.js";

/** Something that makes requests idempotent, to be compared. */
export interface Candidate {
  /** Names it on the command line and in the results. */
  readonly id: string;
  /** The head of its column. */
  readonly title: string;
  /** What it is and how it was configured, as a sentence or two of the document. */
  readonly about: string;
  /** The packages whose versions matter, the library's own first. */
  readonly packages: readonly string[];
  /** How it words its refusals; absent: it is judged as it is, without the courtesy. */
  readonly dialect?: Dialect;
  /** The server under test. Called once in each process that runs cases. */
  prepare(services: Services): Promise<PreparedCandidate>;
}

/** Servers that candidates may use. */
export interface Services {
  readonly redisUrl: string;
  readonly postgresUrl: string;
}

/** A candidate with its clients connected. */
export interface PreparedCandidate {
  readonly fixture: BindingFixture;
  close(): Promise<void>;
}
