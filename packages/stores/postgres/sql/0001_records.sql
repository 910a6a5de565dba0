-- Oncekey's table, and the six steps that a store takes on it. Each step is one function and one round trip. Where
-- statements are kept prepared, plain statements do the common work, and the function comes after (src/statements.ts).
--
-- The name oncekey_records stands for the configured schema and table; migrate() puts them in. As it is, this file
-- makes the table in the first schema of the search path.
--
-- Function names end in a version. A later migration adds new functions beside these and leaves them in place, so that
-- two versions of the library can run side by side while a deployment rolls.

CREATE TABLE oncekey_records (
  written_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  id         text COLLATE "C" PRIMARY KEY,
  version    text COLLATE "C" NOT NULL,
  record     bytea NOT NULL
)
-- Every record is written at least twice. The free part of a page keeps its second form beside the first, and as
-- expires_at, the one indexed column, seldom changes, the indexes are then left alone (a HOT update).
WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

-- For sweep() only.
CREATE INDEX ON oncekey_records (expires_at);

-- How the steps judge time
--
-- A snapshot shows what stood when it was taken; the process that reads it can be held up before it reads the clock, and
-- the record renewed meanwhile. So:
--
-- * The clock that tells age and life of what a SELECT finds, and whether it lives, is read before the snapshot. What
--   then lives stood at that reading, or from its later commit on. The caller reads the clock, as p_at: now() for a
--   transaction of its own, at every isolation level; clock_timestamp() inside somebody's, before the statements of the
--   function take their snapshots. Whoever goes round again at READ COMMITTED reads it again first.
-- * Nobody says "nothing stands" over a row: it deletes the row first. A renewal that began before the expiry may not be
--   visible yet, or not even have its row lock. The DELETE waits for the first and sees what it made of the row; the
--   second finds no row any more. Hence no record comes back after somebody was told that it was gone.
-- * INSERT, UPDATE and DELETE read the clock where they are. If the row was changed before they had its lock, they judge
--   the new form anew (above READ COMMITTED they fail, 40001); if not, what they judged stood at that reading. A replace
--   may get its lock after the expiry: it began before, and whoever came between has changed or deleted the row.

-- Age and remaining life in milliseconds of what was just written, as one text. p_least_ms is the least life to tell; NULL
-- for any. This function and the next are parts of the statements that use them by the time these are planned.
CREATE FUNCTION oncekey_records_written_v1(p_written_at timestamptz, p_expires_at timestamptz, p_least_ms float8)
RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT concat_ws(' ', greatest(date_part('epoch', clock_timestamp() - p_written_at) * 1000, 0),
    greatest(date_part('epoch', p_expires_at - clock_timestamp()) * 1000, p_least_ms))
$$;

-- What stands at p_at, as one text: age and remaining life in milliseconds, the record in base64, the version. One text
-- column comes back alike from every driver, whatever type parsers its user has set.
CREATE FUNCTION oncekey_records_standing_v1(p_written_at timestamptz, p_expires_at timestamptz, p_record bytea,
                                            p_version text, p_at timestamptz)
RETURNS text LANGUAGE sql STABLE AS $$
  SELECT concat_ws(' ', greatest(date_part('epoch', p_at - p_written_at) * 1000, 0),
    date_part('epoch', p_expires_at - p_at) * 1000, encode(p_record, 'base64'), p_version)
$$;

CREATE FUNCTION oncekey_records_get_v1(p_id text, p_at timestamptz)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  lives boolean;
  answer text;
BEGIN
  LOOP
    SELECT k.expires_at > p_at, oncekey_records_standing_v1(k.written_at, k.expires_at, k.record, k.version, p_at)
      INTO lives, answer
      FROM oncekey_records k WHERE k.id = p_id;
    IF NOT FOUND THEN RETURN NULL; END IF;
    IF lives THEN RETURN answer; END IF;

    DELETE FROM oncekey_records k WHERE k.id = p_id AND k.expires_at <= clock_timestamp();
    IF FOUND THEN RETURN NULL; END IF;
    p_at := clock_timestamp();
  END LOOP;
END $$;

-- Answers age and remaining life if it wrote, else what stands.
--
-- It reads first: a duplicate then costs a read, where an INSERT that runs into the key costs more. At READ COMMITTED
-- each statement of a function sees what was committed before it, so whatever the INSERT ran into is seen by the next
-- round.
--
-- An INSERT or UPDATE that waits for somebody's transaction keeps the time at which it began to wait, unless that
-- transaction changed the row. So the age that is answered is measured afterwards, and is not always 0. A record that
-- expired meanwhile was written all the same: it is answered with a last moment to live, because a claim that wrote is
-- never a refusal.
CREATE FUNCTION oncekey_records_create_v1(p_id text, p_version text, p_record bytea, p_retention_ms float8,
                                          p_at timestamptz)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  answer text;
BEGIN
  LOOP
    SELECT oncekey_records_standing_v1(k.written_at, k.expires_at, k.record, k.version, p_at) INTO answer
      FROM oncekey_records k WHERE k.id = p_id AND k.expires_at > p_at;
    IF FOUND THEN RETURN answer; END IF;

    INSERT INTO oncekey_records AS k (written_at, expires_at, id, version, record)
      VALUES (clock_timestamp(), clock_timestamp() + p_retention_ms * interval '1 millisecond',
              p_id, p_version, p_record)
      ON CONFLICT (id) DO NOTHING
      RETURNING oncekey_records_written_v1(k.written_at, k.expires_at, 0.001) INTO answer;
    IF FOUND THEN RETURN answer; END IF;

    UPDATE oncekey_records k
      SET version = p_version, record = p_record, written_at = clock_timestamp(),
          expires_at = clock_timestamp() + p_retention_ms * interval '1 millisecond'
      WHERE k.id = p_id AND k.expires_at <= clock_timestamp()
      RETURNING oncekey_records_written_v1(k.written_at, k.expires_at, 0.001) INTO answer;
    IF FOUND THEN RETURN answer; END IF;
    p_at := clock_timestamp();
  END LOOP;
END $$;

-- Answers age and remaining life if it wrote, else what stands. The life is 0 or less where the record expired while the
-- UPDATE waited: nothing stands there then.
CREATE FUNCTION oncekey_records_replace_v1(p_id text, p_expected text, p_version text, p_record bytea, p_keep_ms float8,
                                           p_at timestamptz)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  lives boolean;
  standing text;
  answer text;
BEGIN
  LOOP
    UPDATE oncekey_records k
      SET version = p_version, record = p_record, written_at = clock_timestamp(),
          expires_at = greatest(k.expires_at, clock_timestamp() + p_keep_ms * interval '1 millisecond')
      WHERE k.id = p_id AND k.version = p_expected AND k.expires_at > clock_timestamp()
      RETURNING oncekey_records_written_v1(k.written_at, k.expires_at, NULL) INTO answer;
    IF FOUND THEN RETURN answer; END IF;

    SELECT k.expires_at > p_at, k.version,
        oncekey_records_standing_v1(k.written_at, k.expires_at, k.record, k.version, p_at)
      INTO lives, standing, answer
      FROM oncekey_records k WHERE k.id = p_id;
    IF NOT FOUND THEN RETURN NULL; END IF;
    -- If the expected version stands after all, it was written between the two statements, or has just expired.
    IF lives AND standing <> p_expected THEN RETURN answer; END IF;

    DELETE FROM oncekey_records k WHERE k.id = p_id AND k.expires_at <= clock_timestamp();
    IF FOUND THEN RETURN NULL; END IF;
    p_at := clock_timestamp();
  END LOOP;
END $$;

-- Answers nothing if nothing stands any more, else what stands. An expired record goes whatever its version is.
CREATE FUNCTION oncekey_records_remove_v1(p_id text, p_expected text, p_at timestamptz)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  lives boolean;
  standing text;
  answer text;
BEGIN
  LOOP
    DELETE FROM oncekey_records k
      WHERE k.id = p_id AND (k.version = p_expected OR k.expires_at <= clock_timestamp());
    IF FOUND THEN RETURN NULL; END IF;

    SELECT k.expires_at > p_at, k.version,
        oncekey_records_standing_v1(k.written_at, k.expires_at, k.record, k.version, p_at)
      INTO lives, standing, answer
      FROM oncekey_records k WHERE k.id = p_id;
    IF NOT FOUND THEN RETURN NULL; END IF;
    IF lives AND standing <> p_expected THEN RETURN answer; END IF;
    p_at := clock_timestamp();
  END LOOP;
END $$;

-- The live records after p_after in the order of their ids, each with its id before it. It only looks, and leaves the
-- expired rows: one whose renewal is not visible yet may be missing from the page.
CREATE FUNCTION oncekey_records_list_v1(p_after text, p_limit int, p_at timestamptz)
RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY
    SELECT k.id || ' ' || oncekey_records_standing_v1(k.written_at, k.expires_at, k.record, k.version, p_at)
      FROM oncekey_records k WHERE k.id > p_after AND k.expires_at > p_at
      ORDER BY k.id LIMIT p_limit;
END $$;

-- Deletes at most p_limit expired records and answers how many. Records that somebody else holds are left for later, so
-- several sweepers share the work. The start of the statement is the time that counts: unlike clock_timestamp() it can
-- be looked up in the index. A row that was changed before it had the lock is judged anew, as in the steps above.
CREATE FUNCTION oncekey_records_sweep_v1(p_limit int)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  swept bigint;
BEGIN
  WITH expired AS (
    SELECT k.id FROM oncekey_records k WHERE k.expires_at <= statement_timestamp()
      ORDER BY k.expires_at LIMIT p_limit FOR UPDATE SKIP LOCKED
  )
  DELETE FROM oncekey_records k USING expired WHERE k.id = expired.id;
  GET DIAGNOSTICS swept = ROW_COUNT;
  RETURN swept;
END $$;
