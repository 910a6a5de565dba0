import { qualified, type TableName } from "./names.js";

/** The version at the end of the names of the functions that this version of the library calls. */
const FUNCTIONS = "v1";

/** The steps, each with the types of the values that it is given. */
const PARAMETERS = {
  get: ["text"],
  create: ["text", "text", "bytea", "float8"],
  /** A create that is expected to find a record. */
  recall: ["text", "text", "bytea", "float8"],
  replace: ["text", "text", "text", "bytea"],
  /** A replace that may have to keep the record for longer. */
  extend: ["text", "text", "text", "bytea", "float8"],
  remove: ["text", "text"],
  list: ["text", "int"],
  sweep: ["int"],
} as const;

export type Step = keyof typeof PARAMETERS;

/** The operation that a step is a form of: callers read of it, and functions of `sql/` are called after it. */
export function operationOf(step: Step): string {
  if (step === "recall") return "create";
  return step === "extend" ? "replace" : step;
}

/** The start of a transaction is before its first snapshot, at every isolation level. */
const OWN_TRANSACTION = "now()";
/**
 * The start of somebody's transaction is long ago. The call of the function evaluates this before the statements of the
 * function take their snapshots; above `read committed` they share an older one, which is what such a transaction wants.
 */
const SOMEBODYS_TRANSACTION = "clock_timestamp()";

/** One step, in the forms in which it can be sent. They take the same values and give the same answer. */
export interface Statement {
  /** The call of its function, whose plan Postgres keeps: the cheapest where the statement itself is not kept. */
  readonly plain: string;
  /** The same inside a transaction of somebody's. */
  readonly inside: string;
  /**
   * What is cheapest where each connection keeps the statement, and the name to keep it under. One that is not the
   * whole step may come back without a row, having done nothing: then the plain form has to be sent.
   */
  readonly prepared: { readonly name: string; readonly text: string; readonly whole: boolean };
}

/** Every step on one table. */
export function statementsOf(table: TableName): Readonly<Record<Step, Statement>> {
  const kept = keptForms(table);
  const statement = (step: Step): Statement => {
    const plain = `SELECT ${call(table, step)} AS answer`;
    const inside = `SELECT ${call(table, step, SOMEBODYS_TRANSACTION)} AS answer`;
    const { text, whole } = kept[step] ?? { text: plain, whole: true };
    return { plain, inside, prepared: { name: preparedName(step, text), text, whole } };
  };
  return {
    get: statement("get"),
    create: statement("create"),
    recall: statement("recall"),
    replace: statement("replace"),
    extend: statement("extend"),
    remove: statement("remove"),
    list: statement("list"),
    sweep: statement("sweep"),
  };
}

/**
 * The hot steps without PL/pgSQL, as far as one statement can take them.
 *
 * A statement sees what was committed before it began. So it is believed where it finds something or writes, and in
 * every other case the function of the step has the last word: its statements see what was committed before each.
 * COALESCE stops at the first that has an answer, so the functions cost next to nothing unless they are needed. A replace
 * has no place for its function, as a plain UPDATE is a tenth cheaper than one that another statement goes on from.
 *
 * What a SELECT finds is judged by `now()`: the statement's snapshot is older than `clock_timestamp()`, and older even
 * than `statement_timestamp()`, which begins anew when a statement that was bound is executed.
 */
function keptForms(table: TableName): Partial<Record<Step, { readonly text: string; readonly whole: boolean }>> {
  const records = qualified(table);
  const standing = `(SELECT ${named(table, "standing")}(k.written_at, k.expires_at, k.record, k.version, ${OWN_TRANSACTION})
    FROM ${records} k WHERE k.id = $1::text AND k.expires_at > ${OWN_TRANSACTION})`;
  const insert = `INSERT INTO ${records} AS k (written_at, expires_at, id, version, record)
  VALUES (clock_timestamp(), clock_timestamp() + $4::float8 * interval '1 millisecond', $1::text, $2::text, $3::bytea)
  ON CONFLICT (id) DO NOTHING
  RETURNING ${named(table, "written")}(k.written_at, k.expires_at, 0.001) AS answer`;
  const update = (more = "") => `UPDATE ${records} k
  SET version = $3::text, record = $4::bytea, written_at = clock_timestamp()${more}
  WHERE k.id = $1::text AND k.version = $2::text AND k.expires_at > clock_timestamp()
  RETURNING ${named(table, "written")}(k.written_at, k.expires_at, NULL) AS answer`;
  const raised = "expires_at = greatest(k.expires_at, clock_timestamp() + $5::float8 * interval '1 millisecond')";
  return {
    get: { text: `SELECT coalesce(${standing}, ${call(table, "get")}) AS answer`, whole: true },
    create: {
      text: `WITH made AS (${insert})\nSELECT coalesce((TABLE made), ${call(table, "create")}) AS answer`,
      whole: true,
    },
    recall: { text: `SELECT coalesce(${standing}, ${call(table, "recall")}) AS answer`, whole: true },
    replace: { text: update(), whole: false },
    extend: { text: update(`, ${raised}`), whole: false },
  };
}

/** The call of the function of a step; all but that of `sweep` are given a reading of the clock last (see `sql/`). */
function call(table: TableName, step: Step, clock = OWN_TRANSACTION): string {
  const given = parametersOf(step);
  if (step === "replace") given.push("NULL");
  if (step !== "sweep") given.push(clock);
  return `${named(table, operationOf(step))}(${given.join(", ")})`;
}

function parametersOf(step: Step): string[] {
  return PARAMETERS[step].map((type, index) => `$${index + 1}::${type}`);
}

function named(table: TableName, name: string): string {
  return qualified(table, `_${name}_${FUNCTIONS}`);
}

/** One name for one text, short enough for Postgres; the step is there for who reads `pg_prepared_statements`. */
function preparedName(step: Step, text: string): string {
  let hash = 0x811c9dc5; // FNV-1a
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return `oncekey_${step}_${(hash >>> 0).toString(16)}`;
}
