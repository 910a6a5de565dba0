/** One operation of the storm: what is asked for, and what is made to go wrong with it. */
export interface PlannedOperation {
  readonly index: number;
  readonly key: string;
  readonly vendorData: string;
  /** The fault headers that each of its requests bears. */
  readonly faults: Readonly<Record<string, string>>;
}

/** Every tenth operation has the same faults; half of them have none. */
const kinds: readonly Readonly<Record<string, string>>[] = [
  { "x-demo-latency-ms": "250" },
  { "x-demo-fault": "lose-response" },
  { "x-demo-fault": "error-500" },
  {},
  { "x-demo-fault": "lose-response", "x-demo-latency-ms": "100" },
  {},
  { "x-demo-fault": "error-500", "x-demo-latency-ms": "50" },
  {},
  {},
  {},
];

/** The operations of one storm. Where `crash` is asked for, the one in the middle takes the server down. */
export function plan(run: string, operations: number, crash: boolean): PlannedOperation[] {
  const middle = Math.floor(operations / 2);
  return Array.from({ length: operations }, (_, index) => ({
    index,
    key: `storm-${run}-${index}`,
    vendorData: `storm-${run}-${index}`,
    faults: crash && index === middle ? { "x-demo-fault": "crash-after-billing" } : (kinds[index % kinds.length] ?? {}),
  }));
}
