"""The entrypoint of the image: the configuration it writes, the commands it starts."""

import configparser
import shutil
import stat

import pytest

from tests.tooling.docker_runs import DOCKER, run, write_command


@pytest.fixture
def commands(tmp_path):
    folder = tmp_path / "commands"
    folder.mkdir()
    return folder


# --- the configuration -----------------------------------------------


@pytest.fixture
def write_conf(tmp_path):
    """Run the entrypoint's ``conf``; return its options, or the failed run."""
    target = tmp_path / "odoo.conf"

    def write(**env):
        env = {"DB_PASSWORD": "s3cret", "ODOO_RC": str(target), **env}
        done = run(DOCKER / "entrypoint.sh", "conf", env=env)
        if done.returncode:
            assert not target.exists()
            return done
        parser = configparser.RawConfigParser()
        parser.read(target, encoding="utf-8")
        return dict(parser["options"])

    write.target = target
    return write


def test_conf_of_an_empty_environment(write_conf):
    options = write_conf()
    assert len(options.pop("admin_passwd")) >= 40
    home = DOCKER.parent
    assert options == {
        "addons_path": f"{home}/addons,{home}/oca/odoo/addons",
        "data_dir": "/var/lib/odoo",
        "list_db": "False",
        "db_host": "db",
        "db_port": "5432",
        "db_user": "odoo",
        "db_password": "s3cret",
        "db_name": "aftersales",
        "db_sslmode": "prefer",
        "db_maxconn": "32",
        "http_interface": "0.0.0.0",
        "http_port": "8069",
        "gevent_port": "8072",
        "proxy_mode": "False",
        "workers": "0",
        "max_cron_threads": "2",
        "limit_time_cpu": "600",
        "limit_time_real": "1200",
        "limit_memory_soft": "2147483648",
        "limit_memory_hard": "2684354560",
        "smtp_ssl": "False",
        "log_level": "info",
    }


def test_conf_takes_every_value_from_the_environment(write_conf):
    env = {
        "ADDONS_PATH": "/one,/two",
        "DATA_DIR": "/files",
        "DB_HOST": "pg.example",
        "DB_PORT": "6543",
        "DB_USER": "app",
        "DB_NAME": "service",
        "DB_SSLMODE": "require",
        "DB_MAXCONN": "9",
        "DB_REPLICA_HOST": "standby",
        "DB_REPLICA_PORT": "6544",
        "HTTP_INTERFACE": "127.0.0.1",
        "HTTP_PORT": "8000",
        "GEVENT_PORT": "8001",
        "WORKERS": "4",
        "MAX_CRON_THREADS": "0",
        "LIMIT_TIME_CPU": "60",
        "LIMIT_TIME_REAL": "120",
        "LIMIT_MEMORY_SOFT": "1000",
        "LIMIT_MEMORY_HARD": "2000",
        "EMAIL_FROM": "service@example.org",
        "SMTP_SERVER": "mail.example",
        "SMTP_PORT": "587",
        "SMTP_USER": "mailer",
        "SMTP_PASSWORD": "m4il",
        "LOG_LEVEL": "warn",
    }
    options = write_conf(
        **env, MASTER_PASSWORD="mast3r", PROXY_MODE="Yes", LIST_DB="1", SMTP_SSL="on"
    )
    assert {options.get(name.lower()) for name in env} == set(env.values())
    assert options["admin_passwd"] == "mast3r"
    assert [options[name] for name in ("proxy_mode", "list_db", "smtp_ssl")] == [
        "True"
    ] * 3


def test_replica_takes_the_port_of_the_primary_unless_told(write_conf):
    options = write_conf(DB_PORT="6000", DB_REPLICA_HOST="standby")
    assert options["db_replica_port"] == "6000"
    options = write_conf(DB_REPLICA_PORT="6001")
    assert not {"db_replica_host", "db_replica_port"} & set(options)


@pytest.mark.parametrize(
    "password", ["p%(q)s", "a=b:c", "#hash", ";x", "$HOME`id`", "\\n'\"", "密码 1"]
)
def test_conf_keeps_passwords_as_they_are(write_conf, password):
    assert write_conf(DB_PASSWORD=password)["db_password"] == password


def test_conf_is_for_its_owner_only_and_replaced_whole(write_conf):
    write_conf(DB_NAME="one")
    assert stat.S_IMODE(write_conf.target.stat().st_mode) == 0o600
    assert write_conf(DB_NAME="two")["db_name"] == "two"
    assert [path.name for path in write_conf.target.parent.iterdir()] == ["odoo.conf"]


def test_master_password_is_random_when_not_given(write_conf):
    assert write_conf()["admin_passwd"] != write_conf()["admin_passwd"]


def test_secrets_come_from_files(write_conf, tmp_path):
    (tmp_path / "db").write_text("from file\n", encoding="utf-8")
    (tmp_path / "master").write_text("other", encoding="utf-8")
    options = write_conf(
        DB_PASSWORD="",
        DB_PASSWORD_FILE=str(tmp_path / "db"),
        MASTER_PASSWORD_FILE=str(tmp_path / "master"),
    )
    assert options["db_password"] == "from file"
    assert options["admin_passwd"] == "other"


@pytest.mark.parametrize(
    ("env", "message"),
    [
        ({"DB_PASSWORD": ""}, "DB_PASSWORD (or DB_PASSWORD_FILE) is missing"),
        (
            {"DB_PASSWORD_FILE": "x"},
            "both DB_PASSWORD and DB_PASSWORD_FILE are set; keep one",
        ),
        (
            {"MASTER_PASSWORD_FILE": "no/such/file"},
            "MASTER_PASSWORD_FILE names a file that cannot be read: no/such/file",
        ),
        (
            {"DB_NAME": "a\nlist_db = True"},
            "db_name: a line break is not allowed in the value",
        ),
        ({"DB_PASSWORD": " x"}, "db_password: blanks around the value would be lost"),
        (
            {"DB_PASSWORD": "False"},
            'db_password: "False" would be read as no value',
        ),
        ({"WORKERS": "two"}, 'workers: "two" is not a whole number'),
        ({"HTTP_PORT": "-1"}, 'http_port: "-1" is not a whole number'),
        ({"PROXY_MODE": "maybe"}, 'proxy_mode: "maybe" is neither true nor false'),
    ],
)
def test_conf_refuses_what_odoo_would_misread(write_conf, env, message):
    done = write_conf(**env)
    assert (done.returncode, done.stderr) == (64, f"entrypoint: {message}\n")


# --- what it starts --------------------------------------------------


@pytest.fixture
def image(tmp_path, commands):
    """A copy of the image's folder whose database.py and odoo tell what they see."""
    home = tmp_path / "suite"
    (home / "bin").mkdir(parents=True)
    shutil.copy(DOCKER / "entrypoint.sh", home / "bin")
    tell = (
        'echo "{0} $* db=${{DB_PASSWORD:-}} smtp=${{SMTP_PASSWORD:-}}'
        ' admin=${{ADMIN_PASSWORD:-}}"'
    )
    write_command(commands, "odoo", tell.format("odoo"))
    (home / "bin" / "database.py").write_text(
        "import os, sys\n"
        "print('database', *sys.argv[1:], 'admin=' + os.environ['ADMIN_PASSWORD'],\n"
        "      'db=' + os.environ.get('DB_PASSWORD', ''), flush=True)\n"
        "sys.exit(int(os.environ.get('DATABASE_CODE', 0)))\n",
        encoding="utf-8",
    )

    def start(*arguments, **env):
        base = {
            "ODOO_RC": str(tmp_path / "odoo.conf"),
            "DATA_DIR": str(tmp_path),
            "DB_PASSWORD": "d",
            "SMTP_PASSWORD": "s",
            "ADMIN_PASSWORD": "a",
            "MODULES": "one,two",
        }
        script = home / "bin" / "entrypoint.sh"
        return run(script, *arguments, env={**base, **env}, path=commands)

    return start


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], ["database prepare admin=a db=", "odoo  db= smtp= admin="]),
        (
            ["odoo", "--log-web"],
            ["database prepare admin=a db=", "odoo --log-web db= smtp= admin="],
        ),
        (
            ["--log-web"],
            ["database prepare admin=a db=", "odoo --log-web db= smtp= admin="],
        ),
        (["prepare"], ["database prepare admin=a db="]),
        (["conf"], []),
        (
            ["update"],
            [
                "database wait admin=a db=",
                "odoo --update one,two --stop-after-init --no-http --workers 0"
                " --max-cron-threads 0 db= smtp= admin=a",
                "database assets admin=a db=",
            ],
        ),
        (
            ["update", "two"],
            [
                "database wait admin=a db=",
                "odoo --update two --stop-after-init --no-http --workers 0"
                " --max-cron-threads 0 db= smtp= admin=a",
                "database assets admin=a db=",
            ],
        ),
        (
            ["shell"],
            ["database wait admin=a db=", "odoo shell --no-http db= smtp= admin=a"],
        ),
    ],
)
def test_entrypoint_prepares_and_hands_over_without_passwords(
    image, arguments, expected
):
    done = image(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == expected


def test_server_does_not_start_when_the_database_cannot_be_prepared(image):
    done = image("odoo", DATABASE_CODE="1")
    assert done.returncode == 1
    assert done.stdout.splitlines() == ["database prepare admin=a db="]


def test_volume_of_somebody_else_is_refused_before_any_work(image, tmp_path):
    done = image("odoo", DATA_DIR=str(tmp_path / "absent"))
    assert (done.returncode, done.stdout) == (64, "")
    assert "absent cannot be written by user id" in done.stderr


def test_other_commands_run_as_they_are(image, tmp_path):
    done = image("echo", "hello", DB_PASSWORD="")
    assert (done.returncode, done.stdout) == (0, "hello\n")
    assert not (tmp_path / "odoo.conf").exists()
