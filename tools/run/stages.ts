/**
 * What `npm test` runs, in the order in which it prints. A stage is a script of the root package.json; adding one is
 * one script there and one line here.
 */
export interface Stage {
  readonly script: string;
  /** Scripts that must have passed first. */
  readonly after?: readonly string[];
  /** Runs while nothing else does, because it uses every core. */
  readonly alone?: boolean;
  /** Runs where it is named and not otherwise, because it takes long or fetches much: `npm test check:platforms`. */
  readonly onRequest?: boolean;
}

export const stages: readonly Stage[] = [
  { script: "build", alone: true },
  // Early, because it takes longest of those that may run beside others.
  { script: "check:node-matrix", after: ["build"] },
  { script: "check:format" },
  { script: "check:types" },
  { script: "check:boundaries" },
  { script: "check:unused" },
  { script: "check:manifests" },
  { script: "check:paths" },
  { script: "check:changesets" },
  { script: "check:spec" },
  { script: "check:docs", after: ["build"] },
  { script: "pack:tarballs", after: ["build"] },
  { script: "check:packages", after: ["pack:tarballs"] },
  { script: "check:sizes", after: ["pack:tarballs"] },
  { script: "check:consumers", after: ["pack:tarballs"] },
  { script: "check:runners", after: ["pack:tarballs"] },
  { script: "test:vitest", alone: true },
  { script: "check:bindings", after: ["pack:tarballs"], onRequest: true },
  { script: "check:platforms", after: ["pack:tarballs"], onRequest: true },
];
