import { createDecipheriv } from "node:crypto";
import { describe, expect, it } from "vitest";
import { aesGcm, recordId } from "../index.js";

const utf8 = new TextEncoder();
const plain = utf8.encode("card 4242 4242 4242 4242");
const id = recordId("default", "acct_1", "key-1");
const bytes = (fill: number) => new Uint8Array(32).fill(fill);
const current = { id: "2026-11", key: bytes(1) };
const former = { id: "2026-05", key: bytes(2) };
const notOpened = expect.objectContaining({ code: "RECORD_NOT_OPENED" });

const subtleKey = (usages: ("encrypt" | "decrypt")[], length = 256) =>
  crypto.subtle.generateKey({ name: "AES-GCM", length }, false, usages);

describe("aesGcm", () => {
  it("opens what it sealed, of any length, also out of a part of a larger buffer", async () => {
    const sealer = aesGcm({ keys: [current] });
    for (const each of [plain, new Uint8Array(0), new Uint8Array(100_000).fill(7)]) {
      const sealed = await sealer.seal(each, id);
      expect(Buffer.from(sealed).includes("4242")).toBe(false);
      const larger = Buffer.concat([Buffer.from("head"), sealed, Buffer.from("tail")]);
      expect(await sealer.open(larger.subarray(4, 4 + sealed.byteLength), id)).toEqual(each);
    }
  });

  it("writes format, key's id, a fresh nonce, and AES-256-GCM as OpenSSL reads it", async () => {
    const sealer = aesGcm({ keys: [current] });
    const [sealed, again] = [await sealer.seal(plain, id), await sealer.seal(plain, id)];
    const nonceAt = 2 + current.id.length;
    expect([sealed[0], sealed[1], Buffer.from(sealed.subarray(2, nonceAt)).toString()]).toEqual([1, 7, "2026-11"]);
    const nonce = sealed.subarray(nonceAt, nonceAt + 12);
    expect(again.subarray(nonceAt, nonceAt + 12)).not.toEqual(nonce);
    const decipher = createDecipheriv("aes-256-gcm", current.key, nonce);
    decipher.setAAD(Buffer.concat([sealed.subarray(0, nonceAt), utf8.encode(id)]));
    decipher.setAuthTag(sealed.subarray(-16));
    const opened = Buffer.concat([decipher.update(sealed.subarray(nonceAt + 12, -16)), decipher.final()]);
    expect(opened).toEqual(Buffer.from(plain));
  });

  it("opens under no other id", async () => {
    const sealer = aesGcm({ keys: [current] });
    const sealed = await sealer.seal(plain, id);
    await expect(sealer.open(sealed, recordId("default", "acct_1", "key-2"))).rejects.toEqual(notOpened);
    await expect(sealer.open(sealed, `${id}:summary`)).rejects.toEqual(notOpened);
  });

  it("opens nothing of which one bit was changed, or an end cut off", async () => {
    // Both keys are there, so that a changed key's id finds another key, and not only none.
    const sealer = aesGcm({
      keys: [
        { id: "a", key: bytes(1) },
        { id: "b", key: bytes(1) },
        { id: "c", key: bytes(2) },
      ],
    });
    const sealed = await sealer.seal(plain, id);
    for (let index = 0; index < sealed.byteLength; index++) {
      for (let bit = 1; bit < 256; bit *= 2) {
        const changed = sealed.map((byte, at) => (at === index ? byte ^ bit : byte));
        await expect(sealer.open(changed, id), `byte ${index} ^ ${bit}`).rejects.toEqual(notOpened);
      }
      await expect(sealer.open(sealed.subarray(0, index), id), `${index} bytes`).rejects.toEqual(notOpened);
    }
    expect(await sealer.open(sealed, id)).toEqual(plain);
  });

  it("seals with the first key and opens with all, so that keys can be rotated", async () => {
    const before = aesGcm({ keys: [former] });
    const told = aesGcm({ keys: [former, current] });
    const turned = aesGcm({ keys: [current, former] });
    const after = aesGcm({ keys: [current] });
    const [old, fresh] = [await before.seal(plain, id), await turned.seal(plain, id)];
    for (const sealer of [told, turned]) {
      expect(await sealer.open(old, id)).toEqual(plain);
      expect(await sealer.open(fresh, id)).toEqual(plain);
    }
    expect(await after.open(fresh, id)).toEqual(plain);
    await expect(after.open(old, id)).rejects.toThrow('no key with the id "2026-05" is given');
  });

  it("takes CryptoKeys, which may be for opening only behind the first", async () => {
    const [both, opens] = [await subtleKey(["encrypt", "decrypt"]), await subtleKey(["decrypt"])];
    const sealer = aesGcm({
      keys: [
        { id: "1", key: both },
        { id: "2", key: opens },
      ],
    });
    expect(await sealer.open(await sealer.seal(plain, id), id)).toEqual(plain);
  });

  it("keeps its own copy of a key", async () => {
    const key = bytes(1);
    const sealer = aesGcm({ keys: [{ id: "1", key }] });
    key.fill(0);
    const sealed = await sealer.seal(plain, id);
    expect(await aesGcm({ keys: [{ id: "1", key: bytes(1) }] }).open(sealed, id)).toEqual(plain);
  });

  it("refuses wrong keys when it is made, and never repeats one", async () => {
    const weak = await subtleKey(["encrypt", "decrypt"], 128);
    const opens = await subtleKey(["decrypt"]);
    const secret = "0123456789abcdef0123456789abcdef";
    const wrong: [readonly unknown[] | undefined, RegExp][] = [
      [undefined, /expected a list of \{ id, key \}/],
      [[], /the list is empty/],
      [[{ id: "", key: bytes(1) }], /keys\[0\]\.id: "" is not a text of 1 to 64/],
      [[{ id: "ä", key: bytes(1) }], /keys\[0\]\.id: "ä"/],
      [
        [
          { id: "1", key: bytes(1) },
          { id: "1", key: bytes(2) },
        ],
        /keys\[1\]\.id: "1" names another key already/,
      ],
      [[{ id: "1", key: new Uint8Array(16) }], /keys\[0\]\.key: it has 16 bytes, and AES-256 takes 32/],
      [[{ id: "1", key: secret }], /keys\[0\]\.key: expected 32 bytes, or a CryptoKey/],
      [[{ id: "1", key: weak }], /AES-GCM of 256 bits/],
      [[{ id: "1", key: opens }], /may not be used to encrypt/],
    ];
    for (const [keys, message] of wrong) {
      const make = () => aesGcm({ keys } as Parameters<typeof aesGcm>[0]);
      expect(make).toThrow(message);
      expect(make).toThrow(expect.objectContaining({ message: expect.not.stringContaining(secret) }));
    }
  });
});
