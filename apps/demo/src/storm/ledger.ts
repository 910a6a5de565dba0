import { ACCOUNT, type Complaint } from "./operation.js";
import type { PlannedOperation } from "./plan.js";

/** What the vendor billed for one storm. */
export interface Bill {
  readonly checks: number;
  readonly complaints: readonly NonNullable<Complaint>[];
}

/** Reads the ledger and holds it against the operations: each has to be billed once, and nothing else of this storm. */
export async function readBill(url: string, run: string, operations: readonly PlannedOperation[]): Promise<Bill> {
  const response = await fetch(`${url}/v3/ledger`, { headers: { "x-api-key": ACCOUNT } });
  if (!response.ok) return { checks: 0, complaints: [`the ledger cannot be read: ${response.status}`] };
  const billed = peopleOf(await response.json()).filter((person) => person.startsWith(`storm-${run}-`));
  const times = new Map(operations.map(({ vendorData }) => [vendorData, 0]));
  for (const person of billed) times.set(person, (times.get(person) ?? 0) + 1);
  const complaints = [...times]
    .filter(([, count]) => count !== 1)
    .map(([name, count]) => `${name} was billed ${count} times`);
  return { checks: billed.length, complaints };
}

function peopleOf(ledger: unknown): string[] {
  if (typeof ledger !== "object" || ledger === null || !("entries" in ledger) || !Array.isArray(ledger.entries)) {
    throw new Error("the ledger is not what it should be");
  }
  return ledger.entries.map((entry: unknown) => {
    if (typeof entry === "object" && entry !== null && "vendor_data" in entry) return String(entry.vendor_data);
    throw new Error("an entry of the ledger has no vendor_data");
  });
}
