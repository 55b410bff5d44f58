#!/bin/bash
# Streaming replica: copies the primary once, then follows it. Runs as the user
# "postgres"; arguments are handed to the server (the same as the primary's).
set -euo pipefail

: "${PGDATA:?}" "${PRIMARY_HOST:?}" "${REPLICATION_USER:?}" "${REPLICATION_PASSWORD:?}"
PRIMARY_PORT="${PRIMARY_PORT:-5432}"
partial="$PGDATA.partial"
umask 077

# A copy that was cut off must not pass for a finished one: made aside, then renamed.
if [[ ! -s $PGDATA/PG_VERSION ]]; then
    until rm -rf "$partial" && PGPASSWORD="$REPLICATION_PASSWORD" pg_basebackup \
        --host "$PRIMARY_HOST" --port "$PRIMARY_PORT" --username "$REPLICATION_USER" \
        --pgdata "$partial" --wal-method stream --checkpoint fast --no-password; do
        echo "replica: no copy from $PRIMARY_HOST:$PRIMARY_PORT yet, trying again"
        sleep 3
    done
    touch "$partial/standby.signal"
    rm -rf "$PGDATA"
    mv "$partial" "$PGDATA"
    echo "replica: copy of $PRIMARY_HOST:$PRIMARY_PORT finished"
fi

# Written at every start, so that a changed password is taken over. In a password
# file, backslash and colon are escaped.
escaped="${REPLICATION_PASSWORD//\\/\\\\}"
escaped="${escaped//:/\\:}"
printf '*:*:*:*:%s\n' "$escaped" > "$PGDATA/replica.pgpass"
unset REPLICATION_PASSWORD

exec postgres "$@" \
    -c hot_standby=on \
    -c hot_standby_feedback=on \
    -c "primary_conninfo=host=$PRIMARY_HOST port=$PRIMARY_PORT user=$REPLICATION_USER passfile=$PGDATA/replica.pgpass application_name=replica"
