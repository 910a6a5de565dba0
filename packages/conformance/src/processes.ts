/** Races between processes, for stores on a real server. Needs Node; the rest of the suite does not. */
export type { RaceCounts, RaceEvent, RaceHistory } from "./processes/history.js";
export { judge, type RaceReport } from "./processes/judge.js";
export { type RaceOptions, raceProcesses } from "./processes/race-processes.js";
