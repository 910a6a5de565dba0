import { answer } from "./chunk-4RZPWTC5.js";

// src/http/contender.ts
var titles = {
  unprotected: "unprotected",
  first: "first request",
  replay: "replay",
};
var Counter = class {
  ran = 0;
  charge = (order) => {
    if (typeof order !== "object" || order === null || !("amount" in order)) throw new TypeError("There is no order.");
    this.ran += 1;
    return answer;
  };
};

// src/http/messages.ts
function isQuestion(message) {
  return typeof message === "object" && message !== null && "invoke" in message && Array.isArray(message.invoke);
}
function isAnswer(message) {
  return typeof message === "object" && message !== null && "cpuMicroseconds" in message;
}

// src/http/frameworks/index.ts
var frameworks = {
  node: async () => (await import("./node-LOLK64IF.js")).nodeHttp,
  express4: async () => (await import("./express-H6XLHVFE.js")).onExpress4,
  express5: async () => (await import("./express-H6XLHVFE.js")).onExpress5,
  fastify: async () => (await import("./fastify-G7UULZ3F.js")).fastify,
  koa: async () => (await import("./koa-XFSM2OVE.js")).koa,
  hono: async () => (await import("./hono-XVTU5TXM.js")).hono,
  "nest-express": async () => (await import("./nest-NRSKDJJN.js")).nestOnExpress,
  "nest-fastify": async () => (await import("./nest-NRSKDJJN.js")).nestOnFastify,
  lambda: async () => (await import("./lambda-OMPTSYHF.js")).lambda,
};
async function contenderOf(framework, name) {
  const { contenders } = (await frameworks[framework]?.()) ?? {};
  const found = contenders?.find((each) => each.name === name);
  if (found === void 0) throw new TypeError(`No contender is called ${framework} ${name}.`);
  return found;
}

export { Counter, contenderOf, frameworks, isAnswer, isQuestion, titles };
