// The apps on Bun's own server, each on a port of its own.   bun bun.js <redis URL>
import { servers } from "./on-node-modules.js";

/** What is used of Bun. */
declare const Bun: {
  serve(options: {
    readonly hostname: string;
    readonly port: number;
    readonly development: boolean;
    fetch(request: Request): Response | Promise<Response>;
  }): { readonly url: URL };
};

const served = Object.entries(servers(process.argv[2] ?? "")).map(([name, serve]) => {
  const { url } = Bun.serve({ hostname: "127.0.0.1", port: 0, development: false, fetch: (request) => serve(request) });
  return [name, url.href];
});
console.log(JSON.stringify(Object.fromEntries(served)));
