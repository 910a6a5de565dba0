import * as zlib from "node:zlib";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { byStream, isCoded, removeCodings } from "./content-coding.js";

const plain = Uint8Array.from({ length: 2_000 }, (_, index) => index % 256);
const bomb = new Uint8Array(1_000_000);

describe("removeCodings", () => {
  it("removes gzip, deflate and br", async () => {
    expect(Uint8Array.from((await removeCodings(gzipSync(plain), "gzip", 2_000)) as Uint8Array)).toEqual(plain);
    expect(Uint8Array.from((await removeCodings(deflateSync(plain), "Deflate", 2_000)) as Uint8Array)).toEqual(plain);
    expect(Uint8Array.from((await removeCodings(brotliCompressSync(plain), "br", 2_000)) as Uint8Array)).toEqual(plain);
  });

  it("removes zstd where the runtime can", async () => {
    // One block, not compressed, that says "hello" (RFC 8878, section 3.1.1).
    const frame = Buffer.from("28b52ffd2005290000".concat(Buffer.from("hello").toString("hex")), "hex");
    const decoded = await removeCodings(frame, "zstd", 100);
    if ("zstdDecompress" in zlib) expect(Buffer.from(decoded).toString()).toBe("hello");
    else expect(decoded).toBe("unreadable");
  });

  it("removes several, the last one first", async () => {
    const twice = gzipSync(brotliCompressSync(plain));
    expect(Uint8Array.from((await removeCodings(twice, "br, identity, x-gzip", 2_000)) as Uint8Array)).toEqual(plain);
  });

  it("never makes more than it may", async () => {
    for (const [coding, bytes] of [
      ["gzip", gzipSync(bomb)],
      ["deflate", deflateSync(bomb)],
      ["br", brotliCompressSync(bomb)],
    ] as const) {
      expect(await removeCodings(bytes, coding, 999_999)).toBe("too-large");
      expect(await removeCodings(bytes, coding, 1_000_000)).toHaveLength(1_000_000);
    }
  });

  it("says so where it cannot", async () => {
    expect(await removeCodings(plain, "gzip", 10_000)).toBe("unreadable");
    expect(await removeCodings(plain, "aes128gcm", 10_000)).toBe("unreadable");
    expect(await removeCodings(plain, "constructor", 10_000)).toBe("unreadable");
    expect(await removeCodings(plain, "gzip,gzip,gzip,gzip", 10_000)).toBe("unreadable");
  });

  it("knows what is coded", () => {
    expect(isCoded("gzip")).toBe(true);
    for (const value of [undefined, null, "", "identity", " Identity ,"]) expect(isCoded(value)).toBe(false);
  });
});

describe("byStream, for runtimes without node:zlib", () => {
  it("does the same", async () => {
    expect(await byStream("gzip", gzipSync(plain), 2_000)).toEqual(plain);
    expect(await byStream("deflate", deflateSync(plain), 2_000)).toEqual(plain);
    expect(await byStream("gzip", gzipSync(bomb), 999_999)).toBe("too-large");
    expect(await byStream("gzip", plain, 10_000)).toBe("unreadable");
  });
});
