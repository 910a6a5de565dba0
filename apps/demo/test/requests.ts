import { randomUUID } from "node:crypto";
import { createIdempotentFetch } from "@oncekey/client";
import { createAsking } from "../public/asking.js";

/** One customer's way of asking. */
export interface Asked {
  readonly key?: string | undefined;
  readonly account?: string;
  readonly person?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
}

export const newKey = () => `test-${randomUUID()}`;

/** Asks once for a session. */
export async function post(url: string, asked: Asked): Promise<Answer> {
  return answer(await fetch(`${url}/v3/session`, initOf(asked)));
}

/** Asks for a session until there is a final answer. */
export async function postUntilAnswered(url: string, asked: Asked): Promise<Answer> {
  return answer(await createAsking(createIdempotentFetch)(`${url}/v3/session`, initOf(asked)));
}

export async function get(url: string, path: string, account = "demo-acme"): Promise<Answer> {
  return answer(await fetch(`${url}${path}`, { headers: { "x-api-key": account } }));
}

/** How often a person was billed for. */
export async function billedFor(url: string, person: string, account = "demo-acme"): Promise<number> {
  const { json } = await get(url, "/v3/ledger", account);
  const entries: readonly { readonly vendor_data: string }[] = Array.isArray(json["entries"]) ? json["entries"] : [];
  return entries.filter(({ vendor_data }) => vendor_data === person).length;
}

function initOf({ key, account = "demo-acme", person = "person", headers = {}, body }: Asked) {
  return {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-api-key": account,
      ...(key === undefined ? {} : { "idempotency-key": key }),
      ...headers,
    },
    body: body ?? JSON.stringify({ workflow_id: "kyc", vendor_data: person }),
  };
}

async function answer(response: Response): Promise<Answer> {
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: /json/.test(response.headers.get("content-type") ?? "") ? JSON.parse(text) : {},
  };
}
