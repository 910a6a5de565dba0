import { isOmitted, type KeyRecord, type Removal, type Stored, type Write } from "@oncekey/core";
import { broken } from "./broken-store.js";
import { roundTrip } from "./round-trip.js";
import { type Entry, SeamStore } from "./seams.js";

class LooksThenCreates extends SeamStore {
  override async create(id: string, version: string, record: KeyRecord, retentionMs: number): Promise<Write> {
    const standing = this.find(id);
    if (standing === undefined) {
      await roundTrip();
      this.entries.delete(id);
    }
    return super.create(id, version, record, retentionMs);
  }
}

class LooksThenReplaces extends SeamStore {
  override async replace(
    id: string,
    expected: string,
    version: string,
    record: KeyRecord,
    keepMs?: number,
  ): Promise<Write> {
    const seen = this.find(id);
    await roundTrip();
    if (seen?.version === expected && this.find(id) !== undefined) this.entries.set(id, seen);
    return super.replace(id, expected, version, record, keepMs);
  }
}

class LooksThenRemoves extends SeamStore {
  override async remove(id: string, expected: string): Promise<Removal> {
    const standing = this.find(id);
    if (standing?.version !== expected) return super.remove(id, expected);
    await roundTrip();
    this.entries.delete(id);
    return { written: true };
  }
}

class ReadsInTwoSteps extends SeamStore {
  override async get(id: string): Promise<Stored | undefined> {
    const before = await super.get(id);
    await roundTrip();
    const after = await super.get(id);
    return before === undefined || after === undefined ? after : { ...after, version: before.version };
  }
}

class ReadsLargeInTwoSteps extends SeamStore {
  override async get(id: string): Promise<Stored | undefined> {
    const stored = await super.get(id);
    if (stored?.record.state !== "completed" || isOmitted(stored.record.result)) return stored;
    if (stored.record.result.byteLength < 4_096) return stored;
    await roundTrip();
    const body = await super.get(id);
    if (body?.record.state !== "completed") return body;
    return { ...stored, record: { ...stored.record, result: body.record.result } };
  }
}

class CreatesOverAnything extends SeamStore {
  protected override findForCreate(): undefined {
    return undefined;
  }
}

class RemovesNothing extends SeamStore {
  override async remove(id: string, expected: string): Promise<Removal> {
    const standing = this.find(id);
    const removal = await super.remove(id, expected);
    if (standing !== undefined) this.entries.set(id, standing);
    return removal;
  }
}

class MissesWhatItRemoves extends SeamStore {
  override async remove(id: string, expected: string): Promise<Removal> {
    if (this.find(id) === undefined) throw new Error(`there is no ${id}`);
    return super.remove(id, expected);
  }
}

class CompletedIsFinal extends SeamStore {
  protected override mayReplace(standing: Entry, expected: string): boolean {
    return standing.record.state !== "completed" && super.mayReplace(standing, expected);
  }
}

class CreatesOverReleased extends SeamStore {
  protected override findForCreate(id: string): Entry | undefined {
    const entry = this.find(id);
    return entry?.record.state === "released" ? undefined : entry;
  }
}

class CutsIds extends SeamStore {
  protected override find(id: string): Entry | undefined {
    return super.find(id) ?? this.#alike(id);
  }

  #alike(id: string): Entry | undefined {
    const alike = [...this.entries].find(([other, entry]) => other.startsWith(id.slice(0, 40)) && this.isLive(entry));
    return alike?.[1];
  }
}

class FoldsIds extends SeamStore {
  protected override find(id: string): Entry | undefined {
    return super.find(id) ?? this.#alike(id);
  }

  #alike(id: string): Entry | undefined {
    for (const [other, entry] of this.entries) {
      if (other.toLowerCase() === id.toLowerCase() && this.isLive(entry)) return entry;
    }
    return undefined;
  }
}

/** Bugs about who may write where nothing stands, and what "there" is. */
export const brokenCreates = [
  broken(
    "looks-then-creates",
    "create looks and then writes, in two steps: GET, then SET",
    ["RAC-01", "RAC-04"],
    LooksThenCreates,
  ),
  broken(
    "looks-then-replaces",
    "replace looks and then writes, in two steps: SELECT, then UPDATE",
    ["RAC-02", "RAC-03"],
    LooksThenReplaces,
  ),
  broken(
    "looks-then-removes",
    "remove looks and then deletes, in two steps: GET, then DEL",
    ["RAC-05"],
    LooksThenRemoves,
  ),
  broken(
    "reads-in-two-steps",
    "get reads the version and the record one after the other: HGET, then HGET",
    ["RAC-07", "RAC-08"],
    ReadsInTwoSteps,
  ),
  broken(
    "reads-large-in-two-steps",
    "get reads a large result after its record: a second item, a second key",
    ["RAC-08"],
    ReadsLargeInTwoSteps,
  ),
  broken(
    "creates-over-anything",
    "create overwrites what stands: SET",
    [
      "CRE-02",
      "CRE-03",
      "CRE-04",
      "CRE-05",
      "VER-01",
      "VER-04",
      "VER-06",
      "EXP-09",
      "EXP-13",
      "AGE-03",
      "REC-11",
      "IDS-03",
      "RAC-01",
      "RAC-04",
      "FLT-07",
    ],
    CreatesOverAnything,
  ),
  broken(
    "removes-nothing",
    "remove answers, and leaves what stands",
    ["REM-01", "REM-05", "SIZ-07", "RAC-05", "FLT-05"],
    RemovesNothing,
  ),
  broken(
    "misses-what-it-removes",
    "remove throws where nothing stands",
    ["REM-04", "VER-03", "EXP-04", "RAC-06", "FLT-05"],
    MissesWhatItRemoves,
  ),
  broken(
    "completed-is-final",
    "a completed record is not replaced: a rule of the engine, misplaced",
    ["GET-02", "REP-06", "SIZ-07"],
    CompletedIsFinal,
  ),
  broken(
    "creates-over-released",
    "create writes over a released record: a rule of the engine, misplaced",
    ["CRE-04", "REC-11"],
    CreatesOverReleased,
  ),
  broken("cuts-ids", "ids are cut at 40 characters: VARCHAR(40)", ["IDS-01"], CutsIds),
  broken("folds-ids", "ids that differ in case only are one: a collation", ["IDS-01"], FoldsIds),
];
