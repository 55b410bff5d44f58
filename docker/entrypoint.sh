#!/bin/bash
# Writes Odoo's configuration from the environment, prepares the database and
# hands over to Odoo. Every variable is explained in docker/.env.example.
#
#   odoo [arguments]   start the server (default)
#   conf               write the configuration only
#   prepare            wait for PostgreSQL, create the database on first use
#   update [modules]   upgrade modules of an existing database, then stop
#   shell              Python shell on the database
set -euo pipefail
# A refusal inside "$(...)" must end the whole script.
shopt -s inherit_errexit

SUITE_HOME="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

fail() {
    echo "entrypoint: $1" >&2
    exit 64
}

# secret NAME: the value of NAME or the content of the file NAME_FILE.
secret() {
    local file_variable="${1}_FILE"
    local file="${!file_variable:-}"
    if [[ -z $file ]]; then
        printf '%s' "${!1:-}"
        return
    fi
    [[ -z ${!1:-} ]] || fail "both $1 and $file_variable are set; keep one"
    [[ -r $file ]] || fail "$file_variable names a file that cannot be read: $file"
    printf '%s' "$(< "$file")"
}

# option NAME VALUE: one line; left out when empty, refused when Odoo would
# read back something else than was meant.
option() {
    local trimmed
    [[ -n $2 ]] || return 0
    [[ $2 != *[$'\n\r']* ]] || fail "$1: a line break is not allowed in the value"
    trimmed="${2#"${2%%[![:space:]]*}"}"
    trimmed="${trimmed%"${trimmed##*[![:space:]]}"}"
    [[ $2 == "$trimmed" ]] || fail "$1: blanks around the value would be lost"
    [[ ! $2 =~ ^(None|False|false)$ ]] || fail "$1: \"$2\" would be read as no value"
    printf '%s = %s\n' "$1" "$2"
}

number() {
    [[ $2 =~ ^[0-9]*$ ]] || fail "$1: \"$2\" is not a whole number"
    option "$1" "$2"
}

flag() {
    case "${2,,}" in
        1 | true | yes | on) echo "$1 = True" ;;
        0 | false | no | off | "") echo "$1 = False" ;;
        *) fail "$1: \"$2\" is neither true nor false" ;;
    esac
}

random_password() {
    python3 -c "import secrets; print(secrets.token_urlsafe(32))"
}

print_conf() {
    local db_password master_password smtp_password
    db_password="$(secret DB_PASSWORD)"
    master_password="$(secret MASTER_PASSWORD)"
    smtp_password="$(secret SMTP_PASSWORD)"
    [[ -n $db_password ]] || fail "DB_PASSWORD (or DB_PASSWORD_FILE) is missing"
    [[ -n $master_password ]] || master_password="$(random_password)"

    echo "[options]"
    option addons_path "${ADDONS_PATH:-$SUITE_HOME/addons,$SUITE_HOME/oca/odoo/addons}"
    option data_dir "${DATA_DIR:-/var/lib/odoo}"
    option admin_passwd "$master_password"
    flag list_db "${LIST_DB:-false}"

    option db_host "${DB_HOST:-db}"
    number db_port "${DB_PORT:-5432}"
    option db_user "${DB_USER:-odoo}"
    option db_password "$db_password"
    option db_name "${DB_NAME:-aftersales}"
    option db_sslmode "${DB_SSLMODE:-prefer}"
    number db_maxconn "${DB_MAXCONN:-32}"
    if [[ -n ${DB_REPLICA_HOST:-} ]]; then
        option db_replica_host "$DB_REPLICA_HOST"
        # Always written: without it Odoo would take libpq's 5432, not DB_PORT.
        number db_replica_port "${DB_REPLICA_PORT:-${DB_PORT:-5432}}"
    fi

    option http_interface "${HTTP_INTERFACE:-0.0.0.0}"
    number http_port "${HTTP_PORT:-8069}"
    number gevent_port "${GEVENT_PORT:-8072}"
    flag proxy_mode "${PROXY_MODE:-false}"

    number workers "${WORKERS:-0}"
    number max_cron_threads "${MAX_CRON_THREADS:-2}"
    number limit_time_cpu "${LIMIT_TIME_CPU:-600}"
    number limit_time_real "${LIMIT_TIME_REAL:-1200}"
    number limit_memory_soft "${LIMIT_MEMORY_SOFT:-2147483648}"
    number limit_memory_hard "${LIMIT_MEMORY_HARD:-2684354560}"

    option email_from "${EMAIL_FROM:-}"
    option smtp_server "${SMTP_SERVER:-}"
    number smtp_port "${SMTP_PORT:-}"
    option smtp_user "${SMTP_USER:-}"
    option smtp_password "$smtp_password"
    flag smtp_ssl "${SMTP_SSL:-false}"
    option log_level "${LOG_LEVEL:-info}"
}

# The file holds passwords: readable for its owner only, never half written.
write_conf() {
    local content
    content="$(print_conf)"
    (umask 077 && printf '%s\n' "$content" > "$ODOO_RC.partial")
    mv "$ODOO_RC.partial" "$ODOO_RC"
}

# A volume that belongs to somebody else would fail minutes later, half-way.
prepare() {
    local data="${DATA_DIR:-/var/lib/odoo}"
    [[ -w $data ]] || fail "$data cannot be written by user id $(id -u)"
    python3 "$SUITE_HOME/bin/database.py" "$1"
}

main() {
    local command="${1:-odoo}"
    export ODOO_RC="${ODOO_RC:-/run/aftersales/odoo.conf}"
    case "$command" in
        conf | prepare | update | shell | odoo | -*) write_conf ;;
        *) exec "$@" ;;
    esac
    # Read from the file from now on; not to be inherited by reports or scripts.
    unset DB_PASSWORD MASTER_PASSWORD SMTP_PASSWORD
    [[ $command == -* ]] || shift || true
    case "$command" in
        conf) return ;;
        prepare) prepare prepare ;;
        update)
            prepare wait
            odoo --update "${1:-$MODULES}" --stop-after-init --no-http \
                --workers 0 --max-cron-threads 0
            exec python3 "$SUITE_HOME/bin/database.py" assets
            ;;
        shell)
            prepare wait
            exec odoo shell --no-http "$@"
            ;;
        *)
            prepare prepare
            unset ADMIN_PASSWORD ADMIN_PASSWORD_FILE
            exec odoo "$@"
            ;;
    esac
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
    main "$@"
fi
