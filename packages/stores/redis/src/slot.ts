const SLOTS = 16_384;
const utf8 = new TextEncoder();

/**
 * The slot of a Redis Cluster that a key is in: CRC-16/XMODEM of the key, or of what stands between its first `{` and the
 * next `}` where that is not empty, modulo 16384. Source: the Redis Cluster specification, "Key distribution model".
 */
export function slotOf(key: string): number {
  let crc = 0;
  for (const byte of utf8.encode(hashTagOf(key) ?? key)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  }
  return (crc & 0xffff) % SLOTS;
}

/** The part of a key that alone decides its slot, if there is one. */
export function hashTagOf(key: string): string | undefined {
  const start = key.indexOf("{");
  const end = start < 0 ? -1 : key.indexOf("}", start + 1);
  return end > start + 1 ? key.slice(start + 1, end) : undefined;
}
