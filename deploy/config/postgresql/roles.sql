-- The roles and the database of the application. What migrations make belongs to the owner; the application's role
-- gets rows, never tables. Safe to run again.
\getenv database DATABASE
\getenv owner OWNER
\getenv owner_password OWNER_PASSWORD
\getenv owner_rights OWNER_RIGHTS
\getenv application APPLICATION
\getenv application_password APPLICATION_PASSWORD
\getenv max_connections MAX_CONNECTIONS
\getenv lock_timeout LOCK_TIMEOUT_MS
\getenv statement_timeout STATEMENT_TIMEOUT_MS
\getenv idle_in_transaction IDLE_IN_TRANSACTION_MS

SELECT format('CREATE ROLE %I LOGIN', name)
FROM (VALUES (:'owner'), (:'application')) AS wanted (name)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec
ALTER ROLE :"owner" NOSUPERUSER NOCREATEROLE :owner_rights PASSWORD :'owner_password';
ALTER ROLE :"application" NOSUPERUSER NOCREATEROLE NOCREATEDB PASSWORD :'application_password';

-- Some are left for the superuser, replication and Patroni, and for migrations.
SELECT format('ALTER ROLE %I CONNECTION LIMIT %s', :'application', :max_connections - 20)
\gexec
-- On the role, because the pool drops what a client asks for when it connects. None of them can cut off a commit that
-- waits for its standby: the server ends them before it commits.
ALTER ROLE :"application" SET statement_timeout = :statement_timeout;
ALTER ROLE :"application" SET lock_timeout = :lock_timeout;
ALTER ROLE :"application" SET idle_in_transaction_session_timeout = :idle_in_transaction;
-- A migration may run long, but never stands in a queue for a lock with everybody behind it.
ALTER ROLE :"owner" SET lock_timeout = :lock_timeout;
ALTER ROLE :"owner" SET idle_in_transaction_session_timeout = :idle_in_transaction;

-- In the template, so that it holds in the databases that tests make, too.
\connect template1
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"application";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO :"application";

\connect postgres
SELECT format('CREATE DATABASE %I OWNER %I', :'database', :'owner')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database')
\gexec
