"""The same doors for programs: who is who, lists with pages, bad input as problems, foreign rows that are not there, tokens."""

from __future__ import annotations

import re

from tests.smoke.browser import Browser
from tests.smoke.counting import Counting
from tests.smoke.curating import Programme
from tests.smoke.people import opened, sign_in

STRANGER = "herbal@contoh.id"
PROBLEM = "application/problem+json"


def drive(programme: Programme | None, number: str | None, counting: Counting) -> None:
    counting.step("the API: schema, lists, problems, foreign rows, tokens", ask, programme, number, counting)


def ask(programme: Programme, number: str, counting: Counting) -> None:
    visitor, owner = Browser(programme.business.root), programme.business.owner
    schema = visitor.open("/api/v1/schema/")
    counting.check("the API describes itself by OpenAPI", re.match(r"\W*openapi\W+3\.", schema.html), schema.html[:200])
    needs = visitor.open("/api/v1/needs/?page_size=2").json
    counting.check("needs come in pages", needs["count"] > 2 and len(needs["results"]) >= 2, list(needs))
    kbli = visitor.open("/api/v1/reference/kbli/?q=pengecoran+besi")
    counting.check("KBLI is searched by API", "24310" in kbli.html, kbli.html[:200])

    shut = visitor.open("/api/v1/products/")
    counting.check(
        "nobody reads products unasked", shut.status == 401 and shut.kind == PROBLEM, (shut.status, shut.kind)
    )
    me = owner.open("/api/v1/me/").json
    counting.check("/me says for whom one acts", programme.business.name in str(me), me)
    products = owner.open("/api/v1/products/").json
    counting.check("the owner's products are listed, and only those", products["count"] == 4, products["count"])
    wrong = owner.call("POST", "/api/v1/products/", {"name": "Tanpa harga", "unit": "lembu"})
    counting.check(
        "bad input is a problem with its fields", wrong.status == 422 and wrong.kind == PROBLEM, wrong.html[:300]
    )
    contract = owner.open(f"/api/v1/partnerships/{number}/")
    counting.check("the owner reads the contract", contract.json["status"] == "active", contract.html[:300])

    stranger = sign_in(programme.business.root, STRANGER)
    foreign = stranger.open(f"/api/v1/partnerships/{number}/")
    counting.check("a stranger's contract is not there", foreign.status == 404, foreign.status)
    page = stranger.open(f"/partnerships/{number}/")
    counting.check("nor is its page", page.status == 404, page.status)
    application = stranger.open(programme.applications[programme.business.email])
    counting.check("nor somebody's application", application.status == 404, application.status)

    form = opened(owner, "/api-tokens/").form("name")
    made = form.fill(name="uji").send()
    token = re.search(r"mp_[\w-]{20,}", made.html)
    counting.check("a token is shown once", token, made.text[-300:])
    by_token = Browser(programme.business.root).open("/api/v1/me/", Authorization=f"Token {token[0]}")
    counting.check("the token acts for its person", programme.business.name in by_token.html, by_token.html[:200])
    unknown = Browser(programme.business.root).open("/api/v1/me/", Authorization="Token mp_unknown")
    counting.check("an unknown token is refused", unknown.status == 401, unknown.status)
