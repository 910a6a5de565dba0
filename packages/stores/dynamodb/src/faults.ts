import { isOncekeyError, OncekeyError } from "@oncekey/core";
import { propertyOf } from "./client.js";

/** How often a write is sent that DynamoDB refused for the sake of a transaction that is under way. */
const MAX_ATTEMPTS = 20;

/** Errors with which DynamoDB says that it did nothing, and will do nothing however often it is asked. */
const MISCONFIGURED: Readonly<Record<string, string>> = {
  ResourceNotFoundException: "there is no such table in this account and region: createTable() makes it",
  AccessDeniedException: "the role may not do this: the README of @oncekey/dynamodb has the policy that it needs",
  ValidationException:
    "the table is not as the store needs it, with a string as its partition key and no sort key, or its attributes are " +
    "called otherwise: tableDefinition() says how it has to be",
};

const THROTTLED = ["ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"];

/** What an error is called; the SDK's classes of several copies of it share only that. */
export function nameOf(error: unknown): string | undefined {
  const name = propertyOf(error, "name");
  return typeof name === "string" ? name : undefined;
}

/**
 * Sends a write, and sends it again where DynamoDB refused it because a transaction on the same item was under way. Nothing
 * was written then, and the SDK does not repeat such a write by itself.
 */
export async function repeatedly<T>(send: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await send();
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || nameOf(error) !== "TransactionConflictException") throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(2 ** attempt, 100)));
    }
  }
}

/**
 * Says which step failed and why, with the SDK's error as `cause`.
 *
 * An `OncekeyError` means to the engine that nothing was written and asking again is no use; so only what is certain
 * becomes one. After any other fault, a throttled request included, the step may have been applied.
 */
export function faultOf(step: string, table: string, cause: unknown): Error {
  if (isOncekeyError(cause)) return cause;
  const name = nameOf(cause) ?? "";
  const reason = cause instanceof Error ? cause.message : String(cause);
  const mend = Object.hasOwn(MISCONFIGURED, name) ? MISCONFIGURED[name] : undefined;
  if (mend !== undefined) {
    const message = `DynamoDBStore ${step} in ${table}: ${name}: ${reason}; ${mend}`;
    return new OncekeyError("STORE_MISCONFIGURED", message, { cause });
  }
  const hint = THROTTLED.includes(name) ? " (the table's capacity, or that of one of its partitions, is used up)" : "";
  return new Error(`DynamoDBStore ${step} in ${table}: ${name === "" ? "" : `${name}: `}${reason}${hint}`, { cause });
}
