/** Races between processes, for stores on a real server. Needs Node; the rest of the suite does not. */
export type { RaceCounts } from "./processes/history.js";
export type { RaceReport } from "./processes/judge.js";
export { type RaceOptions, raceProcesses } from "./processes/race-processes.js";
