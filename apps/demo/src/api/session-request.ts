import { Problem } from "./problem.js";

/** What a customer asks for. */
export interface SessionRequest {
  readonly workflowId: string;
  /** Whom it is about, in the customer's own words. */
  readonly vendorData: string;
  /** Where the customer is told of the outcome. */
  readonly callback: string | null;
}

const MAX_LENGTH = 255;
const MAX_URL_LENGTH = 2_048;

/** Reads the body of `POST /v3/session`; members that it does not know are left alone. A 400 names every wrong one. */
export function readSessionRequest(body: unknown): SessionRequest {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new Problem(400, "The body must be a JSON object, sent as application/json.");
  }
  const read = new Reader(body);
  const request = {
    workflowId: read.text("workflow_id"),
    vendorData: read.text("vendor_data"),
    callback: read.url("callback"),
  };
  if (read.problems.length === 0) return request;
  throw new Problem(400, `The body is not valid: ${read.problems.join("; ")}.`);
}

class Reader {
  readonly problems: string[] = [];
  readonly #body: ReadonlyMap<string, unknown>;

  constructor(body: object) {
    this.#body = new Map(Object.entries(body));
  }

  text(name: string): string {
    const value = this.#body.get(name);
    if (value === undefined) return this.#wrong(`${name} is missing`);
    if (typeof value !== "string") return this.#wrong(`${name} must be a string`);
    if (value.trim() === "") return this.#wrong(`${name} must not be blank`);
    if (value.length > MAX_LENGTH) return this.#wrong(`${name} must have at most ${MAX_LENGTH} characters`);
    // Postgres keeps neither in a text, and what is kept has to be what was sent.
    if (/\0|\p{Surrogate}/u.test(value)) return this.#wrong(`${name} must not contain U+0000 or half a surrogate pair`);
    return value;
  }

  url(name: string): string | null {
    const value = this.#body.get(name) ?? null;
    if (value === null) return null;
    const isUrl = typeof value === "string" && value.length <= MAX_URL_LENGTH && URL.canParse(value);
    if (isUrl && /^https?:$/.test(new URL(value).protocol)) return new URL(value).href;
    return this.#wrong(`${name} must be an absolute http or https URL of at most ${MAX_URL_LENGTH} characters`);
  }

  #wrong(problem: string): string {
    this.problems.push(problem);
    return "";
  }
}
