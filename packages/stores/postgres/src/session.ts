import type { PostgresClient, Rows } from "./client.js";
import { faultOf, isUnprepared, repeatedly, UNDONE } from "./faults.js";
import type { TableName } from "./names.js";
import type { Deliver } from "./query.js";
import { operationOf, type Statement, type Step, statementsOf } from "./statements.js";

/** How statements are sent. */
export type Send = (statement: Statement, values: unknown[]) => Promise<Rows>;

/** Sends every statement as it stands: fit for every client and every pooler. */
export function plainly(deliver: Deliver): Send {
  return ({ plain }, values) => deliver({ name: "", text: plain, values });
}

/** The same through a client that is inside a transaction of somebody's. */
export function insideTransaction(client: PostgresClient): Send {
  return ({ inside }, values) => client.query(inside, values);
}

/** Lets each connection keep the statement under its name. */
export function prepared(deliver: Deliver): Send {
  const plain = plainly(deliver);
  return (statement, values) => {
    const { name, text, whole } = statement.prepared;
    const sent = deliver({ name, text, values });
    if (whole) return sent;
    return sent.then((answer) => (answer.rows.length > 0 ? answer : plain(statement, values)));
  };
}

/**
 * The same, until it turns out that a pooler in between does not carry prepared statements; plainly from then on.
 *
 * The statement that found out was refused before it began, so it is sent again at once.
 */
export function preparedIfCarried(deliver: Deliver): Send {
  const plain = plainly(deliver);
  const kept = prepared(deliver);
  let carried = true;
  return (statement, values) => {
    if (!carried) return plain(statement, values);
    return kept(statement, values).catch((error: unknown) => {
      if (!isUnprepared(error)) throw error;
      carried = false;
      return plain(statement, values);
    });
  };
}

/** Takes the steps on one table through one client. */
export class Session {
  readonly #send: Send;
  readonly #name: TableName;
  readonly #ownTransactions: boolean;
  readonly #statements: Readonly<Record<Step, Statement>>;

  /** `ownTransactions`: each statement is a transaction of its own, so one that was undone may be sent again. */
  constructor(send: Send, name: TableName, ownTransactions: boolean) {
    this.#send = send;
    this.#name = name;
    this.#ownTransactions = ownTransactions;
    this.#statements = statementsOf(name);
  }

  /** The same table through another client, inside the transaction that runs there. */
  inside(send: Send): Session {
    return new Session(send, this.#name, false);
  }

  /**
   * Takes a step. `read` is given what came back, a text a row; what goes wrong is told as a fault.
   *
   * Without a frame of its own where all goes well: with many calls at once the client's processor is what is short.
   */
  ask<T>(step: Step, values: unknown[], read: (answers: (string | null)[]) => T): Promise<T> {
    const statement = this.#statements[step];
    const send = () => this.#send(statement, values);
    const answer = ({ rows }: Rows): T => {
      try {
        return read(rows.map(answerOf));
      } catch (cause) {
        throw this.#faultOf(step, cause);
      }
    };
    const failed = (cause: unknown): never => {
      throw this.#faultOf(step, cause);
    };
    const sent = started(send);
    if (!this.#ownTransactions) return sent.then(answer, failed);
    return sent.then(answer, (error: unknown) => repeatedly(send, UNDONE, Promise.reject(error)).then(answer, failed));
  }

  #faultOf(step: Step, cause: unknown): Error {
    return faultOf(operationOf(step), this.#name, cause);
  }
}

/** What a client throws at once is a fault like any other. */
function started(send: () => Promise<Rows>): Promise<Rows> {
  try {
    return send();
  } catch (error) {
    return Promise.reject(error);
  }
}

function answerOf(row: unknown): string | null {
  if (typeof row === "object" && row !== null && "answer" in row) {
    const { answer } = row;
    if (answer === null || typeof answer === "string") return answer;
  }
  throw new Error("the client gave something else than an object with the text `answer` for a row of its result");
}
