"""The walk itself: which pages there are for whom, and what is held against each of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from playwright.sync_api import Browser, Page

from portal.catalogue import read_catalogue
from portal.models import User
from portal.sample.accounts import sign_ins
from tests.access.endpoints import Endpoint, every_endpoint, our_endpoints
from tests.access.registry import REGISTRY, Reach, Words
from tests.browser import DEVICES, Complaints, chromium, opened_for

PICTURES = Path(settings.BASE_DIR) / ".local" / "pages"
# Public pages look the same to everybody but for the frame: a visitor, an SME and an officer are enough.
PUBLIC_SAMPLE = ("visitor", "owner", "officer")
ROWS_TRIED = 50
VISIBLE_TEXTS = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), texts = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (parent.closest('[lang="en"], script, style, .mono, textarea')) continue;
    const text = node.textContent.replace(/\\s+/g, ' ').trim();
    if (text) texts.push(text);
  }
  return [document.title, ...texts];
}"""
TOO_WIDE = "document.scrollingElement.scrollWidth > innerWidth"


# Pages of others that are drawn by our templates. The administration site (`/admin/`) is not: it is Django's own, for repair
# by operators, and no page leads there; tests/portal/test_admin_site.py says who may enter.
DRAWN_BY_US = ("allauth.", "portal.accounts")
# Addresses that never show a page of their own.
NO_PAGE = {
    "account_confirm_login_code": "only half-way through signing in",
    "account_email_verification_sent": "only right after signing up; seen by the journeys",
    "account_set_password": "for an account without one, which nobody has here",
    "mfa_activate_totp": "only for who has no second factor yet, with the password asked again; seen by the journeys",
    "mfa_generate_recovery_codes": "with the password asked again; seen by the journeys",
    "mfa_view_recovery_codes": "with the password asked again; seen by the journeys",
    "mfa_download_recovery_codes": "a file",
    "mfa_deactivate_totp": "with the password asked again; seen by the journeys",
    "search": "leads to the directory or to the needs",
    "saved_search": "leads to its list, with its filters",
    "account_inactive": "only after signing in with an account that was switched off",
    "mfa_authenticate": "only half-way through signing in; seen by the journeys",
    "mfa_reauthenticate": "only when a step asks for it; seen by the journeys",
    "account_reauthenticate": "only when a step asks for it",
    "account_confirm_email": "wants a key from a letter; seen by the journeys",
    "account_reset_password_from_key": "wants a key from a letter",
    "account_reset_password_from_key_done": "only right after a new password was set",
}


@dataclass(frozen=True)
class Stop:
    """`addresses`: of rows that this person reaches there, to be tried in turn until one shows its page."""

    who: str
    user: User | AnonymousUser
    endpoint: Endpoint
    addresses: tuple[str, ...]


@dataclass
class Totals:
    routes: set[str] = field(default_factory=set)
    others: set[str] = field(default_factory=set)  # addresses that answer with a file, or lead elsewhere for a reason
    visited: int = 0
    axe: int = 0
    csp: int = 0
    console: int = 0
    overflow: int = 0
    untranslated: int = 0
    broken: int = 0
    problems: list[str] = field(default_factory=list)
    pictures: list[tuple[str, str]] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"pages: routes={len(self.routes)} visited={self.visited} axe_violations={self.axe} csp_errors={self.csp}"
            f" console_errors={self.console} overflow={self.overflow} untranslated={self.untranslated}"
        )

    @property
    def holds(self) -> bool:
        return self.visited > 0 and not self.problems


def walk(address: str, only: Collection[str] = ()) -> Totals:
    """`only`: names of routes, to look at those again."""
    totals, english = Totals(), untranslated_texts()
    PICTURES.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:

        def go(stops: list[Stop]) -> None:
            for device in DEVICES:
                for who in dict.fromkeys(stop.who for stop in stops):
                    _as_one(browser, address, device, [stop for stop in stops if stop.who == who], english, totals)

        stops = [stop for stop in stops_of(people()) if not only or stop.endpoint.name in only]
        go(stops)
        wanted = {stop.endpoint.name: stop.endpoint for stop in stops}
        for name in sorted(wanted.keys() - totals.routes - totals.others - NO_PAGE.keys()):
            for stop in elsewhere(wanted[name]):
                go([stop])
                if name in totals.routes | totals.others:
                    break
            else:
                totals.problems.append(f"unseen: {name}: nobody of the sample data reaches a row that shows this page")
    contact_sheet(totals)
    return totals


def elsewhere(endpoint: Endpoint) -> Iterator[Stop]:
    """The same page for all the others of the sample who may open it, as long as one shows it."""
    rule = endpoint.policies.get("GET")
    users = User.objects.filter(memberships__ended_at=None, memberships__isnull=False).distinct().order_by("pk")
    for user in users if rule else ():
        user.act_as(user.memberships.active().select_related("organisation").first())
        if rule.admits(user) and (kwargs := kwargs_for(endpoint, user)):
            addresses = tuple(reverse(endpoint.name, kwargs=each) for each in kwargs)
            yield Stop(str(user.acting.role), user, endpoint, addresses)


def people() -> dict[str, User | AnonymousUser]:
    """A visitor, and one person of each role, acting for their organisation."""
    found: dict[str, User | AnonymousUser] = {"visitor": AnonymousUser()}
    for account in sign_ins():
        user = User.objects.get(email=account.email)
        user.act_as(user.memberships.active().select_related("organisation").first())
        found[str(user.acting.role)] = user
    return found


def stops_of(everybody: dict[str, User | AnonymousUser]) -> Iterator[Stop]:
    for endpoint in our_endpoints():
        rule = endpoint.policies.get("GET")
        if rule is None or endpoint.api or endpoint.route.startswith("api/"):
            continue
        for who, user in everybody.items():
            if not rule.admits(user) or (rule.public and who not in PUBLIC_SAMPLE):
                continue
            if is_words(endpoint):
                for kwargs in kwargs_for(endpoint, user):
                    yield Stop(who, user, endpoint, (reverse(endpoint.name, kwargs=kwargs),))
            else:
                addresses = tuple(reverse(endpoint.name, kwargs=kwargs) for kwargs in kwargs_for(endpoint, user))
                yield Stop(who, user, endpoint, addresses)
    for endpoint in every_endpoint():
        if endpoint.view.__module__.startswith(DRAWN_BY_US) and not endpoint.kwargs and endpoint.name:
            for who in PUBLIC_SAMPLE:
                yield Stop(who, everybody[who], endpoint, (reverse(endpoint.name),))


def is_words(endpoint: Endpoint) -> bool:
    return bool(endpoint.kwargs) and isinstance(REGISTRY[endpoint.name], Words)


def kwargs_for(endpoint: Endpoint, user: Any) -> list[dict[str, Any]]:
    """Of each word, or of the rows that this person reaches there and may use."""
    if not endpoint.kwargs:
        return [{}]
    reach = REGISTRY[endpoint.name]
    if isinstance(reach, Words):
        return [] if reach.unknown else list(reach.words)
    assert isinstance(reach, Reach)
    rows = reach.rows(user).order_by("pk")[:ROWS_TRIED]
    return [reach.kwargs(row) for row in rows if not reach.permission or user.has_perm(reach.permission, row)]


def untranslated_texts() -> frozenset[str]:
    """Message ids of two words and more whose Indonesian is another text: none may stand on an Indonesian page."""
    catalogue = read_catalogue(Path(settings.BASE_DIR) / "locale" / "id" / "LC_MESSAGES" / "django.po", "id")
    pairs = [
        (message.id, message.string)
        for message in catalogue
        if isinstance(message.id, str) and isinstance(message.string, str)
    ]
    return frozenset(
        " ".join(text.split()) for text, said in pairs if said and said != text and " " in text and "%(" not in text
    )


def _as_one(
    browser: Browser, address: str, device: str, stops: list[Stop], english: frozenset[str], totals: Totals
) -> None:
    user = stops[0].user
    context = opened_for(browser, address, user if user.is_authenticated else None, device=device)
    page, complaints = context.new_page(), Complaints()
    complaints.listen(page)
    for stop in stops:
        for path in stop.addresses:
            answer = context.request.get(path, max_redirects=0)
            if answer.status in (301, 302, 303):
                continue  # this row is past that step: another one may not be
            if answer.status == 404 and stop.endpoint.view.__module__.startswith(DRAWN_BY_US):
                continue  # of a second factor that this person has not set up
            if "text/html" not in answer.headers.get("content-type", ""):
                totals.others.add(stop.endpoint.name)  # a file or a machine's answer
                break
            totals.routes.add(stop.endpoint.name)
            complaints.clear()
            page.goto(path, wait_until="load")
            totals.visited += 1
            _judge(page, device, stop, path, answer.status, complaints, english, totals)
            break
    context.close()


def _judge(
    page: Page,
    device: str,
    stop: Stop,
    path: str,
    status: int,
    complaints: Complaints,
    english: frozenset[str],
    totals: Totals,
) -> None:
    where = f"{stop.who} {device} {stop.endpoint.name} {path}"

    def hold(kind: str, what: object) -> None:
        totals.problems.append(f"{kind}: {where}: {what}")

    if status >= 400:
        totals.broken += 1
        hold("status", status)
        return
    for violation in Axe().run(page).response["violations"]:
        totals.axe += 1
        hold("axe", (violation["id"], [node["target"] for node in violation["nodes"]][:2]))
    for text in complaints.csp:
        totals.csp += 1
        hold("csp", text[:200])
    for text in complaints.console:
        totals.console += 1
        hold("console", text[:200])
    if page.evaluate(TOO_WIDE):
        totals.overflow += 1
        hold("overflow", page.evaluate("document.scrollingElement.scrollWidth"))
    for text in sorted(english.intersection(page.evaluate(VISIBLE_TEXTS))):
        totals.untranslated += 1
        hold("untranslated", text)
    word = f"-{path.strip('/').split('/')[-1]}" if is_words(stop.endpoint) else ""
    name = f"{stop.endpoint.name}{word}-{stop.who}-{device}.jpeg"
    page.screenshot(path=PICTURES / name, type="jpeg", quality=50, full_page=True)
    totals.pictures.append((name, where))


def contact_sheet(totals: Totals) -> None:
    """All pictures on one page, to look at."""
    figures = "\n".join(
        f'<figure><a href="{escape(name)}"><img src="{escape(name)}" loading="lazy" alt=""></a>'
        f"<figcaption>{escape(urlsplit(where).path)}</figcaption></figure>"
        for name, where in sorted(totals.pictures)
    )
    (PICTURES / "index.html").write_text(
        "<!doctype html><meta charset=utf-8><title>Pages</title><style>body{font:12px sans-serif;display:flex;"
        "flex-wrap:wrap;gap:12px}figure{margin:0;width:240px}img{width:240px;height:320px;object-fit:cover;"
        f"object-position:top;border:1px solid #ccc}}</style>\n{figures}\n",
        encoding="utf-8",
    )
