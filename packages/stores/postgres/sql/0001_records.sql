-- Oncekey's table, and the six steps that a store takes on it. Each step is one function and one round trip. Where
-- statements are kept prepared, a plain statement comes before the function (src/statements.ts).
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

-- Age and remaining life of a record in milliseconds, as one text. Both functions of SQL are parts of the statements that
-- use them by the time these are planned.
CREATE FUNCTION oncekey_records_written_v1(p_written_at timestamptz, p_expires_at timestamptz)
RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT greatest(date_part('epoch', clock_timestamp() - p_written_at) * 1000, 0)
    || ' ' || date_part('epoch', p_expires_at - clock_timestamp()) * 1000
$$;

-- What stands, as one text: age and remaining life in milliseconds, the record in base64, the version. One text column
-- comes back alike from every driver, whatever type parsers its user has set. A life of 0 or less, which two readings
-- of the clock may leave, is for the reader to treat as nothing.
CREATE FUNCTION oncekey_records_standing_v1(p_written_at timestamptz, p_expires_at timestamptz, p_record bytea,
                                            p_version text)
RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT oncekey_records_written_v1(p_written_at, p_expires_at) || ' ' || encode(p_record, 'base64') || ' ' || p_version
$$;

CREATE FUNCTION oncekey_records_get_v1(p_id text)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  answer text;
BEGIN
  SELECT oncekey_records_standing_v1(k.written_at, k.expires_at, k.record, k.version) INTO answer
    FROM oncekey_records k WHERE k.id = p_id AND k.expires_at > clock_timestamp();
  RETURN answer;
END $$;

-- Answers age and remaining life if it wrote, else what stands.
--
-- It reads first: a duplicate then costs a read, where an INSERT that runs into the key costs more. At READ COMMITTED
-- each statement of a function sees what was committed before it, so whatever the INSERT ran into is seen by the next
-- round.
--
-- An INSERT or UPDATE that waits for somebody's transaction keeps the time at which it began to wait, unless that
-- transaction changed the row. So the age that is answered is measured afterwards, and is not always 0.
CREATE FUNCTION oncekey_records_create_v1(p_id text, p_version text, p_record bytea, p_retention_ms float8)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  answer text;
BEGIN
  LOOP
    SELECT oncekey_records_standing_v1(k.written_at, k.expires_at, k.record, k.version) INTO answer
      FROM oncekey_records k WHERE k.id = p_id AND k.expires_at > clock_timestamp();
    IF FOUND THEN RETURN answer; END IF;

    INSERT INTO oncekey_records AS k (written_at, expires_at, id, version, record)
      VALUES (clock_timestamp(), clock_timestamp() + p_retention_ms * interval '1 millisecond',
              p_id, p_version, p_record)
      ON CONFLICT (id) DO NOTHING
      RETURNING oncekey_records_written_v1(k.written_at, k.expires_at) INTO answer;
    IF FOUND THEN RETURN answer; END IF;

    UPDATE oncekey_records k
      SET version = p_version, record = p_record, written_at = clock_timestamp(),
          expires_at = clock_timestamp() + p_retention_ms * interval '1 millisecond'
      WHERE k.id = p_id AND k.expires_at <= clock_timestamp()
      RETURNING oncekey_records_written_v1(k.written_at, k.expires_at) INTO answer;
    IF FOUND THEN RETURN answer; END IF;
  END LOOP;
END $$;

-- Answers age and remaining life if it wrote, else what stands. The life is 0 or less where the record expired while the
-- UPDATE waited: nothing stands there then.
CREATE FUNCTION oncekey_records_replace_v1(p_id text, p_expected text, p_version text, p_record bytea, p_keep_ms float8)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  standing text;
  answer text;
BEGIN
  LOOP
    UPDATE oncekey_records k
      SET version = p_version, record = p_record, written_at = clock_timestamp(),
          expires_at = greatest(k.expires_at, clock_timestamp() + p_keep_ms * interval '1 millisecond')
      WHERE k.id = p_id AND k.version = p_expected AND k.expires_at > clock_timestamp()
      RETURNING oncekey_records_written_v1(k.written_at, k.expires_at) INTO answer;
    IF FOUND THEN RETURN answer; END IF;

    SELECT k.version, oncekey_records_standing_v1(k.written_at, k.expires_at, k.record, k.version)
      INTO standing, answer
      FROM oncekey_records k WHERE k.id = p_id AND k.expires_at > clock_timestamp();
    -- If the expected version stands after all, it was written between the two statements.
    IF standing IS DISTINCT FROM p_expected THEN RETURN answer; END IF;
  END LOOP;
END $$;

-- The statement that the store keeps prepared reads for itself before it calls this, and calls create after it: a plain
-- statement reads faster than a function, and one that is not going to insert pays nothing for the INSERT. Answers as
-- create does if it wrote, else nothing: then somebody was faster, or the record that stands there has expired.
CREATE FUNCTION oncekey_records_claim_v1(p_id text, p_version text, p_record bytea, p_retention_ms float8)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  answer text;
BEGIN
  INSERT INTO oncekey_records AS k (written_at, expires_at, id, version, record)
    VALUES (clock_timestamp(), clock_timestamp() + p_retention_ms * interval '1 millisecond',
            p_id, p_version, p_record)
    ON CONFLICT (id) DO NOTHING
    RETURNING oncekey_records_written_v1(k.written_at, k.expires_at) INTO answer;
  RETURN answer;
END $$;

-- Answers nothing if it removed, else what stands.
CREATE FUNCTION oncekey_records_remove_v1(p_id text, p_expected text)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  standing text;
  answer text;
BEGIN
  LOOP
    DELETE FROM oncekey_records k WHERE k.id = p_id AND k.version = p_expected;
    IF FOUND THEN RETURN NULL; END IF;

    SELECT k.version, oncekey_records_standing_v1(k.written_at, k.expires_at, k.record, k.version)
      INTO standing, answer
      FROM oncekey_records k WHERE k.id = p_id AND k.expires_at > clock_timestamp();
    IF standing IS DISTINCT FROM p_expected THEN RETURN answer; END IF;
  END LOOP;
END $$;

-- The live records after p_after in the order of their ids, each with its id before it.
CREATE FUNCTION oncekey_records_list_v1(p_after text, p_limit int)
RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY
    SELECT k.id || ' ' || oncekey_records_standing_v1(k.written_at, k.expires_at, k.record, k.version)
      FROM oncekey_records k WHERE k.id > p_after AND k.expires_at > clock_timestamp()
      ORDER BY k.id LIMIT p_limit;
END $$;

-- Deletes at most p_limit expired records and answers how many. Records that somebody else holds are left for later, so
-- several sweepers share the work. The start of the statement is the time that counts: unlike clock_timestamp() it can
-- be looked up in the index.
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
