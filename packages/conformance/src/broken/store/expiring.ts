import type { KeyRecord, Page, Stored, Write } from "@oncekey/core";
import { broken } from "./broken-store.js";
import { instead } from "./instead.js";
import type { FullStore } from "./memory-fixture.js";
import { roundTrip } from "./round-trip.js";
import { type Entry, SeamStore } from "./seams.js";

interface ListOptions {
  readonly cursor?: string;
  readonly limit?: number;
}

class LivesOneMomentLonger extends SeamStore {
  protected override isLive(entry: Entry): boolean {
    return entry.expiresAtMs >= this.nowMs();
  }
}

class ExpiredBlocksCreate extends SeamStore {
  protected override findForCreate(id: string): Entry | undefined {
    return this.entries.get(id);
  }
}

class ReplacesExpired extends SeamStore {
  override async replace(
    id: string,
    expected: string,
    version: string,
    record: KeyRecord,
    keepMs?: number,
  ): Promise<Write> {
    const standing = this.entries.get(id);
    if (standing !== undefined && !this.isLive(standing)) {
      this.entries.set(id, { ...standing, expiresAtMs: this.nowMs() + 1_000 });
    }
    return super.replace(id, expected, version, record, keepMs);
  }
}

class RenewalKeepsAge extends SeamStore {
  protected override writtenAfterReplace(standing: Entry): number {
    return standing.writtenAtMs;
  }
}

class KeepLowersExpiry extends SeamStore {
  protected override expiryAfterReplace(standing: Entry, keepMs?: number): number {
    return keepMs === undefined ? standing.expiresAtMs : this.nowMs() + keepMs;
  }
}

class KeepIsIgnored extends SeamStore {
  protected override expiryAfterReplace(standing: Entry): number {
    return standing.expiresAtMs;
  }
}

class ReplaceRestartsExpiry extends SeamStore {
  protected override expiryAfterReplace(standing: Entry, keepMs = 0): number {
    const lifeMs = standing.expiresAtMs - standing.writtenAtMs;
    return Math.max(standing.expiresAtMs, this.nowMs() + Math.max(lifeMs, keepMs));
  }
}

class ReadExtendsLife extends SeamStore {
  override async get(id: string): Promise<Stored | undefined> {
    const entry = this.find(id);
    if (entry !== undefined) this.entries.set(id, { ...entry, writtenAtMs: this.nowMs() });
    return super.get(id);
  }
}

class RetentionOf32Bits extends SeamStore {
  override create(id: string, version: string, record: KeyRecord, retentionMs: number): Promise<Write> {
    return super.create(id, version, record, Math.min(retentionMs, 2 ** 31 - 1));
  }

  protected override expiryAfterReplace(standing: Entry, keepMs = 0): number {
    return super.expiryAfterReplace(standing, Math.min(keepMs, 2 ** 31 - 1));
  }
}

class CreateCountsSeconds extends SeamStore {
  protected override findForCreate(id: string): Entry | undefined {
    const entry = this.find(id);
    const seconds = (ms: number) => Math.floor(ms / 1_000);
    return entry !== undefined && seconds(entry.expiresAtMs) > seconds(this.nowMs()) ? entry : undefined;
  }
}

class ReadsExpired extends SeamStore {
  override async get(id: string): Promise<Stored | undefined> {
    const entry = this.entries.get(id);
    return entry && this.view(entry);
  }
}

/** The age by the clock of the caller, which is a minute ahead of the store's. */
const agesByTheCaller = (store: FullStore) =>
  instead(store, {
    get: async (id) => {
      const stored = await store.get(id);
      return stored && { ...stored, ageMs: stored.ageMs + 60_000 };
    },
  });

class SweepsInTwoSteps extends SeamStore {
  override async sweep(limit = 1_000): Promise<number> {
    const expired = [...this.entries].filter(([, entry]) => this.isSweepable(entry)).slice(0, limit);
    await roundTrip();
    for (const [id] of expired) this.entries.delete(id);
    return expired.length;
  }
}

class SweepsAcrossSlots extends SeamStore {
  override async sweep(limit = 1_000): Promise<number> {
    const expired = [...this.entries.values()].filter((entry) => this.isSweepable(entry));
    if (Math.min(expired.length, limit) > 1) throw new Error("CROSSSLOT keys in request don't hash to the same slot");
    return super.sweep(limit);
  }
}

class PagesByOffset extends SeamStore {
  override async list({ cursor = "0", limit = 100 }: ListOptions = {}): Promise<Page> {
    const from = Number(cursor);
    const ids = [...this.entries.keys()].filter((id) => this.find(id) !== undefined).sort();
    const page = await super.list({ cursor: ids[from - 1] ?? "", limit });
    return page.cursor === undefined ? page : { ...page, cursor: String(from + limit) };
  }
}

class SweepsCompleted extends SeamStore {
  protected override isSweepable(entry: Entry): boolean {
    return entry.record.state === "completed" || !this.isLive(entry);
  }
}

class SweepsNothing extends SeamStore {
  protected override isSweepable(): boolean {
    return false;
  }
}

class SweepsWithoutLimit extends SeamStore {
  override sweep(): Promise<number> {
    return super.sweep(Number.POSITIVE_INFINITY);
  }
}

class ListsExpired extends SeamStore {
  override async list(options: ListOptions = {}): Promise<Page> {
    const ghost = [...this.entries].find(([, entry]) => !this.isLive(entry));
    const page = await super.list(options);
    if (ghost === undefined || page.cursor !== undefined || page.entries.length === options.limit) return page;
    const [id, entry] = ghost;
    const entries = [...page.entries, { id, stored: this.view(entry) }];
    return { entries: entries.sort((left, right) => (left.id < right.id ? -1 : 1)) };
  }
}

class ListsInNoOrder extends SeamStore {
  override async list(options?: ListOptions): Promise<Page> {
    const page = await super.list(options);
    return { ...page, entries: page.entries.toReversed() };
  }
}

class ListsRunningOnly extends SeamStore {
  override async list(options?: ListOptions): Promise<Page> {
    const page = await super.list(options);
    return { ...page, entries: page.entries.filter(({ stored }) => stored.record.state === "in-progress") };
  }
}

class ListsOnePage extends SeamStore {
  override async list(options?: ListOptions): Promise<Page> {
    const { cursor: _, ...last } = await super.list(options);
    return last;
  }
}

/** Bugs about time: what has expired, how old a record is, and who clears up. */
export const brokenTimes = [
  broken(
    "lives-one-moment-longer",
    "a record still lives at the very moment of its expiry: >= for >",
    ["EXP-01", "EXP-02", "EXP-03", "EXP-04", "EXP-05", "EXP-10", "EXP-12", "RAC-04", "SWP-03", "SWP-04", "LST-04"],
    LivesOneMomentLonger,
  ),
  broken(
    "expired-blocks-create",
    "an expired record blocks a create until it is swept: ON CONFLICT DO NOTHING alone",
    ["EXP-02", "RAC-04", "SWP-04"],
    ExpiredBlocksCreate,
  ),
  broken("replaces-expired", "replace does not look at the expiry", ["EXP-03", "EXP-05"], ReplacesExpired),
  broken(
    "renewal-keeps-age",
    "replace does not start the age again",
    ["EXP-06", "EXP-07", "EXP-08", "EXP-09", "AGE-02", "AGE-05", "IDS-02"],
    RenewalKeepsAge,
  ),
  broken(
    "keep-lowers-expiry",
    "keepMs sets the expiry, also to an earlier time: EXPIRE for a maximum",
    ["EXP-08", "EXP-10"],
    KeepLowersExpiry,
  ),
  broken(
    "keep-is-ignored",
    "keepMs has no effect: SET with KEEPTTL alone",
    ["EXP-07", "EXP-09", "EXP-11", "IDS-02", "SWP-02"],
    KeepIsIgnored,
  ),
  broken(
    "replace-restarts-expiry",
    "every replace grants the whole retention again: SET with PX",
    ["EXP-06", "EXP-08", "EXP-09", "AGE-02", "AGE-05"],
    ReplaceRestartsExpiry,
  ),
  broken(
    "read-extends-life",
    "a read starts the age again: touch on access",
    ["GET-03", "VER-01", "VER-02", "EXP-09", "AGE-01", "AGE-03", "AGE-04", "AGE-05", "IDS-02", "SWP-02"],
    ReadExtendsLife,
  ),
  broken(
    "retention-of-32-bits",
    "times beyond 24.8 days are cut: a column or a timer of 32 bits",
    ["EXP-11"],
    RetentionOf32Bits,
  ),
  broken(
    "create-counts-seconds",
    "create judges the expiry in whole seconds, get in milliseconds",
    ["EXP-13"],
    CreateCountsSeconds,
  ),
  broken(
    "reads-expired",
    "get answers what has expired until the database deletes it: a TTL that runs late",
    ["EXP-01", "EXP-03", "EXP-10", "EXP-12"],
    ReadsExpired,
  ),
  broken(
    "ages-by-the-caller",
    "get reckons the age by its caller's clock, which is not the store's",
    [
      "CRE-01",
      "CRE-02",
      "GET-02",
      "GET-03",
      "REP-01",
      "REP-02",
      "REP-05",
      "REP-06",
      "REM-02",
      "REM-05",
      "VER-01",
      "VER-02",
      "VER-06",
      "VER-07",
      "EXP-02",
      "EXP-06",
      "EXP-07",
      "EXP-08",
      "EXP-09",
      "EXP-11",
      "AGE-01",
      "AGE-02",
      "AGE-03",
      "AGE-04",
      "AGE-05",
      "REC-01",
      "REC-02",
      "REC-03",
      "REC-04",
      "REC-05",
      "REC-06",
      "REC-07",
      "REC-08",
      "REC-09",
      "SIZ-01",
      "SIZ-02",
      "SIZ-03",
      "SIZ-05",
      "SIZ-07",
      "IDS-01",
      "IDS-02",
      "IDS-03",
      "SWP-02",
      "TRX-01",
      "TRX-02",
      "TRX-03",
      "TRX-04",
      "FLT-02",
      "FLT-07",
      "FLT-08",
    ],
    SeamStore,
    agesByTheCaller,
  ),
  broken("sweeps-in-two-steps", "sweep looks, and then deletes by id alone", ["SWP-04"], SweepsInTwoSteps),
  broken(
    "sweeps-across-slots",
    "sweep deletes several ids in one command, which a cluster refuses",
    ["SWP-01", "SWP-02", "SWP-03", "SWP-04"],
    SweepsAcrossSlots,
  ),
  broken("pages-by-offset", "list counts how many entries it has shown: OFFSET", ["LST-05"], PagesByOffset),
  broken("sweeps-completed", "sweep also deletes live records that are completed", ["SWP-02"], SweepsCompleted),
  broken("sweeps-nothing", "sweep leaves what has expired", ["SWP-01", "SWP-03"], SweepsNothing),
  broken("sweeps-without-limit", "sweep deletes everything at once", ["SWP-03"], SweepsWithoutLimit),
  broken("lists-expired", "list shows expired records that were not swept yet", ["LST-04"], ListsExpired),
  broken("lists-in-no-order", "the entries of a page are in no order: SCAN", ["LST-02"], ListsInNoOrder),
  broken("lists-running-only", "list leaves out what is completed or released", ["LST-01"], ListsRunningOnly),
  broken("lists-one-page", "list knows no page after the first", ["LST-01", "LST-03", "LST-05"], ListsOnePage),
];
