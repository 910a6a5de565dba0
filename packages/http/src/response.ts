/** A header line: its name, its value. Names may repeat. */
export type HeaderLine = readonly [name: string, value: string];

/** A response whose bytes are all at hand. */
export interface CompleteResponse {
  readonly status: number;
  readonly headers: readonly HeaderLine[];
  readonly body: Uint8Array;
}

/** A response as a handler made it; `body` is undefined where it was larger than may be kept. */
export interface CapturedResponse extends Omit<CompleteResponse, "body"> {
  readonly body: Uint8Array | undefined;
  /**
   * What the handler failed with, where its framework made this response of it. If it is core's `NotExecutedError`, the key
   * is released whatever the policy, unless the response says that somebody succeeded after all.
   */
  readonly error?: unknown;
}

/** Answers the text if it can be the name of a header (RFC 9110, section 5.1). */
export function requireHeaderName(where: string, name: unknown): string {
  if (typeof name === "string" && /^[\w!#$%&'*+\-.^`|~]+$/.test(name)) return name;
  throw new TypeError(`${where}: ${JSON.stringify(name)} is not the name of a header`);
}

/**
 * Refuses lines that no response can have. Stored, one with a line break would come back as two headers, and one with
 * other odd characters would make every replay fail.
 */
export function checkHeaderLines(where: string, lines: readonly HeaderLine[]): void {
  for (const [name, value] of lines) {
    requireHeaderName(where, name);
    if (typeof value === "string" && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)) continue;
    throw new TypeError(`${where}: the value of ${name} holds what no header may, such as a line break; encode it`);
  }
}

/** The first value of a header; `name` in lower case. */
export function headerValue(headers: readonly HeaderLine[], name: string): string | undefined {
  return headers.find(([each]) => each.toLowerCase() === name)?.[1];
}
