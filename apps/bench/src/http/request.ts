import { answer, body } from "../stores/payload.js";

/** The route of every contender. */
export const PATH = "/v1/charges";
/** Says whose key it is, as an authentication would. */
export const ACCOUNT_HEADER = "x-account";
export const KEY_HEADER = "idempotency-key";
export const ACCOUNT = "acct_1";
export const JSON_TYPE = "application/json; charset=utf-8";

export const bodyText = JSON.stringify(body);
/** What every answer holds, of a first request and of a replay. */
export const RECEIPT = answer.id;
