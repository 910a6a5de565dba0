import type { IdempotencyStore, KeyRecord, Write } from "@oncekey/core";
import { broken } from "./broken-store.js";
import { type Entry, SeamStore } from "./seams.js";

class ReplacesAnyVersion extends SeamStore {
  protected override mayReplace(): boolean {
    return true;
  }
}

class RemovesAnyVersion extends SeamStore {
  protected override mayRemove(): boolean {
    return true;
  }
}

class ComparesVersionsLoosely extends SeamStore {
  protected override mayReplace(standing: Entry, expected: string): boolean {
    return loosely(standing.version) === loosely(expected);
  }

  protected override mayRemove(standing: Entry, expected: string): boolean {
    return loosely(standing.version) === loosely(expected);
  }
}

/** As databases do with padded text, or under a collation that ignores case. */
function loosely(version: string): string {
  return version.trimEnd().toLowerCase();
}

class RefusesRepeats extends SeamStore {
  protected override isRepeat(): boolean {
    return false;
  }
}

class WritesRepeatsAgain extends SeamStore {
  protected override wrote(entry: Entry): Write {
    for (const [id, standing] of this.entries) {
      if (standing === entry) this.entries.set(id, { ...entry, writtenAtMs: this.nowMs() });
    }
    return super.wrote({ ...entry, writtenAtMs: this.nowMs() });
  }
}

class AdoptsRefusedVersions extends SeamStore {
  override async replace(...args: Parameters<IdempotencyStore["replace"]>): Promise<Write> {
    const [id, , version] = args;
    const write = await super.replace(...args);
    const standing = this.find(id);
    if (!write.written && standing !== undefined) this.entries.set(id, { ...standing, version });
    return write;
  }
}

class RefusesWithoutCurrent extends SeamStore {
  protected override refuse(): Write {
    return { written: false, current: undefined };
  }
}

class ReplacesWhereNothingStands extends SeamStore {
  override async replace(
    id: string,
    expected: string,
    version: string,
    record: KeyRecord,
    keepMs?: number,
  ): Promise<Write> {
    if (this.find(id) === undefined) return this.create(id, version, record, keepMs ?? 3_600_000);
    return super.replace(id, expected, version, record, keepMs);
  }
}

/** Bugs about which version may be replaced, and by whom. */
export const brokenVersions = [
  broken(
    "replaces-any-version",
    "replace does not compare the version: an UPDATE without it in its WHERE",
    ["REP-02", "REP-03", "REP-05", "VER-05", "VER-06", "AGE-03", "IDS-03", "RAC-02", "RAC-03", "FLT-07"],
    ReplacesAnyVersion,
  ),
  broken(
    "removes-any-version",
    "remove does not compare the version: DEL, where a script is needed",
    ["REM-02", "REM-03", "VER-06", "VER-07", "EXP-13", "AGE-03", "REC-11", "IDS-03", "RAC-05", "FLT-07"],
    RemovesAnyVersion,
  ),
  broken(
    "compares-versions-loosely",
    "versions are compared without case or trailing spaces: a CHAR column, a collation",
    ["VER-07"],
    ComparesVersionsLoosely,
  ),
  broken(
    "refuses-repeats",
    "a write that finds its own version standing is refused",
    ["VER-01", "VER-02", "RAC-06", "FLT-03", "FLT-04"],
    RefusesRepeats,
  ),
  broken(
    "writes-repeats-again",
    "a repeated write starts the age again: an UPSERT that sets the time",
    ["VER-01", "VER-02"],
    WritesRepeatsAgain,
  ),
  broken(
    "adopts-refused-versions",
    "a refused replace leaves its version behind",
    ["REP-02", "REP-05", "VER-06", "AGE-03", "IDS-03", "RAC-02", "FLT-07"],
    AdoptsRefusedVersions,
  ),
  broken(
    "refuses-without-current",
    "a refused write does not say what stands",
    ["CRE-03", "REP-03", "VER-04", "VER-05", "REC-11", "RAC-01", "RAC-02", "RAC-03", "RAC-04", "FLT-07"],
    RefusesWithoutCurrent,
  ),
  broken(
    "replaces-where-nothing-stands",
    "replace creates: an UPSERT where an UPDATE is needed",
    ["REP-04", "REM-05", "EXP-03", "EXP-05", "RAC-05"],
    ReplacesWhereNothingStands,
  ),
];
