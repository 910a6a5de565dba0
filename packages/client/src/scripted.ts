/**
 * Whether a class of the platform is written in JavaScript, as in Node: an object of it is then no more than what a script
 * sees. Elsewhere the runtime knows its objects by other means (Deno has JavaScript classes, and looks beneath them).
 */
export function isScripted(kind: object): boolean {
  return !Function.prototype.toString.call(kind).includes("[native code]") && !("Deno" in globalThis);
}
