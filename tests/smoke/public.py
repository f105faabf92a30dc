"""What anybody may see, before anybody has signed in."""

from __future__ import annotations

import re

from tests.smoke.browser import Browser
from tests.smoke.counting import Counting
from tests.smoke.people import opened


def drive(root: str, counting: Counting) -> None:
    visitor = Browser(root)
    counting.step("health, landing, public lists", look_around, visitor, counting)
    counting.step("doors that stay shut", try_doors, visitor, counting)


def look_around(visitor: Browser, counting: Counting) -> None:
    counting.check("/healthz says ok", visitor.open("/healthz").json == {"status": "ok"})
    ready = visitor.open("/readyz")
    counting.check("/readyz says ok: database, broker, job age", ready.json["status"] == "ok", ready.json)
    landing = opened(visitor, "/")
    counting.check("the landing page shows the published value of the first round", "52,2" in landing, landing.text)
    counting.check("the landing page shows the published share with its source", "6,3" in landing)
    fonts = re.findall(r"url\((/static/[^)]+)\)", landing.html)
    found = {font: visitor.open(font).status for font in fonts}
    counting.check("what its stylesheet names is served", fonts and set(found.values()) == {200}, found)
    figures = opened(visitor, "/national-data/")
    counting.check("national figures name their publishers", "Kementerian Koperasi dan UKM" in figures)
    directory = opened(visitor, "/businesses/")
    counting.check("the directory lists verified businesses", directory.status == 200)
    demo = opened(visitor, "/demo/")
    counting.check("the demo's page lists a sign-in for the ministry", "kementerian.umkm@contoh.id" in demo)


def try_doors(visitor: Browser, counting: Counting) -> None:
    shut = visitor.open("/verification/")
    counting.check("a visitor is asked to sign in", "/accounts/login/" in shut.path, shut.path)
    missing = visitor.open("/nothing-here/")
    counting.check("an unknown address is a 404 page", missing.status == 404)
    token = visitor.post("/accounts/login/", [("login", "pemilik@contoh.id")])
    counting.check("a post without its token is refused", token.status == 403, token.status)
