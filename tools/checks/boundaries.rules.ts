import type { IForbiddenRuleType, IRegularForbiddenRuleType } from "dependency-cruiser";

/**
 * Who may import whom, in ARCHITECTURE.md's words:
 *
 *     bindings → http → core ← stores        conformance → core, http        nothing → a binding or an app
 *
 * Tests may import what they like from below, and their tools, but no binding or app of somebody else.
 */
const TESTS = String.raw`\.(test|test-d)\.ts$`;

/** The one file of http that client bundles. */
const PROTOCOL = String.raw`^packages/http/src/protocol\.ts$`;
const FILE_JOURNAL = "^packages/client/src/file-journal/";

function layer(name: string, folder: string, mayImport: readonly string[], comment: string): IRegularForbiddenRuleType {
  return {
    name,
    comment,
    severity: "error",
    from: { path: `^packages/${folder}/src/`, pathNot: TESTS },
    to: { pathNot: mayImport.map((path) => `^packages/${path}/src/`) },
  };
}

/** As `layer`, for packages that also live in a host: Node itself and the framework named among their peers. */
function hostedLayer(
  name: string,
  folder: string,
  mayImport: readonly string[],
  comment: string,
): IRegularForbiddenRuleType {
  const rule = layer(name, folder, mayImport, comment);
  return { ...rule, to: { ...rule.to, dependencyTypesNot: ["core", "npm-peer"] } };
}

export const rules: readonly IForbiddenRuleType[] = [
  layer("core-imports-nothing", "core", ["core"], "core runs anywhere: no package, not even node:, only its own files"),
  {
    ...layer("http-imports-core", "http", ["http", "core"], "http imports core and nothing else"),
    from: { path: "^packages/http/src/", pathNot: [TESTS, "^packages/http/src/node/"] },
  },
  {
    name: "http-runs-anywhere",
    comment: "what http has for Node's own servers is an entry point of its own; the rest does not import it",
    severity: "error",
    from: { path: "^packages/http/src/", pathNot: [TESTS, "^packages/http/src/node/"] },
    to: { path: "^packages/http/src/node/" },
  },
  {
    name: "hono-runs-anywhere",
    comment: "Hono runs where there is no Node, so its binding has nothing of Node's",
    severity: "error",
    from: { path: "^packages/bindings/hono/src/", pathNot: TESTS },
    to: {
      path: ["^packages/http/src/node/", "^(node:)?(buffer|crypto|stream|http|zlib|util|events|fs|path|async_hooks)$"],
    },
  },
  {
    ...hostedLayer("http-node-imports-node", "http", ["http", "core"], "http/node imports http, core and node:"),
    from: { path: "^packages/http/src/node/", pathNot: TESTS },
  },
  {
    ...layer(
      "store-imports-core",
      "stores/([^/]+)",
      ["stores/$1", "core"],
      "a store imports core; it writes its driver out as an interface",
    ),
    from: { path: "^packages/stores/([^/]+)/src/", pathNot: [TESTS, "^packages/stores/dynamodb/"] },
  },
  {
    ...layer(
      "dynamodb-imports-core-and-commands",
      "stores/dynamodb",
      ["stores/dynamodb", "core"],
      "the requests of DynamoDB are classes of its SDK, a peer; the client is an interface there too",
    ),
    to: {
      pathNot: ["stores/dynamodb", "core"].map((path) => `^packages/${path}/src/`),
      dependencyTypesNot: ["npm-peer"],
    },
  },
  {
    ...layer("client-imports-nothing", "client", [], "client depends on nothing; it bundles http's constants"),
    from: { path: "^packages/client/src/", pathNot: [TESTS, FILE_JOURNAL] },
    to: { pathNot: ["^packages/client/src/", PROTOCOL] },
  },
  {
    name: "client-runs-anywhere",
    comment: "what client keeps in files is an entry point of its own; the rest does not import it",
    severity: "error",
    from: { path: "^packages/client/src/", pathNot: [TESTS, FILE_JOURNAL] },
    to: { path: FILE_JOURNAL },
  },
  {
    ...hostedLayer("client-files-import-node", "client", ["client"], "client/file-journal imports client and node:"),
    from: { path: FILE_JOURNAL, pathNot: TESTS },
  },
  hostedLayer(
    "binding-imports-http",
    "bindings/([^/]+)",
    ["bindings/$1", "http", "core"],
    "a binding imports http, core and its framework",
  ),
  {
    ...layer(
      "conformance-imports-contract",
      "conformance",
      ["conformance", "core", "http"],
      "conformance imports core, http and node:, no test runner",
    ),
    to: {
      pathNot: ["conformance", "core", "http"].map((path) => `^packages/${path}/src/`),
      dependencyTypesNot: ["core"],
    },
  },
  {
    name: "nothing-imports-a-binding",
    comment: "nothing imports a binding, except apps, the binding itself, and what tries it on other platforms",
    severity: "error",
    from: { path: "^(packages|tools)/", pathNot: ["^packages/bindings/", "^tools/platforms/"] },
    to: { path: "^packages/bindings/" },
  },
  {
    name: "bindings-are-strangers",
    comment: "a binding does not import another binding",
    severity: "error",
    from: { path: "^packages/bindings/([^/]+)/" },
    to: { path: "^packages/bindings/", pathNot: "^packages/bindings/$1/" },
  },
  {
    name: "nothing-imports-an-app",
    comment: "nothing imports an app",
    severity: "error",
    from: { pathNot: "^apps/([^/]+)/" },
    to: { path: "^apps/" },
  },
  {
    name: "no-cycles",
    comment: "files do not import each other in a circle",
    severity: "error",
    from: {},
    to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
  },
  {
    name: "everything-resolves",
    comment: "an import that leads nowhere cannot be judged",
    severity: "error",
    from: {},
    to: { couldNotResolve: true },
  },
];
