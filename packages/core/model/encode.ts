/**
 * The identity of a state, as a short string: two states are the same where no later step can tell them apart.
 *
 * Versions are renamed in the order in which they are met, and those that can never stand again lose their names.
 * Workers with the same fingerprint are interchangeable: of all their orders, the least string is the identity.
 */
import type { KeyRecord } from "../src/record.js";
import { Names } from "./names.js";
import { isSorted, kindOf, orders } from "./orders.js";
import {
  callOf,
  type Front,
  grantOf,
  type Heard,
  leftOf,
  type Message,
  type Purpose,
  type Run,
  type Slot,
  type State,
  type StoreCall,
  type Task,
} from "./state.js";
import { madeBy, type World } from "./world.js";

const PURPOSES: readonly Purpose[] = ["claim", "renew", "complete", "commit", "release", "vacate", "read", "remove"];
const OPS: readonly StoreCall["op"][] = ["create", "replace", "get", "remove"];

export class Encoder {
  readonly #fingerprints: readonly number[];
  readonly #orders: readonly (readonly number[])[];
  readonly #bytes = Buffer.alloc(1_024);
  #length = 0;
  /** Versions that stand, or that some call may still write or has just shown. */
  readonly #versions = new Names();
  /** Runs and results: they outlive their versions. */
  readonly #runs = new Names();

  constructor(world: World) {
    this.#fingerprints = world.config.workers;
    this.#orders = orders(world.config.workers);
  }

  encode(state: State): string {
    let least = "";
    const kinds = state.fronts.map(kindOf);
    for (const order of this.#orders) {
      if (!isSorted(order, kinds, this.#fingerprints)) continue;
      const text = this.#encode(state, order);
      if (least === "" || text < least) least = text;
    }
    return least;
  }

  #encode(state: State, order: readonly number[]): string {
    this.#length = 0;
    this.#nameVersions(state, order);
    const { slot, ghost, left } = state;
    for (let bits = left, i = 0; i < 4; bits >>= 8, i += 1) this.#put(bits & 0xff);
    this.#slot(state, slot);
    this.#put((ghost.effects << 4) | ghost.commits);
    this.#put(ghost.fence);
    if (ghost.resource !== undefined) this.#put(0x80 | (ghost.resource.life << 4) | ghost.resource.attempt);
    for (const grant of ghost.answers) this.#put(this.#grant(grant));
    for (const owner of order) this.#front(state.fronts[owner]);
    for (const owner of order) {
      for (const job of state.jobs) {
        if (job.owner !== owner) continue;
        this.#put(0xf0);
        this.#front(job.task);
      }
      this.#put(0xff);
    }
    for (const message of sorted(state.net)) this.#message(message);
    return this.#bytes.toString("latin1", 0, this.#length);
  }

  // ── Names ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  #nameVersions({ slot, fronts, jobs, net }: State, order: readonly number[]): void {
    this.#versions.clear();
    this.#runs.clear();
    if (slot !== undefined) this.#versions.give(slot.version);
    for (const owner of order) this.#nameTask(fronts[owner]);
    for (const owner of order) for (const job of jobs) if (job.owner === owner) this.#nameTask(job.task);
    for (const { call } of sorted(net))
      if (call.op === "create" || call.op === "replace") this.#versions.give(call.version);
  }

  #nameTask(front: Front | undefined): void {
    if (front === undefined || typeof front === "string") return;
    const call = callOf(front);
    if (call !== undefined && (call.op === "create" || call.op === "replace")) this.#versions.give(call.version);
    if (front.is === "read") this.#versions.give(front.version);
    const write = front.heard?.write;
    const shown = write === undefined ? undefined : write.written ? write.stored : write.current;
    if (shown !== undefined) this.#versions.give(shown.version);
  }

  #version(version: string): number {
    return this.#versions.of(version);
  }

  #grant(grant: string): number {
    return grant === "" ? 0 : this.#runs.give(grant);
  }

  // ── Parts ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  #put(byte: number): void {
    this.#bytes[this.#length] = byte;
    this.#length += 1;
  }

  #set(versions: readonly string[]): void {
    let bits = 0;
    for (const version of versions) {
      const name = this.#version(version);
      if (name > 16) throw new Error("more than 16 live versions");
      if (name !== 0) bits |= 1 << (name - 1);
    }
    this.#put(bits & 0xff);
    this.#put(bits >> 8);
  }

  #slot(state: State, slot: Slot | undefined): void {
    if (slot === undefined) {
      this.#put(0xfe);
      return;
    }
    this.#put(this.#version(slot.version));
    this.#record(slot.record);
    const live = slot.record.state === "in-progress" && !slot.lapsed;
    this.#put((slot.lapsed ? 1 : 0) | (live && slot.covered ? 2 : 0));
    this.#put(this.#grant(slot.grant));
    this.#put(this.#isAwaited(state, slot.birth) ? this.#version(slot.birth) : 0);
  }

  /** Whether a copy of the `create` with this version may still be sent or land. */
  #isAwaited({ fronts, net, left }: State, version: string): boolean {
    if (leftOf(left, "expire") === 0) return false;
    const creates = (call: StoreCall | undefined): boolean => call?.op === "create" && call.version === version;
    for (const front of fronts) {
      if (typeof front !== "string" && front.is === "claim" && creates(front.claiming.call)) return true;
    }
    return net.some(({ purpose, call }) => purpose === "claim" && creates(call));
  }

  #record(record: KeyRecord): void {
    const { attempt } = record;
    if (attempt > 15) throw new Error("more attempts than the encoding has room for");
    switch (record.state) {
      case "released":
        this.#put(0x80 | attempt);
        return;
      case "in-progress":
        this.#put((record.leaseMs === 0 ? 0x50 : 0x40) | attempt);
        this.#put(Number(record.fingerprint.slice(3)));
        return;
      case "completed": {
        const { id, grant, fingerprint } = madeBy(record.result);
        this.#put(0xc0 | attempt);
        this.#put((Number(record.fingerprint.slice(3)) << 4) | Number(fingerprint.slice(3)));
        this.#put(this.#grant(id));
        this.#put(this.#grant(grant));
        return;
      }
    }
  }

  #front(front: Front | undefined): void {
    if (front === undefined || front === "idle") {
      this.#put(1);
      return;
    }
    if (front === "done") {
      this.#put(2);
      return;
    }
    this.#task(front);
    this.#heard(front.heard);
  }

  #task(task: Task): void {
    switch (task.is) {
      case "claim":
        this.#claim(task);
        break;
      case "run":
        this.#running(task);
        break;
      case "write":
        this.#put(0x30 | flags(task.writing.doubtful, task.writing.purpose === "complete", task.commits));
        this.#run(task.run);
        this.#call(task.writing.call);
        break;
      case "read":
        this.#put(0x40);
        this.#run(task.run);
        this.#put(this.#grant(task.result));
        this.#put(this.#version(task.version));
        break;
      case "vacate":
        this.#vacate(task);
        break;
      case "remove":
        this.#put(0x60);
        this.#put(this.#version(task.expected));
        break;
    }
  }

  #claim({ claiming, leased }: Extract<Task, { readonly is: "claim" }>): void {
    const { attempt, call, minted } = claiming;
    const abandoned = attempt.do === "replace" && attempt.over === "abandoned";
    this.#put(0x10 | flags(attempt.do === "create", abandoned, leased));
    this.#call(call);
    this.#set(minted);
    this.#put(this.#grant(grantOf(claiming)));
  }

  #running({ run, stage, renewal }: Extract<Task, { readonly is: "run" }>): void {
    this.#put(0x20 | flags(stage === "before", stage === "after", renewal !== undefined));
    this.#put(flags(run.leased, run.lost, run.first && stage !== "after"));
    this.#run(run);
    if (renewal !== undefined) this.#call(renewal.call);
  }

  #vacate({ vacating: { call, targets, record, occupyMs } }: Extract<Task, { readonly is: "vacate" }>): void {
    this.#put(0x50 | flags(occupyMs !== undefined));
    this.#record(record);
    this.#set(targets);
    this.#call(call);
  }

  #run({ minted, standing, attempt, grant, life, settled }: Run): void {
    this.#set(minted);
    this.#put(this.#version(standing));
    this.#put((attempt << 4) | (life << 2) | settled);
    this.#put(this.#grant(grant));
  }

  #heard(heard: Heard | undefined): void {
    if (heard === undefined) {
      this.#put(0);
      return;
    }
    const { write, life, settled } = heard;
    const stored = write.written ? write.stored : write.current;
    this.#put(0x80 | (write.written ? 1 : 0) | (settled ? 2 : 0) | (life << 2) | (stored === undefined ? 0x10 : 0));
    if (stored === undefined) return;
    this.#put((this.#version(stored.version) << 1) | (stored.ageMs > 0 ? 1 : 0));
    this.#record(stored.record);
  }

  #call(call: StoreCall): void {
    const bits = OPS.indexOf(call.op);
    if (call.op === "get" || call.op === "remove") {
      this.#put(bits);
      this.#put(call.op === "get" ? 0 : this.#version(call.expected));
      return;
    }
    this.#put(bits | ((call.keepMs ?? 0) > 0 ? 4 : 0));
    this.#put(this.#version(call.version));
    if (call.op === "replace") this.#put(this.#version(call.expected));
    this.#record(call.record);
  }

  #message({ purpose, call, grant }: Message): void {
    this.#put(0x80 | PURPOSES.indexOf(purpose));
    this.#put(this.#grant(grant));
    this.#call(call);
  }
}

const flags = (a: boolean, b = false, c = false): number => (a ? 1 : 0) | (b ? 2 : 0) | (c ? 4 : 0);

/** The copies on their way, in an order that does not depend on when they were sent, as far as names allow. */
function sorted(net: readonly Message[]): readonly Message[] {
  return net.length < 2 ? net : net.toSorted((a, b) => rank(a) - rank(b));
}

function rank({ purpose, call }: Message): number {
  const attempt = call.op === "create" || call.op === "replace" ? call.record.attempt : 0;
  return (PURPOSES.indexOf(purpose) << 8) | (OPS.indexOf(call.op) << 6) | attempt;
}
