import { isOncekeyError, OncekeyError } from "@oncekey/core";
import { qualified, type TableName } from "./names.js";

/** SQLSTATEs of Postgres that the store tells apart. */
const SERIALIZATION_FAILURE = "40001";
const DEADLOCK_DETECTED = "40P01";
const IN_FAILED_TRANSACTION = "25P02";
const UNDEFINED_FUNCTION = "42883";
const UNDEFINED_TABLE = "42P01";
const UNDEFINED_COLUMN = "42703";
const DUPLICATE_TABLE = "42P07";
const UNIQUE_VIOLATION = "23505";
const INVALID_SCHEMA = "3F000";
const UNDEFINED_PREPARED_STATEMENT = "26000";
const DUPLICATE_PREPARED_STATEMENT = "42P05";

/** What a call meets where `migrate()` has not been run, or something else has the name of the table. */
const UNMIGRATED: readonly string[] = [UNDEFINED_FUNCTION, UNDEFINED_TABLE, UNDEFINED_COLUMN, INVALID_SCHEMA];

/** How often a statement is sent that Postgres undoes because of another one. Each time it does, another one got on. */
const MAX_ATTEMPTS = 20;

/** The conditions with which Postgres undoes a statement because of a concurrent one. */
export const UNDONE: readonly string[] = [SERIALIZATION_FAILURE, DEADLOCK_DETECTED];

/**
 * The same for a migrator: where the default isolation is stricter than `read committed` it may have looked before
 * another one was done, and then makes what is there by now.
 */
export const UNDONE_MIGRATION: readonly string[] = [...UNDONE, DUPLICATE_TABLE, UNIQUE_VIOLATION];

/**
 * Sends a statement of its own, and sends it again where Postgres undid it as a whole because of a concurrent one. That
 * happens where the connection's default isolation is `repeatable read` or `serializable`; nothing was written then.
 *
 * Not for a statement inside somebody's transaction: that has to be run again from its beginning, by its owner.
 *
 * @param first what was sent already
 */
export async function repeatedly<T>(send: () => Promise<T>, states = UNDONE, first = send()): Promise<T> {
  let undone: unknown;
  for (let attempt = 1; ; attempt++) {
    try {
      return await (attempt === 1 ? first : send());
    } catch (error) {
      const state = sqlState(error);
      // The client was in a transaction after all: what undid that is the error to tell.
      if (state === IN_FAILED_TRANSACTION && undone !== undefined) throw undone;
      if (attempt === MAX_ATTEMPTS || state === undefined || !states.includes(state)) throw error;
      undone = error;
      await pause(Math.random() * Math.min(2 ** attempt, 50));
    }
  }
}

/**
 * Says which step failed and why, with the driver's error as `cause`.
 *
 * An `OncekeyError` means to the engine that nothing was written and asking again is no use; so only what is certain
 * becomes one. After any other fault the step may have been applied.
 */
export function faultOf(step: string, name: TableName, cause: unknown): Error {
  if (isOncekeyError(cause)) return cause;
  const state = sqlState(cause);
  if (state !== undefined && UNMIGRATED.includes(state)) {
    return new OncekeyError(
      "STORE_MISCONFIGURED",
      `PostgresStore ${step}: the schema of ${qualified(name)} is missing or older than this version needs; ` +
        "run migrate(client, { schema, table }) with the same names, by a role that may create tables",
      { cause },
    );
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  const hint = isUnprepared(cause)
    ? " (the pooler between here and the server does not carry prepared statements: leave out the option prepare)"
    : "";
  return new Error(`PostgresStore ${step}: ${reason}${hint}`, { cause });
}

/**
 * Whether the session at the other end has lost the statement that the client prepared, or has it from another client.
 * A pooler that hands each transaction to any session, and knows nothing of prepared statements, does both.
 */
export function isUnprepared(error: unknown): boolean {
  const state = sqlState(error);
  return state === UNDEFINED_PREPARED_STATEMENT || state === DUPLICATE_PREPARED_STATEMENT;
}

/** The five characters by which Postgres names a condition. */
function sqlState(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
