import { Counter, contenderOf, isQuestion } from "./chunk-3P7XUHLG.js";
import { RECEIPT } from "./chunk-4RZPWTC5.js";

// src/http/server.ts
var [framework = "", name = "", redisUrl = ""] = process.argv.slice(2);
var counter = new Counter();
var contender = await contenderOf(framework, name);
var serving = await contender.serve({ redisUrl, charge: counter.charge });
process.on("message", (message) => {
  if (!isQuestion(message)) throw new TypeError(`No question: ${JSON.stringify(message)}`);
  void invokeAll(serving, message.invoke).then(answer);
});
process.on("disconnect", () => process.exit());
answer([]);
function answer(latenciesMs) {
  const { user, system } = process.cpuUsage();
  const { port } = serving;
  const said = {
    ...(port === void 0 ? {} : { port }),
    ran: counter.ran,
    cpuMicroseconds: user + system,
    latenciesMs,
  };
  process.send?.(said);
}
async function invokeAll({ invoke }, keys) {
  const latenciesMs = [];
  for (const key of keys) {
    if (invoke === void 0) throw new Error("This contender is asked over HTTP.");
    const asked = performance.now();
    const given = await invoke(key);
    latenciesMs.push(performance.now() - asked);
    if (!given.includes(RECEIPT)) throw new Error(`${framework} ${name} gave another answer: ${given}`);
  }
  return latenciesMs;
}
