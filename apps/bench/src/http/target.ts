import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Contender, Framework } from "./contender.js";
import { Load } from "./load.js";
import { type Answer, isAnswer } from "./messages.js";

/** A contender, ready to be asked. */
export interface Target {
  /** One request for each key. A wrong answer rejects. */
  ask(keys: readonly string[]): Promise<Asked>;
  close(): Promise<void>;
}

/** What became of some requests. */
export interface Asked {
  readonly elapsedMs: number;
  readonly latenciesMs: readonly number[];
  /** How often the operation ran. */
  readonly ran: number;
  /** Of the server's process. */
  readonly cpuMicroseconds: number;
}

/** How a contender's process is started. */
export type Launch = (framework: Framework, contender: Contender) => Promise<Target>;

/** Starts contenders as processes of their own; with a folder for it, they leave a profile of what they did there. */
export function processes(redisUrl: string, profiles: string | undefined): Launch {
  return async ({ name, atOnce }, contender) => {
    const file = [name, contender.name.replaceAll(/\W+/g, "-")].join(".");
    const profile =
      profiles === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profiles}`, `--cpu-prof-name=${file}.cpuprofile`];
    const child = fork(fileURLToPath(new URL("server.js", import.meta.url)), [name, contender.name, redisUrl], {
      execArgv: profile,
      env: { ...process.env, NODE_ENV: "production" },
    });
    const exited = once(child, "exit");
    const { port } = await nextAnswer(child);
    const load = port === undefined ? undefined : await Load.open(port, atOnce);
    return {
      ask: async (keys) => {
        const before = await question(child, []);
        const start = performance.now();
        const sent = await load?.send(keys);
        const elapsedMs = performance.now() - start;
        const after = await question(child, load === undefined ? keys : []);
        const latenciesMs = sent ?? after.latenciesMs;
        return {
          // Who calls itself has one call after the other.
          elapsedMs: sent === undefined ? latenciesMs.reduce((sum, each) => sum + each, 0) : elapsedMs,
          latenciesMs,
          ran: after.ran - before.ran,
          cpuMicroseconds: after.cpuMicroseconds - before.cpuMicroseconds,
        };
      },
      close: async () => {
        load?.close();
        child.disconnect();
        await exited;
      },
    };
  };
}

async function question(child: ChildProcess, invoke: readonly string[]): Promise<Answer> {
  const answered = nextAnswer(child);
  child.send({ invoke });
  return await answered;
}

/** Rejects where the process ends instead. */
function nextAnswer(child: ChildProcess): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`A contender's process ended with ${code}.`));
    child.once("exit", onExit);
    child.once("message", (message) => {
      child.off("exit", onExit);
      if (isAnswer(message)) resolve(message);
      else reject(new TypeError(`No answer: ${JSON.stringify(message)}`));
    });
  });
}
