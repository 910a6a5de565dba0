import { mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { StartUpError } from "../src/start-up-error.js";
import { lockFolder } from "../src/storage/lock/folder-lock.js";
import { DemoProcess } from "./demo-process.js";

/** A Mac's way works on every Unix, so it can be tested there. */
const platforms = process.platform === "win32" ? ["win32"] : [process.platform, "darwin"];

describe.each(platforms)("the lock of a folder, as on %s", (platform) => {
  let folder: string;
  const started: DemoProcess[] = [];
  const hold = (where = folder) => {
    const holder = new DemoProcess("test/hold-lock.ts", {}, [where, platform]);
    started.push(holder);
    return holder;
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "oncekey-lock-"));
  });

  afterEach(async () => {
    await Promise.all(started.splice(0).map((holder) => holder.kill()));
    await rm(folder, { recursive: true, force: true });
  });

  it("refuses a second holder and names the folder and the first one's pid", async () => {
    const first = hold();
    await first.prints(/held/);
    const refusal = await lockFolder(folder, platform).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(StartUpError);
    expect(String(refusal)).toContain(folder);
    expect(String(refusal)).toContain(`pid ${first.child.pid}`);
  });

  it("is gone at once when its holder is killed", async () => {
    const first = hold();
    await first.prints(/held/);
    await first.kill("SIGKILL");
    const lock = await lockFolder(folder, platform);
    await lock.release();
  });

  it("can be had again after its release", async () => {
    const first = await lockFolder(folder, platform);
    await first.release();
    const second = await lockFolder(folder, platform);
    await expect(lockFolder(folder, platform)).rejects.toThrow(/in use/);
    await second.release();
  });

  it("goes to exactly one of several that want it at once, a stale one lying about", async () => {
    const dead = hold();
    await dead.prints(/held/);
    await dead.kill("SIGKILL");
    const leftBehind = await readdir(folder);
    expect(leftBehind).toHaveLength(platform === "darwin" ? 1 : 0);
    const rivals = Array.from({ length: 4 }, () => hold());
    const said = await Promise.all(rivals.map(async (rival) => (await rival.prints(/held|refused/))[0]));
    expect(said.toSorted()).toEqual(["held", "refused", "refused", "refused"]);
    expect(await readdir(folder)).not.toContain(leftBehind[0]);
  });
});

describe.runIf(process.platform !== "win32")("a folder under another name", () => {
  it("is the same folder", async () => {
    const folder = await mkdtemp(join(tmpdir(), "oncekey-lock-"));
    const alias = `${folder}-alias`;
    await symlink(folder, alias);
    const lock = await lockFolder(folder);
    await expect(lockFolder(alias)).rejects.toThrow(/in use/);
    await lock.release();
    await rm(alias);
    await rm(folder, { recursive: true });
  });
});
