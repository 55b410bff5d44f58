"""What the files under ``docker/`` promise, read without a container engine."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCKER = ROOT / "docker"
REQUIRED = {
    "ADMIN_PASSWORD",
    "DB_PASSWORD",
    "POSTGRES_PASSWORD",
    "REPLICATION_PASSWORD",
}
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<mark>[-?])(?P<rest>[^}]*))?\}")
SCRIPTS = sorted(DOCKER.rglob("*.sh"))


def read(name):
    return (DOCKER / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def services():
    return yaml.safe_load(read("compose.yaml"))["services"]


@pytest.fixture(scope="module")
def instructions():
    """The Dockerfile as ``[(instruction, rest)]``, continued lines joined."""
    text = re.sub(r"(?m)^\s*#.*\n", "", read("Dockerfile")).replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [tuple(line.split(None, 1)) for line in lines]


@pytest.fixture(scope="module")
def environment_of_image(instructions):
    pairs = re.findall(
        r"(\w+)=(\S+)",
        " ".join(rest for name, rest in instructions if name == "ENV"),
    )
    return dict(pairs)


def read_example():
    """``{name: value}`` of .env.example."""
    lines = read(".env.example").splitlines()
    return dict(line.split("=", 1) for line in lines if re.match(r"\w+=", line))


def module_folders():
    return {manifest.parent.name for manifest in ROOT.glob("*/__manifest__.py")}


# --- compose.yaml ----------------------------------------------------------------


def test_services_of_each_profile(services):
    by_profile = {"single": set(), "scale": set()}
    for name, service in services.items():
        for profile in service.get("profiles", by_profile):
            by_profile[profile].add(name)
    assert by_profile == {
        "single": {"db", "odoo"},
        "scale": {"db", "db-replica", "cron", "web1", "web2", "nginx"},
    }


def test_every_service_checks_its_health_and_restarts(services):
    for name, service in services.items():
        assert service["restart"] == "unless-stopped", name
        assert service["healthcheck"]["test"][0] == "CMD", name
        assert service["security_opt"] == ["no-new-privileges:true"], name


def test_health_checks_call_files_that_the_container_has(services):
    for name in ("db", "db-replica"):
        mounts = [volume.split(":")[:2] for volume in services[name]["volumes"]]
        inside = {target: DOCKER / source for source, target in mounts}
        script = services[name]["healthcheck"]["test"][2]
        assert inside[script].is_file(), name
    roles = [services[name]["healthcheck"]["test"][3] for name in ("db", "db-replica")]
    assert roles == ["primary", "replica"]


def test_only_the_front_door_is_published_and_on_loopback_by_default(services):
    ports = {name: service.get("ports") for name, service in services.items()}
    address = "${PUBLISH_ADDRESS:-127.0.0.1}:${PUBLISH_PORT:-8069}"
    assert {name: value for name, value in ports.items() if value} == {
        "odoo": [f"{address}:8069"],
        "nginx": [f"{address}:8080"],
    }
    assert services["nginx"]["environment"]["NGINX_LISTEN"] == "8080"


def test_no_password_has_a_default():
    found = {}
    for match in VARIABLE.finditer(read("compose.yaml")):
        if "PASSWORD" in match["name"]:
            found.setdefault(match["name"], set()).add((match["mark"], match["rest"]))
    required = {name: {("?", f"set {name} in .env")} for name in REQUIRED}
    optional = {name: {("-", "")} for name in ("MASTER_PASSWORD", "SMTP_PASSWORD")}
    assert found == required | optional


def test_no_password_is_written_down(services):
    for name, service in services.items():
        for variable, value in service["environment"].items():
            if "PASSWORD" in variable:
                assert value.startswith(f"${{{variable}:"), (name, variable)


def test_example_explains_every_variable_and_has_the_same_defaults():
    used = {match["name"]: match for match in VARIABLE.finditer(read("compose.yaml"))}
    example = read_example()
    assert set(example) == set(used) | {"COMPOSE_PROFILES"}
    for name, match in used.items():
        expected = "" if match["mark"] == "?" else match["rest"]
        assert example[name] == expected, name
    assert example["COMPOSE_PROFILES"] == "single"
    # A variable stands under a comment, or follows one that does.
    above = ""
    for line in read(".env.example").splitlines():
        if re.match(r"\w+=", line):
            assert above.strip(), f"unexplained: {line}"
        above = line


def test_filled_in_passwords_stay_out_of_git():
    done = subprocess.run(
        ["git", "check-ignore", "--quiet", "docker/.env"], cwd=ROOT, check=False
    )
    assert done.returncode == 0


def test_nodes_share_files_and_split_the_work(services):
    nodes = {
        name: services[name]["environment"] for name in ("odoo", "cron", "web1", "web2")
    }
    for name in nodes:
        assert services[name]["volumes"] == ["odoo-data:/var/lib/odoo"], name
        assert services[name]["read_only"] is True, name
        assert services[name]["cap_drop"] == ["ALL"], name
    for name in ("web1", "web2"):
        assert nodes[name]["INIT_DB"] == "0"
        assert nodes[name]["MAX_CRON_THREADS"] == "0"
        assert nodes[name]["PROXY_MODE"] == "true"
        assert nodes[name]["DB_REPLICA_HOST"] == "db-replica"
        assert nodes[name]["WORKERS"] == "${WEB_WORKERS:-2}"
        assert "ADMIN_PASSWORD" not in nodes[name]
    assert nodes["cron"]["HTTP_INTERFACE"] == "127.0.0.1"
    assert nodes["cron"]["MAX_CRON_THREADS"] == "${MAX_CRON_THREADS:-2}"
    assert "DB_REPLICA_HOST" not in nodes["cron"]
    assert "INIT_DB" not in nodes["cron"]


def test_both_database_servers_run_with_the_same_settings(services):
    assert services["db"]["command"] == services["db-replica"]["command"]
    assert services["db"]["image"] == "${POSTGRES_IMAGE:-postgres:16}"
    assert services["db-replica"]["user"] == "postgres"


# --- Dockerfile ------------------------------------------------------------------


def test_base_is_a_build_argument(instructions):
    assert instructions[0] == ("ARG", "ODOO_IMAGE=odoo:19.0")
    bases = [rest.split()[0] for name, rest in instructions if name == "FROM"]
    assert bases == ["${ODOO_IMAGE}", "${ODOO_IMAGE}"]


def test_image_runs_as_odoo(instructions):
    users = [rest for name, rest in instructions if name == "USER"]
    assert users[-1] == "odoo"
    names = [name for name, _rest in instructions]
    last = len(names) - 1 - names[::-1].index("USER")
    assert not {"RUN", "COPY", "ADD"} & set(names[last:])


def test_image_holds_exactly_the_modules_of_the_project(
    instructions, environment_of_image
):
    copied = {
        rest.split()[0]
        for name, rest in instructions
        if name == "COPY" and rest.startswith("aftersales_")
    }
    assert copied == module_folders()
    assert set(environment_of_image["MODULES"].split(",")) == module_folders()
    assert environment_of_image["LANGUAGES"] == "en_US,zh_CN"


def test_build_sees_only_what_it_needs():
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    patterns = [line for line in lines if line and not line.startswith("#")]
    assert patterns[0] == "*"
    allowed = {line[1:] for line in patterns if line.startswith("!")}
    assert {name for name in allowed if "/" not in name} == module_folders()
    files = {name for name in allowed if "/" in name}
    assert files == {
        "requirements/oca.txt",
        "docker/entrypoint.sh",
        "docker/database.py",
        "docker/health.py",
    }
    assert all((ROOT / name).is_file() for name in files)


def test_image_holds_no_secret(instructions):
    for name, rest in instructions:
        if name in {"ARG", "ENV", "LABEL"}:
            assert not re.search(r"(?i)passw|secret|token", rest), rest


def test_health_check_is_the_same_with_and_without_compose(instructions, services):
    rest = next(rest for name, rest in instructions if name == "HEALTHCHECK")
    command = yaml.safe_load(rest.split("CMD", 1)[1])
    assert ["CMD", *command] == services["odoo"]["healthcheck"]["test"]
    assert "--start-period=20m" in rest
    assert services["odoo"]["healthcheck"]["start_period"] == "20m"


def test_wheels_are_the_pinned_ones(instructions):
    lines = (ROOT / "requirements" / "oca.txt").read_text(encoding="utf-8").splitlines()
    wheels = [line for line in lines if line and not line.startswith("#")]
    assert wheels
    for wheel in wheels:
        assert re.fullmatch(r"odoo-addon-[a-z0-9-]+==19\.0(\.\d+)+", wheel), wheel
    install = next(rest for name, rest in instructions if "pip install" in rest)
    assert "--no-deps" in install
    assert install.split("--requirement ")[1].split()[0] == "/src/oca.txt"
    assert ("COPY", "requirements/oca.txt /src/oca.txt") in instructions
    # No other Python package slips in unpinned.
    assert sum("pip" in rest for _name, rest in instructions) == 1


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_shell_scripts_parse_and_stop_at_errors(script):
    done = subprocess.run(
        ["bash", "-n", script], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "set -euo pipefail" in script.read_text(encoding="utf-8")
    assert os.access(script, os.X_OK)


def test_there_are_shell_scripts():
    names = {script.name for script in SCRIPTS}
    assert names == {"entrypoint.sh", "replica.sh", "health.sh", "10-roles.sh"}


# --- nginx -----------------------------------------------------------------------


def block(text, opening):
    """The text between the braces that follow ``opening``."""
    start = text.index("{", text.index(opening)) + 1
    depth = 1
    for position in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[position], 0)
        if not depth:
            return text[start:position]
    raise AssertionError(f"no end of {opening}")


@pytest.fixture(scope="module")
def nginx():
    return read("nginx/default.conf.template")


def test_websocket_goes_to_the_gevent_port_with_upgrade_headers(nginx):
    location = block(nginx, "location /websocket")
    assert "proxy_pass http://websocket;" in location
    assert "proxy_set_header Upgrade $http_upgrade;" in location
    assert "proxy_set_header Connection $connection_upgrade;" in location
    assert re.findall(r"server (\S+)", block(nginx, "upstream websocket")) == [
        "${WEB1_GEVENT}",
        "${WEB2_GEVENT}",
    ]
    assert nginx.count("$http_upgrade;") == 1, "upgrades on this route only"


def test_location_with_its_own_headers_repeats_the_shared_ones(nginx):
    server = block(nginx, "server {")
    shared = set(re.findall(r"(?m)^    proxy_set_header (\S+)", server))
    own = set(
        re.findall(r"proxy_set_header (\S+)", block(nginx, "location /websocket"))
    )
    assert shared == {
        "Host",
        "X-Forwarded-Host",
        "X-Forwarded-For",
        "X-Forwarded-Proto",
        "X-Real-IP",
        "Connection",
    }
    assert own == shared | {"Upgrade"}


def test_visitors_address_survives_a_proxy_in_front(nginx):
    trusted = re.findall(r"(?m)^set_real_ip_from (\S+);", nginx)
    assert trusted == [
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "fc00::/7",
    ]
    assert "real_ip_header X-Forwarded-For;" in nginx
    assert nginx.count("proxy_set_header X-Forwarded-For $remote_addr;") == 2


def test_nginx_gets_every_variable_of_its_template(nginx, services):
    given = services["nginx"]["environment"]
    assert set(re.findall(r"\$\{(\w+)\}", nginx)) == set(given)
    assert given["WEB1_HTTP"] == "web1:8069"
    assert given["WEB2_GEVENT"] == "web2:8072"


def test_nginx_hides_the_database_manager_and_caches_static_files(nginx):
    assert block(nginx, "location /web/database").strip() == "return 404;"
    assert "proxy_cache static;" in block(nginx, "/static/")
    assert "proxy_cache" not in block(nginx, "location / {")
