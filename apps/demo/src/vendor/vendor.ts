import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Queries } from "../storage/database.js";

/** What the API asks of its vendor. */
export interface CheckRequest {
  /** The vendor bills a customer once for a key, however often it is asked. */
  readonly idempotencyKey: string;
  readonly customer: string;
  /** Whom to check, in the customer's own words. */
  readonly reference: string;
  readonly sessionId: string;
}

/** One check, billed. */
export interface BilledCheck {
  readonly checkId: string;
  readonly reference: string;
  readonly sessionId: string;
  readonly billedAt: Date;
}

/** A key of the vendor came again for another check; the first one was billed, this one was not. */
export class VendorKeyReused extends Error {
  override readonly name = "VendorKeyReused";
}

/** A check is done elsewhere and takes its time. */
const CHECK_TAKES_MS = 60;

const columns = `check_id AS "checkId", reference, session_id AS "sessionId", billed_at AS "billedAt"`;

/**
 * A vendor of identity checks, simulated: it shares nothing with the API but a database server.
 *
 * Its ledger is its own. What it billed stays billed when the API crashes, which is what makes a retry dangerous.
 */
export class Vendor {
  readonly #ledger: Queries;

  constructor(ledger: Queries) {
    this.#ledger = ledger;
  }

  /**
   * Does a check and bills it; under a key that was billed already, answers with that check.
   *
   * @throws VendorKeyReused if the key stands for another check.
   */
  async check(request: CheckRequest): Promise<{ readonly check: BilledCheck; readonly billedNow: boolean }> {
    await delay(CHECK_TAKES_MS);
    const billed = await this.#bill(request);
    if (billed !== undefined) return { check: billed, billedNow: true };
    const earlier = await this.#find(request);
    if (earlier.reference !== request.reference || earlier.sessionId !== request.sessionId) {
      throw new VendorKeyReused("the key was used for another check");
    }
    return { check: earlier, billedNow: false };
  }

  /** Everything that a customer was billed for, oldest first; of one `reference` only, where it is given. */
  async billedTo(customer: string, reference?: string): Promise<readonly BilledCheck[]> {
    const { rows } = await this.#ledger.query<BilledCheck>(
      `SELECT ${columns} FROM demo_vendor.checks
       WHERE customer = $1 AND ($2::text IS NULL OR reference = $2) ORDER BY number`,
      [customer, reference ?? null],
    );
    return rows;
  }

  async #bill({ customer, idempotencyKey, reference, sessionId }: CheckRequest): Promise<BilledCheck | undefined> {
    const { rows } = await this.#ledger.query<BilledCheck>(
      `INSERT INTO demo_vendor.checks (check_id, customer, idempotency_key, reference, session_id)
       VALUES ($1, $2, $3, $4, $5) ON CONFLICT (customer, idempotency_key) DO NOTHING RETURNING ${columns}`,
      [`chk_${randomUUID()}`, customer, idempotencyKey, reference, sessionId],
    );
    return rows[0];
  }

  async #find({ customer, idempotencyKey }: CheckRequest): Promise<BilledCheck> {
    const { rows } = await this.#ledger.query<BilledCheck>(
      `SELECT ${columns} FROM demo_vendor.checks WHERE customer = $1 AND idempotency_key = $2`,
      [customer, idempotencyKey],
    );
    const [check] = rows;
    if (check === undefined) throw new Error("the ledger refused a key and does not have it");
    return check;
  }
}
