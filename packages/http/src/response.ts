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
}

/** The first value of a header; `name` in lower case. */
export function headerValue(headers: readonly HeaderLine[], name: string): string | undefined {
  return headers.find(([each]) => each.toLowerCase() === name)?.[1];
}
