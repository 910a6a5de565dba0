import type { Contender, Framework } from "../contender.js";

/** Loaders of every framework there is, in the order of the report: nobody loads those that it does not serve. */
export const frameworks: Readonly<Record<string, () => Promise<Framework>>> = {
  node: async () => (await import("./node.js")).nodeHttp,
  express4: async () => (await import("./express.js")).onExpress4,
  express5: async () => (await import("./express.js")).onExpress5,
  fastify: async () => (await import("./fastify.js")).fastify,
  koa: async () => (await import("./koa.js")).koa,
  hono: async () => (await import("./hono.js")).hono,
  "nest-express": async () => (await import("./nest.js")).nestOnExpress,
  "nest-fastify": async () => (await import("./nest.js")).nestOnFastify,
  lambda: async () => (await import("./lambda.js")).lambda,
};

/** A contender by the names of its framework and itself. */
export async function contenderOf(framework: string, name: string): Promise<Contender> {
  const { contenders } = (await frameworks[framework]?.()) ?? {};
  const found = contenders?.find((each) => each.name === name);
  if (found === undefined) throw new TypeError(`No contender is called ${framework} ${name}.`);
  return found;
}
