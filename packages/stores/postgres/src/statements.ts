import { qualified, type TableName } from "./names.js";

/** The version at the end of the names of the functions that this version of the library calls. */
const FUNCTIONS = "v1";

/** The functions of `sql/` that are called as they are, and the types of what they are given. */
const PARAMETERS = {
  get: ["text"],
  create: ["text", "text", "bytea", "float8"],
  replace: ["text", "text", "text", "bytea", "float8"],
  remove: ["text", "text"],
  list: ["text", "int"],
  sweep: ["int"],
} as const;

export type Step = keyof typeof PARAMETERS;

/** The steps that judge by a reading of the clock from before their snapshot (see `sql/`), and are given it last. */
const JUDGING: readonly string[] = ["get", "create", "replace", "remove", "list"] satisfies Step[];

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
  /** What is cheapest where each connection keeps the statement, and the name to keep it under. */
  readonly prepared: { readonly name: string; readonly text: string };
}

/** Every step on one table. */
export function statementsOf(table: TableName): Readonly<Record<Step, Statement>> {
  const kept = keptForms(table);
  const statement = (step: Step): Statement => {
    const plain = `SELECT ${call(table, step)} AS answer`;
    const inside = `SELECT ${call(table, step, SOMEBODYS_TRANSACTION)} AS answer`;
    const text = kept[step] ?? plain;
    return { plain, inside, prepared: { name: preparedName(step, text), text } };
  };
  return {
    get: statement("get"),
    create: statement("create"),
    replace: statement("replace"),
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
 * COALESCE stops at the first that has an answer, so the functions cost nothing unless they are needed.
 *
 * What a SELECT finds is judged by `now()`: the statement's snapshot is older than `clock_timestamp()`, and older even
 * than `statement_timestamp()`, which begins anew when a statement that was bound is executed.
 */
function keptForms(table: TableName): Partial<Record<Step, string>> {
  const records = qualified(table);
  const standing = `(SELECT ${named(table, "standing")}(k.written_at, k.expires_at, k.record, k.version, ${OWN_TRANSACTION})
    FROM ${records} k WHERE k.id = $1::text AND k.expires_at > ${OWN_TRANSACTION})`;
  return {
    get: `SELECT coalesce(${standing}, ${call(table, "get")}) AS answer`,
    create: `SELECT coalesce(${standing},
  ${named(table, "claim")}(${parametersOf("create").join(", ")}),
  ${call(table, "create")}) AS answer`,
    replace: `WITH replaced AS (
  UPDATE ${records} k
    SET version = $3::text, record = $4::bytea, written_at = clock_timestamp(),
        expires_at = greatest(k.expires_at, clock_timestamp() + $5::float8 * interval '1 millisecond')
    WHERE k.id = $1::text AND k.version = $2::text AND k.expires_at > clock_timestamp()
    RETURNING ${named(table, "written")}(k.written_at, k.expires_at, NULL) AS answer)
SELECT coalesce((TABLE replaced), ${call(table, "replace")}) AS answer`,
  };
}

function call(table: TableName, step: Step, clock = OWN_TRANSACTION): string {
  const given = JUDGING.includes(step) ? [...parametersOf(step), clock] : parametersOf(step);
  return `${named(table, step)}(${given.join(", ")})`;
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
