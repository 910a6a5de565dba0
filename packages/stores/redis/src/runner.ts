import type { Argument } from "./client.js";
import { errorText } from "./faults.js";
import type { Command, Link } from "./link.js";
import { SCRIPT, SCRIPT_SHA1 } from "./script.js";

/** What the script is told about one key, see there. */
export interface Step {
  readonly key: string;
  readonly arguments: readonly [expected: string, head: string, tail: Argument, ms: string];
}

/** How many replicas have to have a write, and how long to wait for them. */
export interface WaitReplicas {
  readonly count: number;
  readonly timeoutMs: number;
}

/** What the script answered for each step, and how many replicas had it all; `undefined` where none were waited for. */
export interface Run {
  readonly answers: readonly unknown[];
  readonly replicas: number | undefined;
}

/** How often a command is sent again because the keys have moved, or the script was gone. */
const MAX_ATTEMPTS = 5;

/** Runs the script once for some keys, which have to be on one server. One round trip. */
export class Runner {
  readonly #link: Link;
  readonly #wait: Command | undefined;

  constructor(link: Link, wait: WaitReplicas | undefined) {
    this.#link = link;
    this.#wait = wait && ["WAIT", String(wait.count), String(wait.timeoutMs)];
  }

  async run(steps: readonly [Step, ...Step[]]): Promise<Run> {
    const wait = steps.some(writes) ? this.#wait : undefined;
    const { key } = steps[0];
    let known = true;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#send(key, commandOf(steps, known), steps.length > 1, wait);
      } catch (error) {
        const text = errorText(error);
        // A server forgets its scripts when it restarts, when it is told to, and when it never heard of them.
        if (text.startsWith("NOSCRIPT") && attempt < MAX_ATTEMPTS) known = false;
        // The driver follows a slot that has moved, but not for two commands; one command makes it learn the way.
        else if (wait !== undefined && isMoved(text) && attempt < MAX_ATTEMPTS) await this.#learn(steps[0]);
        else throw error;
      }
    }
  }

  async #send(key: string, command: Command, several: boolean, wait: Command | undefined): Promise<Run> {
    const sendBoth = this.#link.sendBoth;
    if (wait === undefined || sendBoth === undefined) {
      const answer = await this.#link.send(key, command);
      return { answers: several ? listOf(answer) : [answer], replicas: undefined };
    }
    const [answer, replicas] = await sendBoth(key, command, wait);
    return { answers: several ? listOf(answer) : [answer], replicas: Number(replicas) };
  }

  #learn({ key }: Step): Promise<unknown> {
    return this.#link.send(key, commandOf([{ key, arguments: ["", "", "", ""] }], false));
  }
}

function writes({ arguments: [expected, head] }: Step): boolean {
  return expected !== "" || head !== "";
}

function commandOf(steps: readonly Step[], known: boolean): Command {
  const command: Command = known ? ["EVALSHA", SCRIPT_SHA1] : ["EVAL", SCRIPT];
  command.push(String(steps.length));
  for (const { key } of steps) command.push(key);
  for (const step of steps) command.push(...step.arguments);
  return command;
}

function isMoved(text: string): boolean {
  return text.startsWith("MOVED ") || text.startsWith("ASK ") || text.startsWith("TRYAGAIN");
}

function listOf(answer: unknown): readonly unknown[] {
  if (Array.isArray(answer)) return answer;
  throw new Error("the client gave something else than a list for the reply to a script");
}
