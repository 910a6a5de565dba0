import type { Queries } from "../storage/database.js";
import type { SessionRequest } from "./session-request.js";

/** A person's way through a verification. */
export interface Session extends SessionRequest {
  readonly id: string;
  readonly account: string;
  readonly checkId: string;
  readonly status: string;
  readonly createdAt: Date;
}

const columns = `id, account, check_id AS "checkId", workflow_id AS "workflowId", vendor_data AS "vendorData",
  callback, status, created_at AS "createdAt"`;

/** The API's own table. */
export class Sessions {
  readonly #table: Queries;

  constructor(table: Queries) {
    this.#table = table;
  }

  /** Stores a session; one that stands there already, left by an attempt that was lost, is the one to answer with. */
  async create(session: Pick<Session, "id" | "account" | "checkId"> & SessionRequest): Promise<Session> {
    const { id, account, checkId, workflowId, vendorData, callback } = session;
    await this.#table.query(
      `INSERT INTO demo_api.sessions (id, account, check_id, workflow_id, vendor_data, callback, status)
       VALUES ($1, $2, $3, $4, $5, $6, 'not_started') ON CONFLICT (id) DO NOTHING`,
      [id, account, checkId, workflowId, vendorData, callback],
    );
    const stored = await this.find(account, id);
    if (stored === undefined) throw new Error(`session ${id} was stored and is not there`);
    return stored;
  }

  /** A session of that account; nobody else's is found. */
  async find(account: string, id: string): Promise<Session | undefined> {
    const { rows } = await this.#table.query<Session>(
      `SELECT ${columns} FROM demo_api.sessions WHERE account = $1 AND id = $2`,
      [account, id],
    );
    return rows[0];
  }
}
