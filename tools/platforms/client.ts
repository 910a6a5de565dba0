import { type ClientOptions, createIdempotentFetch, type Journal, memoryJournal, reportOf } from "@oncekey/client";
import { checkJournal } from "@oncekey/client/journal-conformance";
import { charge, ways } from "../../packages/client/test/fault-scenarios.js";

/** What is asked of the client on a platform: to go this way to the server there, over a journal of this kind. */
export interface Errand {
  readonly way: string;
  readonly journal: string;
  readonly url: string;
}

/** What the caller was given or told. */
export interface Receipt {
  readonly body?: string;
  readonly outcome?: string | undefined;
  readonly error?: string;
}

/** A case of the journal suite. */
export interface JournalCase {
  readonly title: string;
  readonly problem?: string;
}

/** What the client's app answers. */
export interface ClientAnswer {
  readonly receipts: readonly Receipt[];
  readonly journals: readonly JournalCase[];
}

/** The journals of a platform, by their kind: each call gives storage of its own, and how to open it. */
export type Journals = Readonly<Record<string, () => () => Journal>>;

/** The name of the way that is given up half-way. */
export const ABORTED = "a call that is aborted";

/** The journal that every platform has. */
export const inMemory: Journals = {
  memory: () => {
    const journal = memoryJournal();
    return () => ({ ...journal, close: async () => {} });
  },
};

const options: ClientOptions = {
  retry: { baseMs: 1, capMs: 5, attemptTimeoutMs: 4_000, deadlineMs: 60_000 },
  // The errands are many and have one origin each, but a platform's own limits are not what is tried here.
  budget: false,
};

/** A server that runs the client on its platform: errands are posted to it, and it answers what came of them. */
export function clientApp(journals: Journals): (request: Request) => Promise<Response> {
  return async (request) => {
    const errands: readonly Errand[] = JSON.parse(await request.text());
    const receipts = await Promise.all(errands.map((errand) => receiptOf(errand, journals)));
    const cases = await Promise.all(Object.entries(journals).map(([kind, make]) => casesOf(kind, make())));
    return Response.json({ receipts, journals: cases.flat() } satisfies ClientAnswer);
  };
}

async function receiptOf({ way, journal, url }: Errand, journals: Journals): Promise<Receipt> {
  try {
    if (way === ABORTED) return await aborted(url);
    const [, pay] = ways.find(([name]) => name === way) ?? [];
    const make = journals[journal];
    if (pay === undefined || make === undefined)
      throw new TypeError(`no way "${way}" over a journal "${journal}" here`);
    const response = await pay(`${url}/charges`, make(), options);
    return { body: await response.text(), outcome: reportOf(response)?.outcome };
  } catch (error) {
    return { error: nameOf(error) };
  }
}

async function aborted(url: string): Promise<Receipt> {
  const stop = new AbortController();
  const reason = new Error("the caller has had enough");
  const call = createIdempotentFetch(options)(url, { ...charge, signal: stop.signal });
  setTimeout(() => stop.abort(reason), 200);
  return await call.then(
    () => ({ body: "an answer" }),
    (error: unknown) => ({ error: error === reason ? "the caller's own reason" : nameOf(error) }),
  );
}

async function casesOf(kind: string, open: () => Journal): Promise<readonly JournalCase[]> {
  const { cases } = await checkJournal({ name: kind, open: async () => open() });
  return cases.map(({ id, status, error }) => {
    const title = `journal in ${kind}: ${id}`;
    return status === "passed" ? { title } : { title, problem: String(error) };
  });
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : String(error);
}
