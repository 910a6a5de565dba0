/** One thing to time. `run` is one operation; if it returns a promise, it is awaited before the next one starts. */
export interface BenchCase {
  readonly name: string;
  readonly run: () => unknown;
}

/** Cases that are measured together and compared with the first of them. */
export interface BenchGroup {
  readonly title: string;
  /** What the first case is, and what ratio the others should reach. */
  readonly note: string;
  /** How many times as long as usual each case is run before it is measured. */
  readonly warmUpTimes?: number;
  readonly cases: readonly [baseline: BenchCase, ...others: BenchCase[]];
}

/** A part of Oncekey. `open` starts what its cases need (a server, a folder), `close` puts it away again. */
export interface BenchSuite {
  readonly name: string;
  open(): Promise<{ readonly groups: readonly BenchGroup[]; close(): Promise<void> }>;
}
