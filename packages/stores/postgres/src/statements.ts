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

/** One step, in the two forms in which it can be sent. They take the same values and give the same answer. */
export interface Statement {
  /** The call of its function, whose plan Postgres keeps: the cheapest where the statement itself is not kept. */
  readonly plain: string;
  /** What is cheapest where each connection keeps the statement, and the name to keep it under. */
  readonly prepared: { readonly name: string; readonly text: string };
}

/** Every step on one table. */
export function statementsOf(table: TableName): Readonly<Record<Step, Statement>> {
  const kept = keptForms(table);
  const statement = (step: Step): Statement => {
    const plain = `SELECT ${call(table, step)} AS answer`;
    const text = kept[step] ?? plain;
    return { plain, prepared: { name: preparedName(step, text), text } };
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
 */
function keptForms(table: TableName): Partial<Record<Step, string>> {
  const records = qualified(table);
  const standing = `(SELECT ${named(table, "standing")}(k.written_at, k.expires_at, k.record, k.version)
    FROM ${records} k WHERE k.id = $1::text AND k.expires_at > clock_timestamp())`;
  return {
    get: `SELECT ${standing} AS answer`,
    create: `SELECT coalesce(${standing},
  ${call(table, "create", "claim")},
  ${call(table, "create")}) AS answer`,
    replace: `WITH replaced AS (
  UPDATE ${records} k
    SET version = $3::text, record = $4::bytea, written_at = clock_timestamp(),
        expires_at = greatest(k.expires_at, clock_timestamp() + $5::float8 * interval '1 millisecond')
    WHERE k.id = $1::text AND k.version = $2::text AND k.expires_at > clock_timestamp()
    RETURNING ${named(table, "written")}(k.written_at, k.expires_at) AS answer)
SELECT coalesce((TABLE replaced), ${call(table, "replace")}) AS answer`,
  };
}

function call(table: TableName, step: Step, name: string = step): string {
  const parameters = PARAMETERS[step].map((type, index) => `$${index + 1}::${type}`);
  return `${named(table, name)}(${parameters.join(", ")})`;
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
