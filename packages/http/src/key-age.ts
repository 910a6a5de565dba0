/** When a UUID of version 7 was made, in Unix milliseconds; `undefined` for any other key (RFC 9562, section 5.7). */
export function madeAtMs(key: string): number | undefined {
  if (!/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/i.test(key)) return undefined;
  return Number.parseInt(key.slice(0, 8) + key.slice(9, 13), 16);
}
