import { entry, type Question } from "./question.js";

/** Whether the answer is the right one. */
export const answerQuestions: readonly Question[] = [
  {
    group: "safety",
    asks: "Is every kind of answer replayed as it was?",
    because: "a changed answer is a wrong one, and an answer that cannot be replayed is a key that is stuck",
    cases: [
      entry("RPL-07", "A PDF, an image or a signed receipt comes back broken."),
      entry("RPL-08", "A file that begins with a byte order mark comes back changed, and its checksum fails."),
      entry("RPL-09", "An answer without content (204) is stuck, runs again or comes back as an error."),
      entry("RPL-10", "An empty answer is stuck, runs again or comes back as something else."),
      entry("RPL-11", "The answer `null` counts as no answer."),
      entry("RPL-12", "An answer that was written in pieces comes back empty, broken or never."),
      entry("RPL-13", "A redirect comes back without its target, or its key is stuck.", "with its headers"),
      entry("RPL-15", "A replay of bytes has another length than the answer, or announces a wrong one."),
      entry("HTP-08", "A text comes back empty, or compressed for a client that does not accept that."),
    ],
  },
  {
    group: "safety",
    asks: "Does a replay carry the headers that describe the answer, and no others?",
    because: "the client cannot find what it created; a replayed cookie logs one user in as another",
    cases: [
      entry("RPL-03", "`Location` and `ETag` are gone: the client cannot find what it created.", "with its headers"),
      entry("RPL-04", "A replay sets the cookies of the first answer, in somebody else's browser."),
      entry("RPL-05", "A replay repeats headers that belonged to one message, such as CORS headers of another origin."),
      entry("RPL-06", "A replay pretends to be as old as the first answer, and caches judge it by that."),
      entry("RPL-14", "Of several lines of one header, some are lost.", "with its headers"),
    ],
  },
  {
    group: "safety",
    asks: "Does the handler get the request unharmed?",
    because: "the operation runs on something else than what was sent",
    cases: [
      entry("BDY-01", "A JSON body reaches the handler changed."),
      entry("BDY-02", "A body of an unknown type reaches the handler changed, or not at all."),
    ],
  },
  {
    group: "safety",
    asks: "After a failure, can the same key be tried again, and is a refusal final?",
    because: "a stored failure makes the operation impossible for as long as the key lives",
    cases: [
      entry("POL-01", "A refusal of the application (404, 422) is decided anew at each retry, and may become a run."),
      entry("POL-02", "A passing failure of the server (500, 502) is the answer for as long as the key lives."),
      entry("POL-03", "An expired login (401) or a rate limit (429) is the answer for as long as the key lives."),
      entry("POL-04", "A handler that threw leaves its key stuck, or its failure is the answer for good."),
      entry("POL-05", "A handler that rejected leaves its key stuck, or its failure is the answer for good."),
      entry("POL-06", "A handler that called `next(error)` leaves its key stuck, or its failure is final."),
      entry("POL-07", "An operation that must not run twice runs again after a failure."),
      entry("POL-08", "An operation that must not run twice runs again after its handler threw."),
      entry("POL-09", "An operation that never began is given up."),
      entry("POL-13", "An operation that says that it did nothing is given up all the same."),
      entry("POL-10", "An answer that broke off half-way is stored, or its key is stuck."),
      entry("POL-14", "That nothing was modified (304) is the answer for a client that has nothing."),
      entry("POL-11", "A request that is corrected after a failure of the server is refused."),
    ],
  },
  {
    group: "safety",
    asks: "Is an answer durable before the client has it?",
    because: "a crash in between leaves a client that was told yes and a retry that runs again or finds a stuck key",
    cases: [
      entry("DUR-01", "The answer is out before it is stored: a crash in between loses it, and its key is stuck."),
      entry("DUR-02", "The same, for an answer that is written in pieces."),
      entry("DUR-04", "The same, for an answer that is too large to keep."),
      entry("DUR-06", "A client that hangs up while its answer is being stored finds its key stuck."),
    ],
  },
  {
    group: "safety",
    asks: "Do events reach the client as they come, from one run?",
    because: "a stream that waits for its end never begins, and one that nobody remembers begins twice",
    cases: [
      entry("EVT-01", "A client that listens for events hears nothing, or the first of them only."),
      entry("EVT-02", "A client that listens again runs the operation again, or is told to wait for ever."),
      entry("EVT-03", "The first event is out before it is stored that it was given."),
      entry("EVT-04", "The server sends events for ever to a client that has gone."),
    ],
  },
  {
    group: "safety",
    asks: "Does a client that hangs up change nothing?",
    because: "hanging up is why retries exist",
    cases: [
      entry("DUR-05", "A client that gave up waiting and asks again finds its key stuck, or is charged again."),
      entry("DUR-09", "A client that lost its connection in the middle of a request finds its key stuck or wrong."),
      entry("DUR-10", "The same, for a client that was lost while its key was being claimed."),
    ],
  },
  {
    group: "safety",
    asks: "Can it be shut down while requests run, and nothing is lost?",
    because: "every deployment ends servers while clients wait for their answers",
    cases: [
      entry("DUR-11", "A server that is being replaced breaks off what runs, or begins what it will not end."),
      entry("DUR-12", "A server that is being replaced ends before answers are stored, and their keys are stuck."),
    ],
  },
  {
    group: "safety",
    asks: "With the store down, does nothing run unprotected, hang or get stuck?",
    because: "an outage of the store is when retries come in numbers",
    cases: [
      entry("DUR-07", "While the store is down requests run unprotected, hang, or bring the process down."),
      entry(
        "DUR-08",
        "When an answer cannot be stored at once, the client gets an error after the fact, or its key is stuck.",
      ),
    ],
  },
];
