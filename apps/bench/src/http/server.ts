// Serves one contender, in a process of its own, until its parent has gone.
//   server.js <framework> <contender> <URL of a Redis>
import { Counter, type Serving } from "./contender.js";
import { contenderOf } from "./frameworks/index.js";
import { type Answer, isQuestion } from "./messages.js";
import { RECEIPT } from "./request.js";

const [framework = "", name = "", redisUrl = ""] = process.argv.slice(2);
const counter = new Counter();
const contender = await contenderOf(framework, name);
const serving = await contender.serve({ redisUrl, charge: counter.charge });

process.on("message", (message) => {
  if (!isQuestion(message)) throw new TypeError(`No question: ${JSON.stringify(message)}`);
  void invokeAll(serving, message.invoke).then(answer);
});
// What is exited this way writes its profile, if it was asked for one.
process.on("disconnect", () => process.exit());
answer([]);

function answer(latenciesMs: readonly number[]): void {
  const { user, system } = process.cpuUsage();
  const { port } = serving;
  const said: Answer = {
    ...(port === undefined ? {} : { port }),
    ran: counter.ran,
    cpuMicroseconds: user + system,
    latenciesMs,
  };
  process.send?.(said);
}

async function invokeAll({ invoke }: Serving, keys: readonly string[]): Promise<readonly number[]> {
  const latenciesMs: number[] = [];
  for (const key of keys) {
    if (invoke === undefined) throw new Error("This contender is asked over HTTP.");
    const asked = performance.now();
    const given = await invoke(key);
    latenciesMs.push(performance.now() - asked);
    if (!given.includes(RECEIPT)) throw new Error(`${framework} ${name} gave another answer: ${given}`);
  }
  return latenciesMs;
}
