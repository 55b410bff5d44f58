#!/bin/bash
# health.sh primary|replica: the server takes connections over TCP (while the image
# initialises, it listens on its socket only) and plays the part it should.
#
# On the primary it also decides whom a commit waits for. While a replica streams,
# each commit waits until the replica has applied it: whoever writes here and reads
# there sees what was written. When the replica goes away, nobody waits any longer.
set -euo pipefail

ask() {
    psql --no-psqlrc --tuples-only --no-align --dbname postgres \
        --username "${POSTGRES_USER:-postgres}" --command "$1"
}

follow_replica() {
    local wanted
    wanted="$(ask "SELECT coalesce(max(application_name), '') FROM pg_stat_replication
        WHERE application_name = 'replica' AND state = 'streaming'")"
    [[ $wanted != "$(ask "SHOW synchronous_standby_names")" ]] || return 0
    ask "ALTER SYSTEM SET synchronous_standby_names = '$wanted'"
    ask "SELECT pg_reload_conf()"
}

pg_isready --quiet --host 127.0.0.1 --port "${PGPORT:-5432}"
case "$1" in
    primary) answer="$(ask "SELECT NOT pg_is_in_recovery()")" ;;
    replica)
        answer="$(ask "SELECT pg_is_in_recovery() AND EXISTS (
            SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming')")"
        ;;
    *) echo "usage: health.sh primary|replica" >&2 && exit 64 ;;
esac
echo "$1: $answer"
[[ $answer == t ]]
[[ $1 == replica ]] || follow_replica
