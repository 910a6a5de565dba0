/**
 * What may go wrong, by the value of the form's field: the headers that ask for it, and what it is in words.
 * @type {Readonly<Record<string, { headers: Record<string, string>, hint: string }>>}
 */
export const faults = {
  none: {
    headers: {},
    hint: "One client's request runs. The others are told to come back in a second, and then get its answer.",
  },
  slow: {
    headers: { "x-demo-latency-ms": "6000" },
    hint: "The operation takes six seconds, longer than its lease of five. The lease is renewed while it runs, so nobody takes over.",
  },
  "lose-response": {
    headers: { "x-demo-fault": "lose-response" },
    hint: "Everything is done and stored, then the connection is cut before the answer. The client cannot know, and asks again.",
  },
  "error-500": {
    headers: { "x-demo-fault": "error-500" },
    hint: "The first run fails before anything is billed. A failure is not kept: the key is free, and the next request runs.",
  },
  "crash-after-billing": {
    headers: { "x-demo-fault": "crash-after-billing" },
    hint: "The process dies after the vendor billed and before anything was stored. When its lease is over, a retry takes over, with the same key for the vendor.",
  },
};
