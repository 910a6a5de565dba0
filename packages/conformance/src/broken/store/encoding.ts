import { type Checkpoints, isOmitted, type KeyRecord } from "@oncekey/core";
import { broken } from "./broken-store.js";
import { SeamStore } from "./seams.js";

/** Changes every run of bytes in a record. */
function mapBytes(record: KeyRecord, change: (bytes: Uint8Array) => Uint8Array): KeyRecord {
  if (record.state === "completed") {
    const { result } = record;
    if (!isOmitted(result)) return { ...record, result: change(result) };
    if (result.summary === undefined) return record;
    return { ...record, result: { omitted: true, summary: change(result.summary) } };
  }
  if (record.state === "released" || record.checkpoints === undefined) return record;
  const entries = Object.entries(record.checkpoints).map(([name, bytes]) => [name, change(bytes)] as const);
  return { ...record, checkpoints: Object.fromEntries(entries) };
}

class BytesAsText extends SeamStore {
  protected override copyIn(record: KeyRecord): KeyRecord {
    return mapBytes(record, (bytes) => new TextEncoder().encode(new TextDecoder().decode(bytes)));
  }
}

class CutsAt64KiB extends SeamStore {
  protected override copyIn(record: KeyRecord): KeyRecord {
    return mapBytes(record, (bytes) => bytes.slice(0, 65_535));
  }
}

class StoresTheWholeBuffer extends SeamStore {
  protected override copyIn(record: KeyRecord): KeyRecord {
    return mapBytes(record, (bytes) => new Uint8Array(bytes.buffer.slice(0)));
  }
}

class SharesItsBuffers extends SeamStore {
  protected override copyOut(record: KeyRecord): KeyRecord {
    return record;
  }
}

class DropsSummaries extends SeamStore {
  protected override copyIn(record: KeyRecord): KeyRecord {
    if (record.state !== "completed" || !isOmitted(record.result)) return super.copyIn(record);
    return { ...record, result: { omitted: true } };
  }
}

class OmitsEmptyResults extends SeamStore {
  protected override copyIn(record: KeyRecord): KeyRecord {
    if (record.state !== "completed" || isOmitted(record.result) || record.result.byteLength > 0) {
      return super.copyIn(record);
    }
    return { ...record, result: { omitted: true } };
  }
}

class DropsCheckpoints extends SeamStore {
  protected override copyIn(record: KeyRecord): KeyRecord {
    if (record.state !== "in-progress") return super.copyIn(record);
    const { checkpoints: _, ...rest } = record;
    return rest;
  }
}

class CheckpointsByAssignment extends SeamStore {
  protected override copyIn(record: KeyRecord): KeyRecord {
    const copy = super.copyIn(record);
    if (copy.state !== "in-progress" || copy.checkpoints === undefined) return copy;
    const checkpoints: Record<string, Uint8Array> = {};
    for (const [name, bytes] of Object.entries(copy.checkpoints)) checkpoints[name] = bytes;
    const kept: Checkpoints = checkpoints;
    return { ...copy, checkpoints: kept };
  }
}

class AttemptsOf32Bits extends SeamStore {
  protected override copyIn(record: KeyRecord): KeyRecord {
    return { ...super.copyIn(record), attempt: record.attempt | 0 };
  }
}

class CutsFingerprints extends SeamStore {
  protected override copyIn(record: KeyRecord): KeyRecord {
    const copy = super.copyIn(record);
    return copy.state === "released" ? copy : { ...copy, fingerprint: copy.fingerprint.slice(0, 64) };
  }
}

class BigintsAsText extends SeamStore {
  protected override copyOut(record: KeyRecord): KeyRecord {
    const copy = super.copyOut(record);
    return record.attempt < 2 ** 31 ? copy : Object.assign(copy, { attempt: String(record.attempt) });
  }
}

class KeepsTheFirstBody extends SeamStore {
  override async replace(...args: Parameters<SeamStore["replace"]>): ReturnType<SeamStore["replace"]> {
    const [id, expected, version, record, keepMs] = args;
    const standing = this.find(id)?.record;
    if (standing?.state !== "completed" || record.state !== "completed") return super.replace(...args);
    const { result } = standing;
    if (isOmitted(result) || result.byteLength < 4_096) return super.replace(...args);
    return super.replace(id, expected, version, { ...record, result }, keepMs);
  }
}

class HasNoLimit extends SeamStore {
  protected override checkSize(): void {}
}

class WritesBeforeItRefuses extends SeamStore {
  override async create(...args: Parameters<SeamStore["create"]>): ReturnType<SeamStore["create"]> {
    const [id, version, record, retentionMs] = args;
    try {
      return await super.create(...args);
    } catch (error) {
      await super.create(id, version, { state: "released", attempt: record.attempt }, retentionMs);
      throw error;
    }
  }
}

/** Bugs about what is kept of a record. */
export const brokenEncodings = [
  broken(
    "bytes-as-text",
    "bytes go through UTF-8: a TEXT column, JSON, a client that decodes replies",
    ["REC-02", "REC-03", "REC-05", "REC-09", "REC-11", "SIZ-01", "SIZ-02", "SIZ-03", "SIZ-07"],
    BytesAsText,
  ),
  broken(
    "cuts-at-64-kib",
    "bytes beyond 65,535 are cut: a BLOB column of MySQL outside strict mode",
    ["SIZ-01", "SIZ-02", "SIZ-03", "SIZ-07", "RAC-08"],
    CutsAt64KiB,
  ),
  broken(
    "stores-the-whole-buffer",
    "a part of a buffer is stored as the whole one: bytes.buffer",
    ["REC-09"],
    StoresTheWholeBuffer,
  ),
  broken("shares-its-buffers", "what is answered is the stored object itself", ["REC-10"], SharesItsBuffers),
  broken("drops-summaries", "the summary of an omitted result is not kept", ["REC-05", "REC-09"], DropsSummaries),
  broken(
    "omits-empty-results",
    "an empty result is kept as none: NULL, or a test for length",
    ["REC-04"],
    OmitsEmptyResults,
  ),
  broken(
    "drops-checkpoints",
    "checkpoints are not kept",
    ["REC-02", "REC-09", "REC-10", "REC-11", "SIZ-01"],
    DropsCheckpoints,
  ),
  broken(
    "checkpoints-by-assignment",
    "checkpoints are copied by assignment, which loses the name __proto__",
    ["REC-02", "REC-11"],
    CheckpointsByAssignment,
  ),
  broken("attempts-of-32-bits", "numbers are kept in 32 bits", ["REC-08"], AttemptsOf32Bits),
  broken("cuts-fingerprints", "fingerprints are cut at 64 characters: VARCHAR(64)", ["REC-07"], CutsFingerprints),
  broken(
    "bigints-as-text",
    "numbers beyond 32 bits come back as text: BIGINT, read as it is",
    ["REC-08"],
    BigintsAsText,
  ),
  broken(
    "keeps-the-first-body",
    "a large result is kept aside, and a second one under its id is not written",
    ["SIZ-07"],
    KeepsTheFirstBody,
  ),
  broken("has-no-limit", "the declared limit is not applied", ["SIZ-04", "SIZ-05", "SIZ-06"], HasNoLimit),
  broken(
    "writes-before-it-refuses",
    "the size is judged after a first part was written",
    ["SIZ-04"],
    WritesBeforeItRefuses,
  ),
];
