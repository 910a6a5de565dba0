import type { Argument } from "./client.js";
import { errorText } from "./faults.js";
import type { Command, Link } from "./link.js";
import { SCRIPT, SCRIPT_SHA1, type StepKind } from "./script.js";

/** What the script is told about one key, see there. What a kind does not have is an empty text. */
export interface Step {
  readonly key: string;
  readonly kind: StepKind;
  readonly value: Argument;
  readonly expected: string;
}

/** The step that only reads. */
export function readingOf(key: string): Step {
  return { key, kind: "g", value: "", expected: "" };
}

/** How many replicas have to have a write, and how long to wait for them. */
export interface WaitReplicas {
  readonly count: number;
  readonly timeoutMs: number;
}

/** What the script answered for each step. */
export interface Run {
  readonly answers: readonly unknown[];
  /** The server's time, for values that say when they end; `undefined` for a lone key. */
  readonly nowMs: unknown;
  /** How many replicas had it all; `undefined` where none were waited for. */
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

  /** Whether each run that writes waits for replicas, and keeps those behind it waiting. */
  get waits(): boolean {
    return this.#wait !== undefined;
  }

  run(steps: readonly [Step, ...Step[]]): Promise<Run> {
    const wait = this.#wait !== undefined && steps.some(writes) ? this.#wait : undefined;
    if (wait !== undefined)
      return this.#send(steps, true, wait).catch((error: unknown) => this.#again(steps, wait, error));
    // What nearly all calls do, with one promise of its own.
    return this.#link.send(steps[0].key, commandOf(steps, true)).then(
      (answer) => runOf(steps, answer),
      (error: unknown) => this.#again(steps, wait, error),
    );
  }

  async #again(steps: readonly [Step, ...Step[]], wait: Command | undefined, failed: unknown): Promise<Run> {
    let known = true;
    let error = failed;
    for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt++) {
      const text = errorText(error);
      // A server forgets its scripts when it restarts, when it is told to, and when it never heard of them.
      if (text.startsWith("NOSCRIPT")) known = false;
      // The driver follows a slot that has moved, but not for two commands; one command makes it learn the way.
      else if (wait !== undefined && isMoved(text)) await this.#learn(steps[0]);
      else throw error;
      try {
        return await this.#send(steps, known, wait);
      } catch (next) {
        error = next;
      }
    }
    throw error;
  }

  async #send(steps: readonly [Step, ...Step[]], known: boolean, wait: Command | undefined): Promise<Run> {
    const { key } = steps[0];
    const command = commandOf(steps, known);
    const { sendBoth } = this.#link;
    if (wait === undefined || sendBoth === undefined) return runOf(steps, await this.#link.send(key, command));
    const [answer, replicas] = await sendBoth(key, command, wait);
    return runOf(steps, answer, Number(replicas));
  }

  #learn({ key }: Step): Promise<unknown> {
    return this.#link.send(key, commandOf([readingOf(key)], false));
  }
}

function writes({ kind }: Step): boolean {
  return kind !== "g";
}

function commandOf(steps: readonly [Step, ...Step[]], known: boolean): Command {
  const command: Command = known ? ["EVALSHA", SCRIPT_SHA1] : ["EVAL", SCRIPT];
  command.push(String(steps.length));
  let kinds = "";
  for (const { key, kind } of steps) {
    command.push(key);
    kinds += kind;
  }
  command.push(kinds);
  for (const { value, expected } of steps) {
    if (value !== "") command.push(value);
    if (expected !== "") command.push(expected);
  }
  return command;
}

function isMoved(text: string): boolean {
  return text.startsWith("MOVED ") || text.startsWith("ASK ") || text.startsWith("TRYAGAIN");
}

function runOf(steps: readonly Step[], answer: unknown, replicas?: number): Run {
  if (steps.length === 1) return { answers: [answer], nowMs: undefined, replicas };
  if (!Array.isArray(answer)) throw new Error("the client gave something else than a list for the reply to a script");
  return { answers: answer.slice(1), nowMs: answer[0], replicas };
}
