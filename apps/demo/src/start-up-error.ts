/** Something that whoever started the demo can mend. Its message is for them; a stack would only hide it. */
export class StartUpError extends Error {
  override readonly name = "StartUpError";
}

/** The code of a system error, such as `EADDRINUSE`. */
export function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}
