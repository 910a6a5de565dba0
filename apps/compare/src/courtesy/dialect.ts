/** A refusal in the suite's words; the type of each problem document ends in its name. */
export type Refusal =
  | "key-missing"
  | "key-invalid"
  | "key-reused"
  | "request-in-progress"
  | "store-unavailable"
  | "body-too-large";

/** How a library says no: words of its own in the body, and what they mean. */
export type Dialect = readonly { readonly says: string; readonly means: Refusal }[];

/** What the words mean; `undefined` where they are no refusal of this library's. */
export function refusalIn(dialect: Dialect, body: string): Refusal | undefined {
  return dialect.find(({ says }) => body.includes(says))?.means;
}
