/** What became of one case with one candidate. */
export type Outcome =
  | { readonly status: "passed" }
  | {
      readonly status: "failed";
      /** What was seen, in one line. */
      readonly observed: string;
      /** How often the handler ran for the request of which it ran most; 0: it never ran. */
      readonly runs: number;
    }
  | { readonly status: "skipped"; readonly reason: string };

/** What a failed case says, in one line that is the same at every run. */
export function observedIn(message: string): string {
  const lines = message
    .split("\n")
    .slice(1) // the case's own id and title
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return lines
    .join("; ")
    .replaceAll(/; expected: (.*?); actual: +/g, ": expected $1, got ")
    .replaceAll(/\b(key|token|account)-\w+-\w+-\d+/g, "<$1>")
    .replaceAll(/(.)\1{30,}/g, "$1$1$1…")
    .replaceAll(/waited in vain for \S+ to be settled/g, "still 409 after 8 s of retries")
    .replaceAll(/127\.0\.0\.1:\d+/g, "<server>")
    .slice(0, 240);
}
