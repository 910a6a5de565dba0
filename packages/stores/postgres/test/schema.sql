-- What migrate() makes, by the catalogue. Written by migrate.test.ts.
oncekey_records.written_at timestamp with time zone NOT NULL
oncekey_records.expires_at timestamp with time zone NOT NULL
oncekey_records.id text COLLATE "C" NOT NULL
oncekey_records.version text COLLATE "C" NOT NULL
oncekey_records.record bytea NOT NULL
oncekey_records_migrations.version integer NOT NULL
oncekey_records_migrations.applied_at timestamp with time zone NOT NULL DEFAULT clock_timestamp()
oncekey_records WITH (fillfactor=70, autovacuum_vacuum_scale_factor=0.05)
CREATE INDEX oncekey_records_expires_at_idx ON public.oncekey_records USING btree (expires_at)
CREATE UNIQUE INDEX oncekey_records_migrations_pkey ON public.oncekey_records_migrations USING btree (version)
CREATE UNIQUE INDEX oncekey_records_pkey ON public.oncekey_records USING btree (id)
FUNCTION oncekey_records_create_v1(text,text,bytea,double precision,timestamp with time zone) RETURNS text LANGUAGE plpgsql VOLATILE SECURITY INVOKER
FUNCTION oncekey_records_get_v1(text,timestamp with time zone) RETURNS text LANGUAGE plpgsql VOLATILE SECURITY INVOKER
FUNCTION oncekey_records_list_v1(text,integer,timestamp with time zone) RETURNS SETOF text LANGUAGE plpgsql VOLATILE SECURITY INVOKER
FUNCTION oncekey_records_remove_v1(text,text,timestamp with time zone) RETURNS text LANGUAGE plpgsql VOLATILE SECURITY INVOKER
FUNCTION oncekey_records_replace_v1(text,text,text,bytea,double precision,timestamp with time zone) RETURNS text LANGUAGE plpgsql VOLATILE SECURITY INVOKER
FUNCTION oncekey_records_standing_v1(timestamp with time zone,timestamp with time zone,bytea,text,timestamp with time zone) RETURNS text LANGUAGE sql STABLE SECURITY INVOKER
FUNCTION oncekey_records_sweep_v1(integer) RETURNS text LANGUAGE plpgsql VOLATILE SECURITY INVOKER
FUNCTION oncekey_records_written_v1(timestamp with time zone,timestamp with time zone,double precision) RETURNS text LANGUAGE sql VOLATILE SECURITY INVOKER
