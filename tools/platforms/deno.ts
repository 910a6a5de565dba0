// The apps on Deno's own server, each on a port of its own.   deno run -A deno.js <redis URL>
import { servers } from "./on-node-modules.js";

/** What is used of Deno. */
declare const Deno: {
  serve(
    options: { readonly hostname: string; readonly port: number; onListen(): void },
    handler: (request: Request) => Response | Promise<Response>,
  ): { readonly addr: { readonly port: number } };
};

const served = Object.entries(servers(process.argv[2] ?? "")).map(([name, serve]) => {
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  const { addr } = Deno.serve(options, (request) => serve(request));
  return [name, `http://127.0.0.1:${addr.port}/`];
});
console.log(JSON.stringify(Object.fromEntries(served)));
