"""A PostgreSQL and a broker of our own, and a clear word when those named in the environment do not answer."""

import socket
from pathlib import Path

import psycopg2
import psycopg2.errors
import pytest
import redis

from portal.local.postgres import Postgres, free_port
from portal.local.problems import Problem
from portal.local.services import services


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name in ("DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    yield tmp_path
    Postgres(tmp_path, durable=False).remove()


def connect(url: str):
    connection = psycopg2.connect(url)
    connection.autocommit = True
    return connection.cursor()


def test_three_logins_each_with_its_bounds_and_data_that_stay(folder: Path):
    with services(folder, development=True) as running:
        owner, app = connect(running.owner_url), connect(running.app_url)
        owner.execute("CREATE TABLE kept (id int)")
        owner.execute("CREATE DATABASE test_mitrapasok")
        owner.execute("SHOW lock_timeout")
        assert owner.fetchone() == ("2s",)
        for login in (owner, app):
            login.execute("SHOW jit")
            assert login.fetchone() == ("off",)
            login.execute("SHOW timezone")
            assert login.fetchone() == ("Asia/Jakarta",)
        owner.execute("SELECT similarity('a', unaccent('á')); SET ROLE mitrapasok_app")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            app.execute("CREATE TABLE mine (id int)")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            app.execute("SET ROLE mitrapasok_owner")
        extensions = connect(f"{running.owner_url.rpartition('/')[0]}/test_mitrapasok")
        extensions.execute("SELECT similarity('a', unaccent('á'))")
        assert redis.Redis.from_url(running.redis_url).ping()
        cluster = running.cluster
    with services(folder) as again:
        cursor = connect(again.owner_url)
        cursor.execute("SELECT count(*) FROM kept")
        assert cursor.fetchone() == (0,)
        assert again.cluster == cluster
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(again.owner_url)


def test_nobody_without_the_password_gets_in(folder: Path):
    with services(folder) as running:
        with pytest.raises(psycopg2.OperationalError, match="password"):
            psycopg2.connect(
                running.owner_url.partition("://")[0] + "://postgres@" + running.owner_url.partition("@")[2]
            )
        with pytest.raises(redis.AuthenticationError):
            redis.Redis.from_url("redis://" + running.redis_url.partition("@")[2]).ping()


@pytest.mark.parametrize("owner", [True, False])
def test_a_lost_database_is_named_with_a_way_out(folder: Path, monkeypatch, owner: bool):
    port = free_port()
    monkeypatch.setenv("DATABASE_URL", f"postgres://someone:secret@127.0.0.1:{port}/portal")
    if owner:
        monkeypatch.setenv("OWNER_DATABASE_URL", f"postgres://owner:secret@127.0.0.1:{port}/portal")
    with (
        pytest.raises(
            Problem, match=rf"DATABASE_URL \(127.0.0.1:{port}\) does not answer: .*unset DATABASE_URL"
        ) as problem,
        services(folder),
    ):
        pass
    assert "secret" not in str(problem.value)


def test_a_lost_broker_is_named_with_a_way_out(folder: Path, monkeypatch):
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        port = deaf.getsockname()[1]
        monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{port}/0")
        with pytest.raises(Problem, match=rf"REDIS_URL \(127.0.0.1:{port}\) does not answer"), services(folder):
            pass


def test_an_administrators_address_is_enough(folder: Path, monkeypatch):
    server = Postgres(folder, durable=False)
    server.start()
    try:
        # The socket trusts the superuser; a password lets it in over TCP, as on a server of one's own.
        with psycopg2.connect(host=str(server.sockets), port=server.port, user="postgres", dbname="postgres") as admin:
            admin.cursor().execute("ALTER ROLE postgres PASSWORD 'admin'")
        monkeypatch.setenv(
            "DATABASE_URL", f"postgres://postgres:admin@127.0.0.1:{server.port}/postgres?application_name=x"
        )
        for _ in range(2):
            with services(folder / "user") as running:
                cursor = connect(running.app_url)
                cursor.execute("SELECT current_user, current_database(), current_setting('application_name')")
                assert cursor.fetchone() == ("mitrapasok_app", "mitrapasok", "x")
                assert running.cluster == ""
    finally:
        server.stop()
