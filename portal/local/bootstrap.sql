-- The database and its three logins, for psql 14 or newer as an administrator; safe to run again, works on PostgreSQL 15.
-- Reads MITRAPASOK_OWNER_PASSWORD, MITRAPASOK_APP_PASSWORD and MITRAPASOK_BACKUP_PASSWORD from its environment.
-- Run by `make demo` and `make test`, by the postgres image in docker-compose.yml, and by hand on a server of your own:
--     psql -X -f portal/local/bootstrap.sql "$ADMINISTRATORS_ADDRESS"
\set ON_ERROR_STOP on
SET client_min_messages = warning;
\getenv owner_password MITRAPASOK_OWNER_PASSWORD
\getenv app_password MITRAPASOK_APP_PASSWORD
\getenv backup_password MITRAPASOK_BACKUP_PASSWORD
\set development no
\getenv development MITRAPASOK_DEVELOPMENT

SELECT format('CREATE ROLE %I', name)
FROM unnest(ARRAY['mitrapasok_owner', 'mitrapasok_app', 'mitrapasok_backup']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

-- Owns the tables and migrates them; never used by web or workers.
ALTER ROLE mitrapasok_owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE PASSWORD :'owner_password';
-- Web and workers: owns nothing, so row-level policies bind it.
ALTER ROLE mitrapasok_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB PASSWORD :'app_password';
-- Reads everything for pg_dump: under FORCE ROW LEVEL SECURITY even the owner would get a partial dump.
ALTER ROLE mitrapasok_backup LOGIN NOSUPERUSER BYPASSRLS NOCREATEROLE NOCREATEDB PASSWORD :'backup_password';
GRANT pg_read_all_data TO mitrapasok_backup;
-- Settings of a role count from its login on, not from SET ROLE.
ALTER ROLE mitrapasok_owner SET lock_timeout = '2s';
ALTER ROLE mitrapasok_app SET statement_timeout = '20s';
ALTER ROLE mitrapasok_app SET idle_in_transaction_session_timeout = '60s';
-- Compiling the wide statements here (a snapshot, a score) takes seconds, running them milliseconds. Not every server can
-- compile, so that one which can would be the slow one.
ALTER ROLE mitrapasok_owner SET jit = off;
ALTER ROLE mitrapasok_app SET jit = off;
-- The day of Jakarta for whoever signs in by hand, too: triggers ask for current_date.
ALTER ROLE mitrapasok_owner SET timezone = 'Asia/Jakarta';
ALTER ROLE mitrapasok_app SET timezone = 'Asia/Jakarta';

-- Owning the database the owner also owns its schema public (PostgreSQL 15 and later).
-- Collation C: one order everywhere, whatever the server was made with.
SELECT 'CREATE DATABASE mitrapasok OWNER mitrapasok_owner TEMPLATE template0 ENCODING ''UTF8'' LOCALE ''C'''
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'mitrapasok') \gexec

\set extensions 'CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE EXTENSION IF NOT EXISTS unaccent; CREATE EXTENSION IF NOT EXISTS btree_gin; CREATE EXTENSION IF NOT EXISTS btree_gist;'
\connect mitrapasok
SET client_min_messages = warning;
:extensions

-- Tests only: the owner makes test databases and may become the app role. Never the other way round.
\if :development
    ALTER ROLE mitrapasok_owner CREATEDB;
    SELECT 'GRANT mitrapasok_app TO mitrapasok_owner'
        || CASE WHEN current_setting('server_version_num')::int >= 160000 THEN ' WITH INHERIT FALSE, SET TRUE' ELSE '' END \gexec
    \connect template1
    SET client_min_messages = warning;
    :extensions
\endif
