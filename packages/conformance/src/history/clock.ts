import type { StoreCapabilities } from "@oncekey/core";

/** What a store's declaration says about its verdicts on time. */
export type Clock = Pick<StoreCapabilities, "resolutionMs" | "skewMarginMs">;

/** How far a database's clock may run apart from the machine's while a record is watched, besides its resolution. */
const DRIFT_MS = 5;

/** How far a time of the store may be off from what the machine's clock says, besides the margin for skew. */
export function slackOf({ resolutionMs }: Clock): number {
  return 2 * resolutionMs + DRIFT_MS;
}
