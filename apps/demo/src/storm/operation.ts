import { createIdempotentFetch } from "@oncekey/client";
import { createAsking } from "../../public/asking.js";
import type { PlannedOperation } from "./plan.js";
import { count, type Tally } from "./tally.js";

/** Whom and how hard. */
export interface Target {
  readonly url: string;
  /** How many clients ask for each operation at once. */
  readonly clients: number;
}

export const ACCOUNT = "demo-acme";

/** What went wrong with an operation; undefined where every client got one and the same 201. */
export type Complaint = string | undefined;

/** Asks for one operation by several clients at once, each of which retries until it has a final answer. */
export async function perform(operation: PlannedOperation, target: Target, tally: Tally): Promise<Complaint> {
  const clients = Array.from({ length: target.clients }, () => ask(operation, target, tally));
  const answers = await Promise.all(clients);
  tally.done++;
  const [first] = answers;
  if (first === undefined || !first.startsWith("201 ")) return `${operation.key}: ${first}`;
  const other = answers.find((answer) => answer !== first);
  return other === undefined ? undefined : `${operation.key} has two answers:\n    ${first}\n    ${other}`;
}

/** A final answer with all that a replay has to repeat, or how it failed. */
async function ask({ key, vendorData, faults }: PlannedOperation, { url }: Target, tally: Tally): Promise<string> {
  const send = createAsking(createIdempotentFetch, {
    sent: () => tally.requests++,
    answered: (answer) => count(tally, answer),
    lost: () => tally.lost++,
  });
  try {
    const response = await send(`${url}/v3/session`, {
      method: "POST",
      idempotencyKey: key,
      headers: { "content-type": "application/json", "x-api-key": ACCOUNT, ...faults },
      body: JSON.stringify({ workflow_id: "kyc", vendor_data: vendorData }),
    });
    const body = Buffer.from(await response.arrayBuffer());
    return [response.status, response.headers.get("location"), response.headers.get("content-type"), body].join(" ");
  } catch (error) {
    return `no answer: ${error instanceof Error ? error.message : error}`;
  }
}
