/** How one framework is shown, in docs/frameworks.md and on the demo's page. */
export interface Framework {
  readonly title: string;
  /** What `npm install` is given. */
  readonly install: string;
  /** Files below apps/examples, and what the reader calls them. */
  readonly files: readonly { readonly path: string; readonly as?: string }[];
  readonly readme: string;
  /** What one has to know, in a sentence or two. */
  readonly note: string;
  /** What the test of this example runs. */
  readonly tested: string;
}

const overHttp = "this file, over HTTP";

/** In the order in which they are shown. */
export const frameworks: readonly Framework[] = [
  {
    title: "Express",
    install: "@oncekey/core @oncekey/express express",
    files: [{ path: "express/server.ts" }],
    readme: "packages/bindings/express",
    note: "Express 4 and 5. `once` stands before the handler and after authentication; `app.use(once)` protects every `POST` and `PATCH`.",
    tested: overHttp,
  },
  {
    title: "Fastify",
    install: "@oncekey/core @oncekey/fastify fastify",
    files: [{ path: "fastify/server.ts" }],
    readme: "packages/bindings/fastify",
    note: "Fastify 5. Every `POST` and `PATCH` that is added after the plugin, where it is registered and below; `config: { idempotency: false }` leaves a route alone.",
    tested: overHttp,
  },
  {
    title: "Koa",
    install: "@oncekey/core @oncekey/koa koa @koa/router @koa/bodyparser",
    files: [{ path: "koa/server.ts" }],
    readme: "packages/bindings/koa",
    note: "Koa 2 and 3. On a route, or `app.use(once)` for all.",
    tested: overHttp,
  },
  {
    title: "Hono",
    install: "@oncekey/core @oncekey/hono hono @hono/node-server",
    files: [{ path: "hono/server.ts" }],
    readme: "packages/bindings/hono",
    note: "Hono 4, on Node here; the same on Workers, Bun and Deno, without `serve`.",
    tested: overHttp,
  },
  {
    title: "NestJS",
    install: "@oncekey/core @oncekey/nestjs @nestjs/common @nestjs/core @nestjs/platform-express reflect-metadata rxjs",
    files: [{ path: "nestjs/server.ts" }],
    readme: "packages/bindings/nestjs",
    note: "NestJS 10, 11 and 12, on Express or on Fastify. `@Idempotent()` stands on a handler or a controller and takes options of its own.",
    tested: overHttp,
  },
  {
    title: "Next.js",
    install: "@oncekey/core @oncekey/http next react react-dom",
    files: [{ path: "next/app/api/charges/route.ts", as: "app/api/charges/route.ts" }],
    readme: "packages/http",
    note: "A route handler. Where Next runs in more than one process, take a store that they share.",
    tested:
      "this file with Next's own `NextRequest`, over HTTP; with `ONCEKEY_NEXT_BUILT=1` this file built by Next, on Next's own server",
  },
  {
    title: "React Router",
    install: "@oncekey/core @oncekey/http react-router",
    files: [{ path: "react-router/app/routes/charges.ts", as: "app/routes/charges.ts" }],
    readme: "packages/http",
    note: 'React Router 7, and Remix: an action of a resource route, `route("api/charges", "routes/charges.ts")` in `app/routes.ts`. A loader is a GET, and needs no key.',
    tested: "this file in React Router's own server runtime, over HTTP; its compiler is not run",
  },
  {
    title: "SvelteKit",
    install: "@oncekey/core @oncekey/http @sveltejs/kit",
    files: [{ path: "sveltekit/src/routes/charges/+server.ts", as: "src/routes/charges/+server.ts" }],
    readme: "packages/http",
    note: "An endpoint. `createCharge(event.request)` is all there is to it.",
    tested: "this file in SvelteKit's own development server, over HTTP",
  },
  {
    title: "node:http",
    install: "@oncekey/core @oncekey/http",
    files: [{ path: "node-http/server.ts" }],
    readme: "packages/http",
    note: "No framework. `protect` goes around a listener; what that throws is for whoever calls it.",
    tested: overHttp,
  },
  {
    title: "AWS Lambda",
    install: "@oncekey/core @oncekey/lambda",
    files: [{ path: "lambda/handler.ts" }],
    readme: "packages/bindings/lambda",
    note: "Behind API Gateway, a function URL or a load balancer. For queues and direct invocations there are `idempotentBatch` and `idempotentHandler`.",
    tested: "this function, by events of a function URL",
  },
];
