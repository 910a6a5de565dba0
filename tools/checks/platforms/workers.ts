import { builtinModules } from "node:module";
import { build, type Plugin } from "esbuild";
import type { Installation } from "../../lib/install.js";
import { linesOf, type Platform, type Program, started } from "./started.js";

/** From when on Workers behave as they do here, whatever version runs them. */
const COMPATIBILITY_DATE = "2026-08-04";

/** A Worker: the file that it is made of, and the texts that are bound to it. */
interface Worker {
  readonly file: string;
  readonly bindings: Readonly<Record<string, string>>;
}

/** What workerd tells about itself. */
interface WorkerEvent {
  readonly event: string;
  readonly socket: string;
  readonly port: number;
}

/** Drivers ask for modules of Node by their short names, which Workers do not know. */
const modulesOfNode: Plugin = {
  name: "modules-of-node",
  setup({ onResolve, onLoad }) {
    const namespace = "module-of-node";
    onResolve({ filter: /^[a-z_]+(\/[a-z_]+)*$/ }, ({ path }) =>
      builtinModules.includes(path) ? { path, namespace } : undefined,
    );
    onLoad({ filter: /.*/, namespace }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule("node:${path}");`,
    }));
  },
};

/** workerd, which is what runs Workers at Cloudflare: each app is a Worker of its own. */
export async function startWorkers(
  { folder, write }: Installation,
  program: Program,
  databaseUrl: string,
): Promise<Platform> {
  const files = ["worker", "worker-postgres"];
  await build({
    absWorkingDir: folder,
    entryPoints: files.map((file) => `tools/platforms/${file}.js`),
    outdir: "workers",
    bundle: true,
    format: "esm",
    platform: "browser",
    // As Cloudflare's own tool has it.
    conditions: ["workerd", "worker", "browser"],
    external: ["node:*", "cloudflare:*", "pg-native"],
    plugins: [modulesOfNode],
    logLevel: "silent",
  });
  const served = ["protect", "hono", "client", "coded"];
  const workers: Readonly<Record<string, Worker>> = {
    ...Object.fromEntries(served.map((name) => [name, { file: "worker", bindings: { SERVED: name } }])),
    postgres: { file: "worker-postgres", bindings: { DATABASE_URL: databaseUrl } },
  };
  write("worker.capnp", configuration(workers));
  const { path, version } = program("workerd");
  const server = await started(path, ["serve", "--control-fd=1", "worker.capnp"], folder, (output) => {
    const events: readonly WorkerEvent[] = linesOf(output).map((line) => JSON.parse(line));
    const listening = events.filter(({ event }) => event === "listen");
    if (listening.length < Object.keys(workers).length) return undefined;
    return Object.fromEntries(listening.map(({ socket, port }) => [socket, `http://127.0.0.1:${port}/`]));
  });
  return { name: `workerd ${version}`, ...server };
}

function configuration(workers: Readonly<Record<string, Worker>>): string {
  const names = Object.keys(workers);
  const service = (name: string) => `(name = "${name}", worker = .${name}), `;
  const socket = (name: string) => `(name = "${name}", address = "127.0.0.1:0", http = (), service = "${name}"), `;
  // What the client and the driver ask is in this machine, where Workers may not go unless they are let.
  const network = `(name = "internet", network = (allow = ["public", "private"]))`;
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [${names.map(service).join("")}${network}],
  sockets = [${names.map(socket).join("")}],
);
${Object.entries(workers).map(definition).join("\n")}
`;
}

function definition([name, { file, bindings }]: readonly [name: string, worker: Worker]): string {
  const bound = Object.entries(bindings).map(([key, text]) => `(name = "${key}", text = "${text}"), `);
  return `const ${name} :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "workers/${file}.js")],
  compatibilityDate = "${COMPATIBILITY_DATE}",
  bindings = [${bound.join("")}],
);`;
}
