import { describe, expect, it } from "vitest";
import type { Claim } from "./decide.js";
import type { Completed, InProgress, KeyRecord, Released, Stored } from "./record.js";
import {
  afterClaim,
  afterCommit,
  afterVacating,
  afterWriting,
  answerSuperseded,
  beginClaim,
  beginVacating,
  beginWriting,
  type Claiming,
  type ClaimStep,
  leaseEndMs,
  type Mint,
  type VacateStep,
  type Vacating,
  type Writing,
} from "./steps.js";
import type { Write } from "./store.js";

const RETENTION_MS = 86_400_000;
const KEEP_MS = 120_000;
const LEASE_MS = 30_000;

const claim: Claim = {
  fingerprint: "s1:own",
  leaseMs: LEASE_MS,
  retentionMs: RETENTION_MS,
  keepMs: KEEP_MS,
  abandoned: "take-over",
};

const running = (attempt: number): InProgress => ({
  state: "in-progress",
  fingerprint: "s1:own",
  attempt,
  leaseMs: LEASE_MS,
});
const released = (attempt: number): Released => ({ state: "released", attempt });
const completed = (attempt: number, fingerprint = "s1:own"): Completed => ({
  state: "completed",
  fingerprint,
  attempt,
  result: new Uint8Array([attempt]),
});

const stands = (version: string, record: KeyRecord, ageMs = 0): Stored => ({
  version,
  record,
  ageMs,
  expiresInMs: RETENTION_MS,
});
const written = (stored: Stored): Write => ({ written: true, stored });
const refused = (current: Stored | undefined): Write => ({ written: false, current });

/** Versions n1, n2, … */
function minting(): Mint {
  let count = 0;
  return () => {
    count += 1;
    return `n${count}`;
  };
}

function claimingOf(step: ClaimStep): Claiming {
  if (step.next !== "call") throw new Error(`expected a call, got ${step.next}`);
  return step.claiming;
}

function vacatingOf(step: VacateStep): Vacating {
  if (step.next !== "call") throw new Error("expected a call, the clean-up is done");
  return step.vacating;
}

/** A claim that meets this, and decides to write over it. */
function claimOver(current: Stored, mint: Mint): Claiming {
  const first = claimingOf(beginClaim(undefined, claim, mint));
  return claimingOf(afterClaim(first, refused(current), claim, mint));
}

describe("claiming", () => {
  it("begins with a create, without a read before it", () => {
    const { call, minted } = claimingOf(beginClaim(undefined, claim, minting()));
    expect(call).toEqual({ op: "create", version: "n1", record: running(1), keepMs: RETENTION_MS });
    expect(minted).toEqual(["n1"]);
  });

  it("runs what was written", () => {
    const first = claimingOf(beginClaim(undefined, claim, minting()));
    const stored = stands("n1", running(1));
    expect(afterClaim(first, written(stored), claim, minting())).toEqual({
      next: "run",
      stored,
      record: running(1),
      minted: ["n1"],
    });
  });

  it("repeats a call that went unanswered as it was, under the same version", () => {
    const first = claimingOf(beginClaim(undefined, claim, minting()));
    expect(afterClaim(first, "no-reply", claim, minting())).toEqual({ next: "call", claiming: first });
  });

  it("takes any version of its own that stands for its grant, with the attempt that stands", () => {
    const mint = minting();
    const second = claimOver(stands("other", released(4)), mint);
    expect(second.minted).toEqual(["n1", "n2"]);
    const late = stands("n1", running(1));
    expect(afterClaim(second, refused(late), claim, mint)).toMatchObject({
      next: "run",
      stored: late,
      record: { attempt: 1 },
    });
  });

  it("mints a version for each claim over what it meets", () => {
    const mint = minting();
    const overReleased = claimOver(stands("r", released(4)), mint);
    expect(overReleased.call).toEqual({
      op: "replace",
      expected: "r",
      version: "n2",
      record: running(5),
      keepMs: RETENTION_MS,
    });
    const overAbandoned = claimingOf(afterClaim(overReleased, refused(stands("a", running(7), LEASE_MS)), claim, mint));
    expect(overAbandoned.call).toMatchObject({ expected: "a", version: "n3", record: running(8), keepMs: KEEP_MS });
    expect(overAbandoned.minted).toEqual(["n1", "n2", "n3"]);
  });

  it("answers what it may not write over", () => {
    const first = claimingOf(beginClaim(undefined, claim, minting()));
    const after = (current: Stored) => afterClaim(first, refused(current), claim, minting());
    expect(after(stands("x", completed(2)))).toMatchObject({ next: "answer", decision: { do: "replay", attempt: 2 } });
    expect(after(stands("x", running(2), 1_000))).toMatchObject({
      next: "answer",
      decision: { because: "in-progress", leaseLeftMs: 29_000 },
    });
  });
});

describe("E1: an owner's own versions are no conflict", () => {
  const minted = ["n1", "n2", "n3"];
  const complete = (): Writing => ({
    purpose: "complete",
    call: { op: "replace", expected: "n1", version: "n3", record: completed(1), keepMs: undefined },
    doubtful: false,
  });

  it("repeats a completion over its own renewal, under the completion's own version", () => {
    const step = afterWriting(complete(), refused(stands("n2", running(1))), minted, RETENTION_MS, minting());
    expect(step).toMatchObject({
      next: "call",
      writing: { call: { op: "replace", expected: "n2", version: "n3", record: completed(1) } },
    });
  });

  it("does the same for a renewal and a release, and keeps what a renewal asks of the expiry", () => {
    for (const purpose of ["renew", "release"] as const) {
      const mint = minting();
      const writing = beginWriting(purpose, "old", purpose === "renew" ? running(1) : released(1), KEEP_MS, mint);
      const step = afterWriting(writing, refused(stands("n9", running(1))), ["n9", "n1"], RETENTION_MS, mint);
      expect(step).toMatchObject({
        next: "call",
        writing: { call: { expected: "n9", version: "n1", keepMs: KEEP_MS } },
      });
    }
  });

  it("is done where its very write stands already", () => {
    const stored = stands("n3", completed(1));
    expect(afterWriting(complete(), refused(stored), minted, RETENTION_MS, minting())).toEqual({
      next: "done",
      stored,
    });
    expect(afterWriting(complete(), written(stored), minted, RETENTION_MS, minting())).toEqual({
      next: "done",
      stored,
    });
  });

  it("never writes over a completion of its own: that one is the answer", () => {
    const current = stands("n2", completed(1));
    for (const purpose of ["renew", "complete", "release"] as const) {
      const writing: Writing = { ...complete(), purpose, doubtful: true };
      expect(afterWriting(writing, refused(current), minted, RETENTION_MS, minting())).toEqual({
        next: "completed-before",
        current,
      });
    }
  });

  it("is superseded by a foreign version only", () => {
    const current = stands("foreign", running(2));
    expect(afterWriting(complete(), refused(current), minted, RETENTION_MS, minting())).toEqual({
      next: "superseded",
      current,
    });
  });
});

describe("E2: a version names one logical write", () => {
  it("gives each renewal, completion and release a version of its own", () => {
    const mint = minting();
    const versions = (["renew", "complete", "release"] as const).map(
      (purpose) => beginWriting(purpose, "v", released(1), undefined, mint).call.version,
    );
    expect(new Set(versions).size).toBe(3);
  });

  it("keeps the version when a call is repeated", () => {
    const writing = beginWriting("complete", "v", completed(1), undefined, minting());
    const step = afterWriting(writing, "no-reply", ["v", "n1"], RETENTION_MS, minting());
    expect(step).toEqual({ next: "call", writing: { ...writing, doubtful: true } });
  });

  it("cleans up under versions that the claim never sent", () => {
    const mint = minting();
    const claiming = claimingOf(beginClaim(undefined, claim, mint));
    expect(claiming.minted).not.toContain(beginVacating(claiming, mint).call.version);
  });
});

describe("E3: a clean-up occupies the key and never vacates it", () => {
  it("releases what a given-up create wrote", () => {
    const mint = minting();
    const vacating = beginVacating(claimingOf(beginClaim(undefined, claim, mint)), mint);
    expect(vacating.call).toEqual({
      op: "replace",
      expected: "n1",
      version: "n2",
      record: released(1),
      keepMs: undefined,
    });
    expect(afterVacating(vacating, written(stands("n2", released(1))), mint)).toEqual({ next: "done" });
  });

  it("occupies an empty key for the whole retention, so that a late create finds it taken", () => {
    const mint = minting();
    const vacating = beginVacating(claimingOf(beginClaim(undefined, claim, mint)), mint);
    const occupying = vacatingOf(afterVacating(vacating, refused(undefined), mint));
    expect(occupying.call).toEqual({ op: "create", version: "n3", record: released(1), keepMs: RETENTION_MS });
    const overtaken = vacatingOf(afterVacating(occupying, refused(stands("n1", running(1))), mint));
    expect(overtaken.call).toMatchObject({ op: "replace", expected: "n1", version: "n4", record: released(1) });
  });

  it("releases, after a claim over a released record, whichever of the two stands", () => {
    const mint = minting();
    const vacating = beginVacating(claimOver(stands("r", released(4)), mint), mint);
    expect(vacating.call).toMatchObject({ expected: "n2", record: released(5) });
    const before = vacatingOf(afterVacating(vacating, refused(stands("r", released(4))), mint));
    expect(before.call).toMatchObject({ op: "replace", expected: "r", record: released(5) });
    expect(afterVacating(before, refused(undefined), mint)).toEqual({ next: "done" });
  });

  it("ends the lease of a take-over at once, and leaves the slow owner's record otherwise as it is", () => {
    const mint = minting();
    const slow = { ...running(4), checkpoints: { charge: new Uint8Array([1]) } };
    const vacating = beginVacating(claimOver(stands("a", slow, LEASE_MS), mint), mint);
    expect(vacating.call).toMatchObject({ expected: "n2", record: { ...slow, attempt: 5, leaseMs: 0 } });
    expect(afterVacating(vacating, refused(stands("a", slow, LEASE_MS)), mint)).toEqual({ next: "done" });
    expect(afterVacating(vacating, refused(undefined), mint)).toEqual({ next: "done" });
  });

  it("leaves alone what somebody else wrote", () => {
    const mint = minting();
    const vacating = beginVacating(claimingOf(beginClaim(undefined, claim, mint)), mint);
    expect(afterVacating(vacating, refused(stands("foreign", running(1))), mint)).toEqual({ next: "done" });
  });

  it("repeats a call that went unanswered as it was", () => {
    const mint = minting();
    const vacating = beginVacating(claimingOf(beginClaim(undefined, claim, mint)), mint);
    expect(afterVacating(vacating, "no-reply", mint)).toEqual({ next: "call", vacating });
  });
});

describe("E4: a completion that finds nothing is stored afresh", () => {
  it("creates the completed record for the whole retention, under a new version", () => {
    const mint = minting();
    const writing = beginWriting("complete", "v", completed(3), undefined, mint);
    expect(afterWriting(writing, refused(undefined), ["v", "n1"], RETENTION_MS, mint)).toMatchObject({
      next: "call",
      writing: { call: { op: "create", version: "n2", record: completed(3), keepMs: RETENTION_MS } },
    });
  });

  it("is superseded by whoever began meanwhile", () => {
    const mint = minting();
    const writing = beginWriting("complete", "v", completed(3), undefined, mint);
    const step = afterWriting(writing, refused(undefined), ["v", "n1"], RETENTION_MS, mint);
    if (step.next !== "call") throw new Error("expected a call");
    const current = stands("foreign", running(1));
    expect(afterWriting(step.writing, refused(current), ["v", "n1", "n2"], RETENTION_MS, mint)).toEqual({
      next: "superseded",
      current,
    });
  });

  it("calls a release done, and a renewal vanished", () => {
    const mint = minting();
    const after = (purpose: "renew" | "release") =>
      afterWriting(
        beginWriting(purpose, "v", released(1), undefined, mint),
        refused(undefined),
        [],
        RETENTION_MS,
        mint,
      );
    expect(after("release")).toEqual({ next: "done", stored: undefined });
    expect(after("renew")).toEqual({ next: "vanished" });
  });

  it("calls a transaction unknown, never rolled back, where nothing stands to tell", () => {
    expect(afterCommit(undefined, "n2", ["n1", "n2"])).toEqual({ verdict: "unknown" });
  });
});

describe("E5: a last write is repeated until it is answered", () => {
  it("stays the same call however often it goes unanswered", () => {
    const mint = minting();
    let writing = beginWriting("complete", "v", completed(1), undefined, mint);
    const { call } = writing;
    for (let i = 0; i < 100; i += 1) {
      const step = afterWriting(writing, "no-reply", ["v", "n1"], RETENTION_MS, mint);
      if (step.next !== "call") throw new Error("expected a call");
      writing = step.writing;
      expect(writing.call).toEqual(call);
    }
  });
});

describe("E6: a superseded caller is told what stands, as one that may not run", () => {
  it("replays the answer to its own request", () => {
    const { result } = completed(2);
    expect(answerSuperseded(stands("b", completed(2)), claim)).toEqual({ do: "replay", result, attempt: 2 });
  });

  it("is never given the answer to another request", () => {
    expect(answerSuperseded(stands("c", completed(3, "s1:other")), claim)).toEqual({
      do: "refuse",
      because: "mismatch",
    });
  });

  it("is told in-progress where it could otherwise run again", () => {
    for (const current of [stands("b", released(2)), stands("b", running(2), LEASE_MS)]) {
      expect(answerSuperseded(current, claim)).toEqual({ do: "refuse", because: "in-progress", leaseLeftMs: 0 });
    }
  });
});

describe("E7: after a release of unknown outcome any conflict counts as released", () => {
  const foreign = stands("foreign", running(2));

  it("is done, where a copy of it went unanswered", () => {
    const mint = minting();
    const first = beginWriting("release", "v", released(1), undefined, mint);
    const again = afterWriting(first, "no-reply", ["v", "n1"], RETENTION_MS, mint);
    if (again.next !== "call") throw new Error("expected a call");
    expect(afterWriting(again.writing, refused(foreign), ["v", "n1"], RETENTION_MS, mint)).toEqual({
      next: "done",
      stored: undefined,
    });
  });

  it("is superseded, where every copy was answered", () => {
    const mint = minting();
    const writing = beginWriting("release", "v", released(1), undefined, mint);
    expect(afterWriting(writing, refused(foreign), ["v", "n1"], RETENTION_MS, mint).next).toBe("superseded");
  });

  it("does not excuse a completion", () => {
    const mint = minting();
    const writing: Writing = { ...beginWriting("complete", "v", completed(1), undefined, mint), doubtful: true };
    expect(afterWriting(writing, refused(foreign), ["v", "n1"], RETENTION_MS, mint).next).toBe("superseded");
  });
});

describe("E8: a lease ends, for its holder, no later than for the store", () => {
  it("is counted from before the call was sent, less the age that the answer reports", () => {
    expect(leaseEndMs(1_000, stands("n1", running(1), 0))).toBe(31_000);
    expect(leaseEndMs(1_000, stands("n1", running(1), 12_000))).toBe(19_000);
  });

  it("is over already for a grant that arrives lapsed, and for what is no lease", () => {
    expect(leaseEndMs(1_000, stands("n1", running(1), LEASE_MS))).toBeLessThanOrEqual(1_000);
    expect(leaseEndMs(1_000, stands("n1", completed(1), 5))).toBeLessThanOrEqual(1_000);
  });
});

describe("after a transaction, one read tells", () => {
  const minted = ["n1", "n2", "n3"];

  it("committed, where its completion stands", () => {
    expect(afterCommit(stands("n3", completed(1)), "n3", minted)).toEqual({ verdict: "committed" });
  });

  it("rolled back, where an older version of the running attempt stands", () => {
    expect(afterCommit(stands("n1", running(1)), "n3", minted)).toEqual({ verdict: "rolled-back", standing: "n1" });
  });

  it("completed before, where an earlier transaction of the same attempt has committed after all", () => {
    const current = stands("n2", completed(1));
    expect(afterCommit(current, "n3", minted)).toEqual({ verdict: "completed-before", current });
  });

  it("superseded, where somebody else's version stands", () => {
    const current = stands("foreign", completed(2));
    expect(afterCommit(current, "n3", minted)).toEqual({ verdict: "superseded", current });
  });
});
