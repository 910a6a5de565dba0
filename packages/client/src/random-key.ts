/** A key that no other operation has: a UUID of version 4 (RFC 9562, section 5.4). */
export function randomKey(): string {
  // Not there on a page that came over plain HTTP.
  return typeof crypto.randomUUID === "function"
    ? crypto.randomUUID()
    : uuidOf(crypto.getRandomValues(new Uint8Array(16)));
}

/** Writes 16 random bytes as a UUID of version 4. */
export function uuidOf(random: Uint8Array): string {
  const hex = Array.from(random, (byte, index) => {
    if (index === 6) return (byte & 0x0f) | 0x40;
    return index === 8 ? (byte & 0x3f) | 0x80 : byte;
  }).map((byte) => byte.toString(16).padStart(2, "0"));
  return [hex.slice(0, 4), hex.slice(4, 6), hex.slice(6, 8), hex.slice(8, 10), hex.slice(10)]
    .map((part) => part.join(""))
    .join("-");
}
