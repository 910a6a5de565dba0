/**
 * How much courtesy a case is judged with.
 * - `in substance`: whatever a library calls a refusal or a replay is translated into the words of the suite, and
 *   headers that it dropped from a replay, or made anew, are put back: none of these is what the case asks.
 * - `with its headers`: as before, but the headers of a replay are as the library sent them.
 * - `as it is`: nothing is translated; the case asks for form.
 */
export type Judged = "in substance" | "with its headers" | "as it is";
