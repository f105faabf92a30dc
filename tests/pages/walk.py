"""The walk itself: which pages there are for whom, and what is held against each of them."""

from __future__ import annotations

from collections.abc import Iterator
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
from tests.access.endpoints import Endpoint, our_endpoints
from tests.access.registry import REGISTRY, Reach, Words
from tests.browser import DEVICES, Complaints, chromium, opened_for

PICTURES = Path(settings.BASE_DIR) / ".local" / "pages"
# Public pages look the same to everybody but for the frame: a visitor, an SME and an officer are enough.
PUBLIC_SAMPLE = ("visitor", "owner", "officer")
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


@dataclass(frozen=True)
class Stop:
    who: str
    user: User | AnonymousUser
    endpoint: Endpoint
    address: str


@dataclass
class Totals:
    routes: set[str] = field(default_factory=set)
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


def walk(address: str) -> Totals:
    totals, english = Totals(), untranslated_texts()
    stops = list(stops_of(people()))
    PICTURES.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        for device in DEVICES:
            for who, user in people().items():
                _as_one(
                    browser, address, device, who, user, [stop for stop in stops if stop.who == who], english, totals
                )
    contact_sheet(totals)
    return totals


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
            kwargs = kwargs_for(endpoint, user)
            if kwargs is not None:
                yield Stop(who, user, endpoint, reverse(endpoint.name, kwargs=kwargs))


def kwargs_for(endpoint: Endpoint, user: Any) -> dict[str, Any] | None:
    """Of the first row that this person reaches there and may use; None when the sample has none."""
    if not endpoint.kwargs:
        return {}
    reach = REGISTRY[endpoint.name]
    if isinstance(reach, Words):
        return None if reach.unknown else next(iter(reach.words))
    assert isinstance(reach, Reach)
    rows = reach.rows(user).order_by("pk")[:50]
    return next(
        (reach.kwargs(row) for row in rows if not reach.permission or user.has_perm(reach.permission, row)), None
    )


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
    browser: Browser,
    address: str,
    device: str,
    who: str,
    user: Any,
    stops: list[Stop],
    english: frozenset[str],
    totals: Totals,
) -> None:
    context = opened_for(browser, address, user if user.is_authenticated else None, device=device)
    page, complaints = context.new_page(), Complaints()
    complaints.listen(page)
    for stop in stops:
        answer = context.request.get(stop.address, max_redirects=0)
        if answer.status in (301, 302, 303):
            continue  # leads to a page that has a stop of its own
        if "text/html" not in answer.headers.get("content-type", ""):
            continue  # a file or a machine's answer
        totals.routes.add(stop.endpoint.name)
        complaints.clear()
        page.goto(stop.address, wait_until="load")
        totals.visited += 1
        _judge(page, device, stop, answer.status, complaints, english, totals)
    context.close()


def _judge(
    page: Page, device: str, stop: Stop, status: int, complaints: Complaints, english: frozenset[str], totals: Totals
) -> None:
    where = f"{stop.who} {device} {stop.endpoint.name} {stop.address}"

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
    name = f"{stop.endpoint.name}-{stop.who}-{device}.jpeg"
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
