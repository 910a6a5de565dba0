import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Claim, type Decision, decide } from "./decide.js";
import type { KeyRecord, Stored } from "./record.js";

const LEASE_MS = 30_000;
const RETENTION_MS = 86_400_000;
const KEEP_MS = 120_000;

// ── The table ───────────────────────────────────────────────────────────────────────────────────────────────────────

const OWN = "s1:own";
const result = new Uint8Array([1, 2, 3]);
const running = { state: "in-progress", fingerprint: OWN, attempt: 2, leaseMs: LEASE_MS } as const;
const completed = { state: "completed", fingerprint: OWN, attempt: 2, result } as const;
const released = { state: "released", attempt: 2 } as const;

const stored = (record: KeyRecord, ageMs = 1_000, expiresInMs = 1_000_000): Stored => ({
  version: "v7",
  record,
  ageMs,
  expiresInMs,
});

/** What stands under the key, written by attempt 2 with the fingerprint `s1:own`. */
const standing: readonly (readonly [string, Stored | undefined])[] = [
  ["nothing", undefined],
  ["in progress, just begun", stored(running, 0)],
  ["in progress, 1 ms before its lease ends", stored(running, LEASE_MS - 1)],
  ["in progress, in the last 1 ms of retention", stored(running, 1_000, 1)],
  ["in progress, retention just over", stored(running, 1_000, 0)],
  ["abandoned, at the ms its lease ends", stored(running, LEASE_MS)],
  ["abandoned, long ago", stored(running, 10 * LEASE_MS)],
  ["abandoned, given up at once (lease 0)", stored({ ...running, leaseMs: 0 }, 0)],
  ["abandoned, with checkpoints", stored({ ...running, checkpoints: { charge: result } }, LEASE_MS)],
  ["abandoned, retention just over", stored(running, LEASE_MS, 0)],
  ["completed", stored(completed)],
  ["completed, in the last 1 ms of retention", stored(completed, 1_000, 1)],
  ["completed, retention just over", stored(completed, 1_000, 0)],
  ["completed, retention over by 1 ms", stored(completed, 1_000, -1)],
  ["completed, result omitted", stored({ ...completed, result: { omitted: true } })],
  ["completed, result omitted, with a summary", stored({ ...completed, result: { omitted: true, summary: result } })],
  ["released", stored(released)],
  ["released, in the last 1 ms of retention", stored(released, 1_000, 1)],
  ["released, retention just over", stored(released, 1_000, 0)],
];

const claimants: readonly (readonly [string, Pick<Claim, "fingerprint" | "alternates">])[] = [
  ["same fingerprint", { fingerprint: OWN }],
  ["same under an older secret", { fingerprint: "s1:renewed", alternates: ["s1:older", OWN] }],
  ["other fingerprint", { fingerprint: "s1:other", alternates: ["s1:unrelated"] }],
  ["fingerprint of another scheme", { fingerprint: "h1:keyed" }],
];

const sections = (["take-over", "reject"] as const).flatMap((abandoned) =>
  [true, false].map((mayRun) => ({ abandoned, mayRun })),
);

const base = { leaseMs: LEASE_MS, retentionMs: RETENTION_MS, keepMs: KEEP_MS } as const;

function describeDecision(decision: Decision): string {
  switch (decision.do) {
    case "create":
      return `**run #${decision.record.attempt}**: create, keep ${decision.keepMs} ms`;
    case "replace": {
      const { record, over, expected, keepMs } = decision;
      const checkpoints = record.checkpoints === undefined ? "" : ", with its checkpoints";
      const kept = record.fingerprint === OWN ? "" : `, now ${record.fingerprint}`;
      return `**run #${record.attempt}**: replace ${expected} (${over})${checkpoints}${kept}, keep ${keepMs} ms`;
    }
    case "replay":
      return `replay #${decision.attempt}`;
    case "refuse": {
      if (decision.because === "in-progress") return `in-progress, ${decision.leaseLeftMs} ms left`;
      if (decision.because !== "result-unavailable") return decision.because;
      return `result-unavailable${decision.omitted.summary === undefined ? "" : ", with its summary"}`;
    }
  }
}

function table(): string {
  const head = [
    "# What `decide` answers",
    "",
    "Every state of a key, for every kind of claim. A record here was written by attempt 2 with the fingerprint `s1:own`",
    `and a lease of ${LEASE_MS} ms, under version v7; the claim asks for the same lease, a retention of ${RETENTION_MS} ms,`,
    `and to keep a record ${KEEP_MS} ms beyond a take-over. Cells in bold write, and then run.`,
    "",
    "The test beside `decide.ts` compares this file; `vitest -u` writes it anew. Review what changes.",
  ];
  const body = sections.flatMap(({ abandoned, mayRun }) => [
    "",
    `## A lapsed lease means ${abandoned}; the caller ${mayRun ? "may run" : "has lost its right to run"}`,
    "",
    `| what stands | ${claimants.map(([name]) => name).join(" | ")} |`,
    `| --- |${" --- |".repeat(claimants.length)}`,
    ...standing.map(([name, current]) => {
      const cells = claimants.map(([, who]) =>
        describeDecision(decide(current, { ...base, ...who, abandoned, mayRun })),
      );
      return `| ${name} | ${cells.join(" | ")} |`;
    }),
  ]);
  return `${[...head, ...body].join("\n")}\n`;
}

it("answers every state of a key for every claim as the reviewed table says", async () => {
  await expect(table()).toMatchFileSnapshot("__golden__/decide.md");
});

// ── Properties ──────────────────────────────────────────────────────────────────────────────────────────────────────

const fingerprint = fc.constantFrom("s1:a", "s1:b", "h1:a", "h1:b", "s2:a", "", "unschemed");
const positive = fc.integer({ min: 1, max: 1_000 });
const ms = fc.oneof(fc.integer({ min: -10, max: 100_000 }), fc.constantFrom(0, LEASE_MS - 1, LEASE_MS, LEASE_MS + 1));
const bytes = fc.uint8Array({ maxLength: 4 });

const record: fc.Arbitrary<KeyRecord> = fc.oneof(
  fc.record({ state: fc.constant("released" as const), attempt: positive }),
  fc.record({
    state: fc.constant("completed" as const),
    fingerprint,
    attempt: positive,
    result: fc.oneof(
      bytes,
      fc.constant({ omitted: true } as const),
      bytes.map((summary) => ({ omitted: true, summary }) as const),
    ),
  }),
  fc.record({
    state: fc.constant("in-progress" as const),
    fingerprint,
    attempt: positive,
    leaseMs: fc.constantFrom(0, 1, LEASE_MS),
  }),
);

const anyStored: fc.Arbitrary<Stored> = fc.record({ version: fc.string(), record, ageMs: ms, expiresInMs: ms });

const anyClaim: fc.Arbitrary<Claim> = fc.record(
  {
    fingerprint,
    alternates: fc.array(fingerprint, { maxLength: 2 }),
    leaseMs: positive,
    retentionMs: positive,
    keepMs: positive,
    abandoned: fc.constantFrom("take-over" as const, "reject" as const),
    mayRun: fc.boolean(),
  },
  { requiredKeys: ["fingerprint", "leaseMs", "retentionMs", "keepMs", "abandoned"] },
);

const isLive = ({ expiresInMs }: Stored): boolean => expiresInMs > 0;
const writes = (decision: Decision): boolean => decision.do === "create" || decision.do === "replace";
const scheme = (text: string): string => text.slice(0, text.indexOf(":") + 1);

const check = (property: (current: Stored, claim: Claim) => void): void => {
  fc.assert(fc.property(anyStored, anyClaim, property), { numRuns: 2_000 });
};

/** Records that are of another request for certain: same scheme, and neither the fingerprint nor an alternate. */
const checkMismatch = (property: (current: Stored, claim: Claim) => void): void =>
  check((current, claim) => {
    if (!isLive(current) || current.record.state === "released") return;
    const other = current.record.fingerprint;
    if (
      other === claim.fingerprint ||
      claim.alternates?.includes(other) ||
      scheme(other) !== scheme(claim.fingerprint)
    ) {
      return;
    }
    property(current, claim);
  });

describe("decide", () => {
  it("has an answer to anything", () => {
    fc.assert(
      fc.property(fc.option(anyStored, { nil: undefined }), anyClaim, (current, claim) => {
        expect(["create", "replace", "replay", "refuse"]).toContain(decide(current, claim).do);
      }),
      { numRuns: 2_000 },
    );
  });

  it("depends on nothing but its arguments, and leaves them as they are", () => {
    check((current, claim) => {
      const before = structuredClone({ current, claim });
      expect(decide(current, claim)).toEqual(decide(current, claim));
      expect({ current, claim }).toEqual(before);
    });
  });

  it("never lets a request with another fingerprint run or see an answer", () => {
    checkMismatch((current, claim) => {
      const decision = decide(current, claim);
      expect(writes(decision)).toBe(false);
      expect(decision.do).not.toBe("replay");
    });
  });

  it("says mismatch before it says in-progress, whatever the lease, the policy and the right to run", () => {
    checkMismatch((current, claim) => {
      expect(decide(current, claim)).toEqual({ do: "refuse", because: "mismatch" });
    });
  });

  it("counts attempts up by one within a lifetime, and from 1 in a new one", () => {
    check((current, claim) => {
      const decision = decide(current, claim);
      if (decision.do === "create") expect(decision.record.attempt).toBe(1);
      if (decision.do === "replace") expect(decision.record.attempt).toBe(current.record.attempt + 1);
    });
  });

  it("writes only over the version that it was shown", () => {
    check((current, claim) => {
      const decision = decide(current, claim);
      if (decision.do === "replace") expect(decision.expected).toBe(current.version);
      if (decision.do === "create") expect(isLive(current)).toBe(false);
    });
  });

  it("hands no record out with a refusal", () => {
    check((current, claim) => {
      const decision = decide(current, claim);
      if (decision.do !== "refuse") return;
      const allowed = ["do", "because", "leaseLeftMs", "omitted"];
      expect(Object.keys(decision).filter((key) => !allowed.includes(key))).toEqual([]);
    });
  });

  it("never writes over an answer while it stands", () => {
    check((current, claim) => {
      if (!isLive(current) || current.record.state !== "completed") return;
      expect(writes(decide(current, claim))).toBe(false);
    });
  });

  it("never writes over a lease that has not lapsed", () => {
    check((current, claim) => {
      const { record, ageMs } = current;
      if (!isLive(current) || record.state !== "in-progress" || ageMs >= record.leaseMs) return;
      expect(writes(decide(current, claim))).toBe(false);
    });
  });

  it("never runs over a lost attempt where the policy forbids it", () => {
    check((current, claim) => {
      if (!isLive(current) || current.record.state !== "in-progress") return;
      expect(writes(decide(current, { ...claim, abandoned: "reject" }))).toBe(false);
    });
  });

  it("never lets a caller run that has lost its right to", () => {
    fc.assert(
      fc.property(fc.option(anyStored, { nil: undefined }), anyClaim, (current, claim) => {
        expect(writes(decide(current, { ...claim, mayRun: false }))).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  it("keeps the checkpoints of the attempt that it takes over, and the fingerprint they were made for", () => {
    const current = stored({ ...running, checkpoints: { charge: result } }, LEASE_MS);
    const claim: Claim = { ...base, fingerprint: "s1:renewed", alternates: [OWN], abandoned: "take-over" };
    expect(decide(current, claim)).toMatchObject({
      do: "replace",
      over: "abandoned",
      record: { fingerprint: OWN, attempt: 3, checkpoints: { charge: result } },
    });
  });
});
