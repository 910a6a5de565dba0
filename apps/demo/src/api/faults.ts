import { setTimeout as delay } from "node:timers/promises";
import type { RequestHandler, Response } from "express";
import type { Queries } from "../storage/database.js";
import { Problem } from "./problem.js";

/** What may be made to go wrong. Of this demo only: no real API takes such wishes. */
const faultNames = ["lose-response", "error-500", "crash-after-billing"] as const;
export type FaultName = (typeof faultNames)[number];

/** What a request asks for by its headers, which are no part of what it asks the API for: its fingerprint is the same. */
export interface WantedFaults {
  readonly latencyMs: number;
  readonly fault: FaultName | undefined;
}

/** Beyond the lease, so that it is seen to be renewed; well below the time after which it is not. */
const MAX_LATENCY_MS = 15_000;
const CRASH_AFTER_MS = 50;

/** Reads `x-demo-latency-ms` and `x-demo-fault`, and stands where a lost response can be lost. */
export const prepareFaults: RequestHandler = (req, res, next) => {
  res.locals["faults"] = {
    latencyMs: readLatency(req.get("x-demo-latency-ms")),
    fault: readFault(req.get("x-demo-fault")),
  } satisfies WantedFaults;
  cutBeforeFirstByte(res);
  next();
};

/** The faults of one request, each of which happens once for a key: a retry with the same headers gets through. */
export class Faults {
  readonly #fired: Queries;
  readonly #crash: () => never;

  constructor(fired: Queries, crash: () => never) {
    this.#fired = fired;
    this.#crash = crash;
  }

  /** Before anything is billed: waits, then fails where that was asked for. */
  async beforeBilling(res: Response, recordId: string): Promise<void> {
    const { latencyMs } = wantedBy(res);
    if (latencyMs > 0) await delay(latencyMs);
    if (await this.#happens(res, recordId, "error-500")) {
      throw new Problem(500, "It failed before anything was billed, as x-demo-fault asked.");
    }
  }

  /** The check is billed and nothing about it is stored: the worst moment to die. */
  async afterBilling(res: Response, recordId: string): Promise<void> {
    if (!(await this.#happens(res, recordId, "crash-after-billing"))) return;
    // Whoever watches hears of the bill first.
    await delay(CRASH_AFTER_MS);
    this.#crash();
  }

  /** The answer is made; once it is stored, it gets lost on its way. */
  async beforeAnswer(res: Response, recordId: string): Promise<void> {
    res.locals["cut"] = await this.#happens(res, recordId, "lose-response");
  }

  /** Remembered before it happens: what a crash makes one forget would happen again. */
  async #happens(res: Response, recordId: string, fault: FaultName): Promise<boolean> {
    if (wantedBy(res).fault !== fault) return false;
    const { rows } = await this.#fired.query(
      `INSERT INTO demo_api.fired_faults (record_id, fault) VALUES ($1, $2)
       ON CONFLICT (record_id, fault) DO NOTHING RETURNING fault`,
      [recordId, fault],
    );
    return rows.length > 0;
  }
}

/** The head is written when the answer is durable, so a connection that is cut here loses a stored answer. */
function cutBeforeFirstByte(res: Response): void {
  const writeHead = res.writeHead;
  res.writeHead = (...args: unknown[]) => {
    if (res.locals["cut"] === true) res.socket?.destroy();
    return Reflect.apply(writeHead, res, args);
  };
}

function wantedBy(res: Response): WantedFaults {
  return res.locals["faults"];
}

function readLatency(text: string | undefined): number {
  if (text === undefined || text === "") return 0;
  const latencyMs = Number(text);
  if (/^\d+$/.test(text) && latencyMs <= MAX_LATENCY_MS) return latencyMs;
  throw new Problem(400, `x-demo-latency-ms has to be a whole number of milliseconds from 0 to ${MAX_LATENCY_MS}.`);
}

function readFault(text: string | undefined): FaultName | undefined {
  if (text === undefined || text === "") return undefined;
  const fault = faultNames.find((name) => name === text);
  if (fault !== undefined) return fault;
  throw new Problem(400, `x-demo-fault has to be one of ${faultNames.join(", ")}.`);
}
