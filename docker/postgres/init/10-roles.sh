#!/bin/bash
# First start of the primary: the role of Odoo (no superuser; it may create its own
# database) and the role of a replica. The image of PostgreSQL runs this once.
set -euo pipefail

: "${DB_USER:?}" "${DB_PASSWORD:?}" "${REPLICATION_USER:?}" "${REPLICATION_PASSWORD:?}"

# \getenv keeps the passwords out of the process list.
psql --no-psqlrc --set ON_ERROR_STOP=1 \
    --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
\getenv odoo_user DB_USER
\getenv odoo_password DB_PASSWORD
\getenv replication_user REPLICATION_USER
\getenv replication_password REPLICATION_PASSWORD
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
CREATE ROLE :"odoo_user" LOGIN CREATEDB PASSWORD :'odoo_password';
CREATE ROLE :"replication_user" LOGIN REPLICATION PASSWORD :'replication_password';
SQL

# A replica may come from the container's own network only.
echo "host replication \"$REPLICATION_USER\" samenet scram-sha-256" \
    >> "$PGDATA/pg_hba.conf"
