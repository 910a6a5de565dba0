/** The time in which others may write. */
export function roundTrip(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}
