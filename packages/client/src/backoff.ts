/** How waits between attempts are spread. */
export type Jitter = "full" | "equal" | "none";

export interface BackoffShape {
  readonly baseMs: number;
  readonly capMs: number;
  readonly jitter: Jitter;
}

/** Asked to wait by many at once, a server must not get them all back in the same millisecond. */
const RETRY_AFTER_SPREAD = 0.1;

/**
 * The wait before the next attempt, in milliseconds.
 *
 * Exponential with full jitter unless told otherwise: anything between nothing and `min(capMs, baseMs · 2^failures)`, so
 * that clients which failed together come back apart. What the server asks for is a minimum, plus up to a tenth of it.
 *
 * @param failures How many attempts were made before the one that failed last.
 */
export function backoffMs(
  shape: BackoffShape,
  failures: number,
  random: () => number,
  retryAfterMs: number | undefined,
): number {
  const ceiling = Math.min(shape.capMs, shape.baseMs * 2 ** failures);
  const own = spread(shape.jitter, ceiling, random());
  if (retryAfterMs === undefined) return own;
  return Math.max(own, retryAfterMs + retryAfterMs * RETRY_AFTER_SPREAD * random());
}

function spread(jitter: Jitter, ceiling: number, random: number): number {
  if (jitter === "none") return ceiling;
  if (jitter === "equal") return (ceiling * (1 + random)) / 2;
  return ceiling * random;
}
