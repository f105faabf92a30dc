"""There is no Docker where the tests run, so the compose file is read: its commands, variables and paths must be the project's."""

import re
import shlex
from importlib import import_module
from typing import Any

import celery.bin.beat
import celery.bin.celery
import celery.bin.control
import celery.bin.worker
import pytest
import yaml
from django.core.management import get_commands, load_command_class
from gunicorn.config import Config

from portal.local.postgres import DATABASE, DURABLE
from tests.local.supervisors import ROOT

TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PORTAL = ("migrate", "web", "worker", "beat")
SETTINGS = (ROOT / "portal" / "config" / "settings.py").read_text()
BOOTSTRAP = (ROOT / "portal" / "local" / "bootstrap.sql").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
EXAMPLE = dict(re.findall(r"^([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.M))
# Read by a program rather than by our settings.
READ_ELSEWHERE = {"WEB_CONCURRENCY"}
# Without a provider nobody can sign, and pages say so: the rest of the portal is there.
MAY_STAY_EMPTY = {"SIGNATURE_PROVIDER"}
MAY_BE_EMPTY = {"CSRF_TRUSTED_ORIGINS"}
CELERY = {
    "worker": celery.bin.worker.worker,
    "beat": celery.bin.beat.beat,
    "inspect": celery.bin.control.inspect,
}


def words(service: str) -> list[str]:
    command = SERVICES[service]["command"]
    return command if isinstance(command, list) else shlex.split(command)


def celery_call(arguments: list[str]) -> None:
    """That a `celery …` line names our application, a sub-command and options it has."""
    assert arguments[:3] == ["celery", "-A", "portal.config"]
    assert import_module("portal.config").celery_app
    command = CELERY[arguments[3]]
    known = {name for parameter in command.params for name in parameter.opts}
    assert {a for a in arguments[4:] if a.startswith("-")} <= known


def test_the_services_are_those_we_promise():
    assert set(SERVICES) == {"postgres", "valkey", *PORTAL}
    assert SERVICES["postgres"]["image"] == "postgres:18"
    assert SERVICES["valkey"]["image"].startswith("valkey/valkey:")
    for name, service in SERVICES.items():
        assert name == "migrate" or "test" in service["healthcheck"], name


def test_no_secret_has_a_default_and_every_variable_is_in_the_example():
    used = re.findall(r"\$\{([A-Z_]+)(:[?-])?([^}]*)\}", TEXT)
    for name, kind, default in used:
        assert name in EXAMPLE, f"{name} is missing from .env.example"
        if (EXAMPLE[name] == "" and name not in MAY_STAY_EMPTY) or name.endswith(("KEY", "PASSWORD")):
            assert kind == ":?", f"{name} must be required"
        elif kind == ":-" and name not in MAY_BE_EMPTY:
            assert default == EXAMPLE[name], f"{name}: the example tells another default"
    assert set(EXAMPLE) == {name for name, _, _ in used}
    assert all(EXAMPLE[name] == "" for name in EXAMPLE if name.endswith(("KEY", "PASSWORD")))


@pytest.mark.parametrize("name", PORTAL)
def test_the_portals_variables_are_the_ones_settings_reads(name):
    given = set(SERVICES[name]["environment"])
    read = set(re.findall(r"""env(?:\.\w+)?\(\s*"([A-Z_]+)\"""", SETTINGS))
    needed = set(re.findall(r"""env(?:\.\w+)?\(\s*"([A-Z_]+)"\s*\)""", SETTINGS))
    assert given <= read | READ_ELSEWHERE
    assert needed <= given


def test_the_addresses_name_the_roles_and_the_database_of_the_bootstrap_script():
    for name in PORTAL:
        role = "owner" if name == "migrate" else "app"
        url = SERVICES[name]["environment"]["DATABASE_URL"]
        assert url.startswith(f"postgres://mitrapasok_{role}:${{MITRAPASOK_{role.upper()}_PASSWORD:?")
        assert url.endswith(f"@postgres:5432/{DATABASE}")
        assert f"ALTER ROLE mitrapasok_{role} LOGIN" in BOOTSTRAP
        assert SERVICES[name]["environment"]["REDIS_URL"].endswith("@valkey:6379/0")


def test_the_database_is_bootstrapped_by_the_script_make_demo_uses():
    postgres = SERVICES["postgres"]
    asked = set(re.findall(r"^\\getenv \w+ (\w+)$", BOOTSTRAP, re.M)) - {"MITRAPASOK_DEVELOPMENT"}
    assert asked <= set(postgres["environment"])
    sources = dict(volume.split(":")[:2] for volume in postgres["volumes"])
    assert sources["./portal/local/bootstrap.sql"].startswith("/docker-entrypoint-initdb.d/")
    assert sources["./portal/local/bootstrap.sql"].endswith(".sql")
    # Version 18 of the image declares this folder, not the one below it, as its volume.
    assert sources["database"] == "/var/lib/postgresql"
    assert SERVICES["postgres"]["healthcheck"]["test"][-1] == DATABASE


def test_mounts_and_volumes_exist():
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert (ROOT / source).is_file() if source.startswith(".") else source in COMPOSE["volumes"]


def test_web_runs_our_application_with_options_gunicorn_has():
    for arguments in (words("web"), re.search(r"^CMD \[(.*)\]$", DOCKERFILE, re.M)[1].replace('"', "").split(", ")):
        assert arguments[0] == "gunicorn"
        options = Config().parser().parse_args(arguments[1:])
        module, _, attribute = options.args[0].partition(":")
        assert (module, attribute) == ("portal.config.wsgi", "application")
        assert (ROOT / "portal" / "config" / "wsgi.py").is_file()
        assert options.bind == ["0.0.0.0:8000"]
    assert SERVICES["web"]["ports"] == ["127.0.0.1:${PORT:-8000}:8000"]
    assert "/readyz" in SERVICES["web"]["healthcheck"]["test"][-1]


def test_worker_and_beat_run_our_application_with_options_celery_has():
    celery_call(words("worker"))
    celery_call(words("beat"))
    celery_call(shlex.split(SERVICES["worker"]["healthcheck"]["test"][-1]))


def test_workers_can_be_many():
    """`--scale worker=4`: nothing of a worker may be there only once."""
    assert not {"container_name", "hostname", "ports", "deploy"} & set(SERVICES["worker"])
    assert not {"--hostname", "-n", "--pidfile"} & set(words("worker"))


def test_the_migration_runs_commands_there_are_with_options_they_have():
    script = words("migrate")
    assert script[:2] == ["sh", "-c"]
    assert "then python manage.py load_sample; fi" in script[2]
    lines = script[2].replace('if [ "$$DEMO" = 1 ]; then ', "").replace("; fi", "").split(" && ")
    assert [line.split()[2] for line in lines] == [
        "migrate",
        "load_reference",
        "load_search",
        "load_clauses",
        "load_sample",
        "collectstatic",
    ]
    for line in lines:
        python, manage, name, *options = line.split()
        assert (python, manage) == ("python", "manage.py")
        app = get_commands()[name]
        parser = load_command_class(app, name).create_parser("manage.py", name) if isinstance(app, str) else app
        parser.parse_args(options)


def test_everything_waits_for_what_it_needs():
    for name in ("web", "worker", "beat"):
        needs = {service: how["condition"] for service, how in SERVICES[name]["depends_on"].items()}
        assert needs == {
            "postgres": "service_healthy",
            "valkey": "service_healthy",
            "migrate": "service_completed_successfully",
        }
    assert SERVICES["migrate"]["restart"] == "no"


def test_the_database_is_set_like_the_built_in_one():
    given = [value for value in SERVICES["postgres"]["command"] if "=" in value]
    assert dict(value.split("=") for value in given) == DURABLE


def test_the_image_copies_what_exists_and_ignores_nothing_it_needs():
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = [source for line in re.findall(r"^COPY (.*)$", DOCKERFILE, re.M) for source in line.split()[:-1]]
    assert copied
    for source in copied:
        assert (ROOT / source).exists(), source
        assert source in kept, source
    state = re.search(r"^ENV STATE_DIR=(\S+)$", DOCKERFILE, re.M)[1]
    for name in PORTAL:
        assert SERVICES[name]["environment"]["STATE_DIR"] == state
        assert f"state:{state}" in SERVICES[name]["volumes"]
