#!/bin/bash
# health.sh primary|replica: the server takes connections over TCP (while the image
# initialises, it listens on its socket only) and plays the part it should.
set -euo pipefail

ask() {
    psql --no-psqlrc --tuples-only --no-align --dbname postgres \
        --username "${POSTGRES_USER:-postgres}" --command "$1"
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
