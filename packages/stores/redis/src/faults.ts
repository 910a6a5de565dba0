import { isOncekeyError, OncekeyError } from "@oncekey/core";
import { unreadable } from "./value.js";

/**
 * A write was done at the master, and fewer replicas than `waitReplicas` asks for have confirmed it in time.
 *
 * Its outcome is unknown: it stands now, and a failover may forget it. So it counts as a fault, the engine repeats the
 * call, and the repetition waits again.
 */
export class NotReplicatedError extends Error {
  override readonly name = "NotReplicatedError";
  /** How many replicas were asked for. */
  readonly wanted: number;
  /** How many have confirmed the write. */
  readonly confirmed: number;

  constructor(wanted: number, confirmed: number) {
    super(`the write is on ${confirmed} replicas, and waitReplicas asks for ${wanted}: a failover may forget it`);
    this.wanted = wanted;
    this.confirmed = confirmed;
  }
}

/** How servers refuse what the user's access list does not have: to a client, and to a script. */
const FORBIDDEN = /NOPERM|ACL failure in script|The user executing the script can't/;

/**
 * Says which operation failed and why, with the driver's error as `cause`.
 *
 * An `OncekeyError` means to the engine that nothing was written and asking again is no use; so only what is certain
 * becomes one. After any other fault the step may have been applied.
 */
export function faultOf(operation: string, cause: unknown): Error {
  if (isOncekeyError(cause) || cause instanceof NotReplicatedError) return cause;
  const text = errorText(cause);
  if (text.includes("WRONGTYPE")) return unreadable("it is no string, so it is somebody else's; set a prefix", cause);
  if (FORBIDDEN.test(text)) {
    const message =
      `RedisStore ${operation}: the user may not do this: ${text}; it needs EVALSHA, EVAL and TIME, and GET, MGET, ` +
      "GETRANGE, SET, SETRANGE, DEL and PTTL on the keys of this prefix, and WAIT where waitReplicas is set";
    return new OncekeyError("STORE_MISCONFIGURED", message, { cause });
  }
  return new Error(`RedisStore ${operation}: ${text}`, { cause });
}

/** The text of an error. node-redis wraps what its servers said in errors of several kinds. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
