/** `npm start` and the storm run the demo again when it leaves with this code. */
export const CRASH_EXIT_CODE = 75;

/** Really ends the process, between two steps, with nothing tidied up. */
export function crash(): never {
  process.exit(CRASH_EXIT_CODE);
}
