import { entry, type Question } from "./question.js";

/** How things are said. */
export const protocolQuestions: readonly Question[] = [
  {
    group: "protocol",
    asks: "Are missing and malformed keys refused?",
    because: "what a key may look like is a convention; nothing runs twice where both sides keep to another one",
    cases: [
      entry("KEY-01", "A client that forgot the key is not told, and is not protected."),
      entry("KEY-02", "A route that does without keys refuses requests that have none."),
      entry("KEY-03", "A broken key on a route that does without keys is taken for none."),
      entry("KEY-04", "A malformed key is taken as it is."),
      entry("KEY-05", "An empty key is taken for none, or for a key that all clients share."),
      entry("KEY-06", "Keys have no limit: each costs as much memory as its sender likes."),
      entry("KEY-07", "Two header lines become one key, and a proxy that drops one makes it another."),
      entry("KEY-08", "A list of keys is taken for one key."),
    ],
  },
  {
    group: "protocol",
    asks: "Is the key read as the draft writes it, in quotes?",
    because: "only the header's syntax in the IETF draft says that these are one key",
    cases: [
      entry("KEY-09", 'The key `"abc"` and the key `abc` are two keys.'),
      entry("KEY-10", "A parameter after the quoted key makes it another key."),
    ],
  },
  {
    group: "protocol",
    asks: "Is a key that was used on one route refused on another?",
    because: "a key may belong to a route as well as to the whole API; nothing is mixed up either way",
    cases: [
      entry("MIS-02", "On another route the same key begins another operation."),
      entry("MIS-03", "With another query the same key begins another operation."),
      entry("MIS-04", "With another method the same key begins another operation."),
    ],
  },
  {
    group: "protocol",
    asks: "Are refusals 400, 409, 422 as problem documents?",
    because: "it is about status codes, media types and members, none of which changes what runs",
    cases: [
      entry(
        "CON-02",
        "A duplicate of a running request is not told by 409 and `Retry-After` to come back.",
        "as it is",
      ),
      entry(
        "MIS-05",
        "Another request under a running key is told to come back, and only later that the key is taken.",
      ),
      entry("PRB-01", "A refusal is no problem document (RFC 9457) with a status of its own.", "as it is"),
      entry("PRB-02", "A client cannot tell the cases apart by type.", "as it is"),
      entry("PRB-03", "A refusal may be cached.", "as it is"),
      entry("PRB-04", "A refusal repeats the key, and logs keep it."),
      entry("PRB-05", "A refusal does not say whether to send the request again.", "as it is"),
      entry("POL-12", "A malformed key is not refused, or the refusal is stored in the place of the answer."),
    ],
  },
  {
    group: "protocol",
    asks: "Is a replay marked as one, and the first answer left as it was?",
    because: "the marker, and headers that the protection adds, inform; the answer is the same without them",
    cases: [
      entry("RPL-02", "A client cannot tell a replay (`Idempotent-Replayed: true`) from a first answer.", "as it is"),
      entry("RPL-16", "The protection adds or removes headers of the first answer."),
    ],
  },
  {
    group: "protocol",
    asks: "Are other methods left alone, and limits on sizes told?",
    because: "which methods are protected, and how large a body or a stored answer may be, is a convention",
    cases: [
      entry("HTP-01", "A GET with the header is protected, or refused for a broken key."),
      entry("HTP-02", "HEAD or OPTIONS with the header is protected, or refused for a broken key."),
      entry("HTP-03", "PUT or DELETE with the header is protected without having been asked."),
      entry("BDY-13", "A body that is too large to compare is not refused, or uses up its key."),
      entry("BDY-16", "A body of 1 MiB is refused or compared in part, or one that is larger is taken."),
      entry("SCP-05", "A caller can fill the store with keys, or a bound on them refuses its retries too."),
      entry("DUR-03", "A retry is not told that the answer was too large to be kept; its size has no limit."),
    ],
  },
  {
    group: "protocol",
    asks: "Does a connection go on after each kind of answer?",
    because: "it is about HTTP's framing of messages",
    cases: [
      entry("HTP-05", "A kept connection breaks or hangs after a replay or a refusal."),
      entry("HTP-06", "A kept connection breaks or hangs after a refusal whose body nobody read."),
    ],
  },
];
