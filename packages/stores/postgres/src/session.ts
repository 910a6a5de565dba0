import type { NamedStatement, PostgresClient, PreparingClient, Rows } from "./client.js";
import { faultOf, repeatedly } from "./faults.js";
import { qualified, type TableName } from "./names.js";

/** The version at the end of the names of the functions that this version of the library calls. */
const FUNCTIONS = "v1";

/** The functions of `sql/`, and the types of what they are given. */
const PARAMETERS = {
  get: ["text"],
  create: ["text", "text", "bytea", "float8"],
  replace: ["text", "text", "text", "bytea", "float8"],
  remove: ["text", "text"],
  list: ["text", "int"],
  sweep: ["int"],
} as const;

export type Step = keyof typeof PARAMETERS;

/** How statements are sent. */
export type Send = (statement: NamedStatement) => Promise<Rows>;

/** Sends every statement as it stands: fit for every client and every pooler. */
export function plainly(client: PostgresClient): Send {
  return ({ text, values }) => client.query(text, values);
}

/** Lets each connection keep the statement under its name. */
export function prepared(client: PreparingClient): Send {
  return (statement) => client.query(statement);
}

/** Calls the functions of one table through one client. */
export class Session {
  readonly #send: Send;
  readonly #name: TableName;
  readonly #ownTransactions: boolean;
  readonly #statements: Readonly<Record<Step, Omit<NamedStatement, "values">>>;

  /** `ownTransactions`: each statement is a transaction of its own, so one that was undone may be sent again. */
  constructor(send: Send, name: TableName, ownTransactions: boolean) {
    this.#send = send;
    this.#name = name;
    this.#ownTransactions = ownTransactions;
    this.#statements = {
      get: statement(name, "get"),
      create: statement(name, "create"),
      replace: statement(name, "replace"),
      remove: statement(name, "remove"),
      list: statement(name, "list"),
      sweep: statement(name, "sweep"),
    };
  }

  /** The same table through another client, inside the transaction that runs there. */
  inside(send: Send): Session {
    return new Session(send, this.#name, false);
  }

  /** One round trip. `read` is given what the function returned, a text a row; what goes wrong is told as a fault. */
  async ask<T>(step: Step, values: unknown[], read: (answers: (string | null)[]) => T): Promise<T> {
    const { name, text } = this.#statements[step];
    const query: NamedStatement = { name, text, values };
    try {
      const { rows } = await (this.#ownTransactions ? repeatedly(() => this.#send(query)) : this.#send(query));
      return read(rows.map(answerOf));
    } catch (cause) {
      throw faultOf(step, this.#name, cause);
    }
  }
}

function statement(name: TableName, step: Step): Omit<NamedStatement, "values"> {
  const parameters = PARAMETERS[step].map((type, index) => `$${index + 1}::${type}`);
  const text = `SELECT ${qualified(name, `_${step}_${FUNCTIONS}`)}(${parameters.join(", ")}) AS answer`;
  return { name: preparedName(step, text), text };
}

/** One name for one text, short enough for Postgres; the step is there for who reads `pg_prepared_statements`. */
function preparedName(step: Step, text: string): string {
  let hash = 0x811c9dc5; // FNV-1a
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return `oncekey_${step}_${(hash >>> 0).toString(16)}`;
}

function answerOf(row: unknown): string | null {
  if (typeof row === "object" && row !== null && "answer" in row) {
    const { answer } = row;
    if (answer === null || typeof answer === "string") return answer;
  }
  throw new Error("the client gave something else than an object with the text `answer` for a row of its result");
}
