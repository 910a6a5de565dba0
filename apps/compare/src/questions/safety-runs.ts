import { entry, type Question } from "./question.js";

/** Whether the operation runs as often as it should. */
export const runQuestions: readonly Question[] = [
  {
    group: "safety",
    asks: "Of equal requests at once, does exactly one run?",
    because: "a second run is a second charge",
    cases: [
      entry("CON-01", "Duplicates that arrive together while the first one works charge more than once."),
      entry("CON-03", "Duplicates that arrive together charge more than once, however fast the handler is."),
      entry("CON-04", "A client that chose to wait for the running request is refused, or charges again."),
      entry("CON-05", "Two different payments block each other."),
      entry("HTP-07", "Requests that a proxy pipelines on one connection charge twice or get each other's answer."),
    ],
  },
  {
    group: "safety",
    asks: "Does a retry get the first answer, and nothing runs again?",
    because: "it is what the key is for",
    cases: [
      entry("RPL-01", "A client that lost the answer and asks again is charged again, or never learns the result."),
      entry("KEY-11", "Two keys that differ by case share one answer."),
      entry("KEY-12", "A client library or proxy that spells the header in lower case loses its protection."),
      entry("HTP-04", "A protected PUT runs again."),
    ],
  },
  {
    group: "safety",
    asks: "Are another request under a used key and a retry told apart?",
    because: "a caller would take another operation's answer for its own, or an honest retry is refused",
    cases: [
      entry("MIS-01", "A client that reuses a key by mistake is told that the second payment was made. It was not."),
      entry("MIS-08", "Another order of items, or a field that was emptied, is taken for the same request."),
      entry("MIS-09", "Two large account numbers that differ in the last digit are taken for the same."),
      entry("BDY-03", "Two forms under one key are taken for one request, or a retried form for another one."),
      entry("BDY-04", "Two texts under one key are taken for one request, or a retried text for another one."),
      entry("BDY-06", "Two uploads under one key are taken for one, or a retried upload is refused as another one."),
      entry("BDY-07", "Two bodies of an unknown type are taken for one request, or a retry is refused as another one."),
      entry("BDY-08", "Two bodies without a type are taken for one request, or a retry is refused as another one."),
      entry("BDY-15", "Another body that claims the first one's digest is taken for the first one."),
      entry("BDY-09", "Two bodies that parse alike are taken for one request, or a retry is refused as another one."),
      entry("BDY-11", "A request with a body is taken for one without."),
      entry(
        "BDY-12",
        "Bytes of another media type are taken for the same, or a parameter of the type makes a retry another.",
      ),
    ],
  },
  {
    group: "safety",
    asks: "Is the same request in another spelling still the same?",
    because: "an honest retry is refused, and its answer is lost",
    cases: [
      entry("MIS-06", "A client whose JSON library orders members anew is refused on its retry."),
      entry("MIS-07", "A client whose JSON library writes numbers or strings anew is refused on its retry."),
      entry("BDY-05", "A retried form is refused, because each attempt draws a new boundary."),
      entry("BDY-10", "A retry that a proxy cut into other chunks is refused."),
      entry("BDY-14", "A retry through a proxy that compresses is refused."),
    ],
  },
  {
    group: "safety",
    asks: "Are two callers with one key kept apart?",
    because: "one customer's answer is shown to another, or one customer stops another",
    cases: [
      entry("SCP-01", "A customer who sends another customer's key is given that customer's answer, or none at all."),
      entry("SCP-02", "A customer is refused because another customer used the same key."),
      entry("SCP-03", "A customer waits for another customer's request."),
      entry("SCP-04", "An account name with a colon in it reaches another account's keys."),
    ],
  },
];
