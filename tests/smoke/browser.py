"""A browser without a screen: cookies, redirects, and forms sent as the server drew them. Standard library only."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode, urljoin

TIMEOUT = 30
# Of inputs that are not sent unless pressed or chosen.
PRESSED = ("submit", "image", "button", "reset")


class NotThere(LookupError):
    """The page lacks what the driver looked for."""


@dataclass
class Form:
    page: Page
    action: str
    method: str
    values: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)  # name, value, formaction
    files: dict[str, tuple[str, bytes, str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    typed: set[str] = field(default_factory=set)  # of those, what is typed: no choice, nothing hidden, no file
    options: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def set(self, name: str, *values: object) -> Form:
        """Give a field these values instead of its present ones."""
        if name not in self.names:
            raise NotThere(f"no field {name} in the form at {self.page.path}: {sorted(self.names)}")
        self.values = [pair for pair in self.values if pair[0] != name]
        self.values += [(name, str(value)) for value in values]
        return self

    def fill(self, **values: object) -> Form:
        for name, value in values.items():
            self.set(name, *(value if isinstance(value, list | tuple) else (value,)))
        return self

    def attach(self, name: str, filename: str, content: bytes, kind: str = "application/octet-stream") -> Form:
        self.files[name] = (filename, content, kind)
        return self

    def choice(self, name: str, words: str) -> str:
        """The value of the option, radio button or check box whose label holds these words."""
        for value, label in self.options.get(name, []):
            if words in label:
                return value
        raise NotThere(f"no choice “{words}” for {name} at {self.page.path}: {self.options.get(name, [])[:8]}")

    def send(self, press: str = "") -> Page:
        """Send, as if the first button had been pressed, or the one with this name or `name=value`."""
        values, action = list(self.values), self.action
        if press:
            name, value, formaction = self._button(press)
            values += [(name, value)] if name else []
            action = formaction or action
        browser = self.page.browser
        address = urljoin(self.page.address, action) if action else self.page.address
        if self.method == "get":
            return browser.open(f"{address.split('?')[0]}?{urlencode(values)}")
        return browser.post(address, values, self.files)

    def _button(self, press: str) -> tuple[str, str, str]:
        for button in self.buttons:
            if press in (button[0], f"{button[0]}={button[1]}"):
                return button
        raise NotThere(f"no button {press} at {self.page.path}: {self.buttons}")


@dataclass
class Page:
    browser: Browser
    address: str
    status: int
    kind: str
    content: bytes

    @property
    def path(self) -> str:
        return self.address.removeprefix(self.browser.root)

    @property
    def html(self) -> str:
        return self.content.decode(errors="replace")

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def text(self) -> str:
        """What a reader sees, in one line."""
        return self._read().text

    @property
    def forms(self) -> list[Form]:
        return self._read().forms

    @property
    def links(self) -> list[tuple[str, str]]:
        return self._read().links

    def _read(self) -> Reader:
        if not hasattr(self, "_reader"):
            self._reader = Reader(self)
            self._reader.feed(self.html)
            self._reader.close()
        return self._reader

    def __contains__(self, words: str) -> bool:
        return words in self.text

    def form(self, holding: str = "", *, to: str = "") -> Form:
        """The form that holds this field or button, or that is sent to an address with this part."""
        for form in self.forms:
            buttons = {name for name, _value, _action in form.buttons}
            if (holding and (holding in form.names or holding in buttons)) or (to and to in form.action):
                return form
        raise NotThere(f"no form with {holding or to} at {self.path} ({self.status}): {self.text[:300]}")

    def number_in(self, pattern: str) -> str:
        """The first group of this regular expression in the page's own address."""
        found = re.search(pattern, self.path)
        if not found:
            raise NotThere(f"{self.path} ({self.status}) is not {pattern}: {self.text[:900]}")
        return found[1]

    def link(self, part: str) -> str:
        """The address of the first link that matches this regular expression."""
        for href, _words in self.links:
            if re.search(part, href):
                return href
        raise NotThere(f"no link {part} at {self.path} ({self.status}): {self.text[:300]}")

    def follow(self, part: str) -> Page:
        return self.browser.open(urljoin(self.address, self.link(part)))


class Reader(HTMLParser):
    """Forms, links and visible text of a page."""

    def __init__(self, page: Page) -> None:
        super().__init__(convert_charrefs=True)
        self.page = page
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.by_id: dict[str, Form] = {}
        self.words: list[str] = []
        self.current: Form | None = None
        self.skipping = 0
        self.textarea: tuple[Form, str, list[str]] | None = None
        self.select: tuple[Form, str, bool, list[tuple[str, bool]]] | None = None
        self.option: list[str] | None = None
        self.link: tuple[str, list[str]] | None = None
        self.labels: dict[str, list[str]] = {}
        self.label_for: str | None = None
        self.radios: list[tuple[Form, str, str, str]] = []

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if tag in ("script", "style", "template"):
            self.skipping += 1
        elif tag == "form":
            self.current = Form(self.page, at.get("action", ""), at.get("method", "get").lower())
            self.forms.append(self.current)
            if "id" in at:
                self.by_id[at["id"]] = self.current
        elif tag == "a" and "href" in at:
            self.link = (at["href"], [])
        elif tag == "label":
            self.label_for = at.get("for", "")
        elif tag in ("input", "textarea", "select", "button"):
            self._control(tag, at)
        elif tag == "option" and self.select:
            self._end_option()
            self.option = []
            self.select[3].append((at.get("value", ""), "selected" in at))
            self.select[0].options.setdefault(self.select[1], []).append((at.get("value", ""), ""))
        if tag in ("p", "div", "td", "th", "li", "br", "h1", "h2", "h3", "dt", "dd", "tr", "summary", "section"):
            self.words.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "template"):
            self.skipping -= 1
        elif tag == "form":
            self.current = None
        elif tag == "a" and self.link:
            self.links.append((self.link[0], "".join(self.link[1]).strip()))
            self.link = None
        elif tag == "label":
            self.label_for = None
        elif tag == "textarea" and self.textarea:
            form, name, words = self.textarea
            form.values.append((name, "".join(words).removeprefix("\n")))
            self.textarea = None
        elif tag == "option":
            self._end_option()
        elif tag == "select" and self.select:
            self._end_option()
            form, name, multiple, options = self.select
            chosen = [value for value, selected in options if selected]
            if not chosen and not multiple and options:
                chosen = [options[0][0]]
            form.values += [(name, value) for value in chosen]
            self.select = None

    def handle_data(self, data: str) -> None:
        if self.skipping:
            return
        if self.textarea:
            self.textarea[2].append(data)
            return
        if self.option is not None:
            self.option.append(data)
            return
        if self.link:
            self.link[1].append(data)
        if self.label_for is not None:
            self.labels.setdefault(self.label_for, []).append(data)
        self.words.append(data)

    def close(self) -> None:
        super().close()
        for form, name, value, ident in self.radios:
            label = " ".join("".join(self.labels.get(ident, [])).split())
            form.options.setdefault(name, []).append((value, label))

    def _end_option(self) -> None:
        if self.option is not None and self.select:
            known = self.select[0].options[self.select[1]]
            known[-1] = (known[-1][0], " ".join("".join(self.option).split()))
        self.option = None

    def _control(self, tag: str, at: dict[str, str]) -> None:
        form = self.by_id.get(at["form"]) if "form" in at else self.current
        name = at.get("name", "")
        if form is None or "disabled" in at:
            return
        kind = at.get("type", "text").lower() if tag == "input" else tag
        if tag == "button" or kind in PRESSED:
            if at.get("type", "submit") == "submit":
                form.buttons.append((name, at.get("value", ""), at.get("formaction", "")))
            return
        if not name:
            return
        form.names.add(name)
        if kind not in ("radio", "checkbox", "select", "hidden", "file"):
            form.typed.add(name)
        if kind in ("radio", "checkbox"):
            self.radios.append((form, name, at.get("value", "on"), at.get("id", "")))
            if "checked" in at:
                form.values.append((name, at.get("value", "on")))
        elif tag == "textarea":
            self.textarea = (form, name, [])
        elif tag == "select":
            self.select = (form, name, "multiple" in at, [])
        elif kind != "file":
            form.values.append((name, at.get("value", "")))


class Browser:
    """One person's browser: its cookies are its own."""

    def __init__(self, root: str) -> None:
        self.root = root.rstrip("/")
        self.cookies = CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def open(self, path: str, **headers: str) -> Page:
        return self._send(urllib.request.Request(urljoin(self.root + "/", path), headers=headers))

    def post(
        self, path: str, values: Iterable[tuple[str, str]], files: dict[str, tuple[str, bytes, str]] | None = None
    ) -> Page:
        address = urljoin(self.root + "/", path)
        if files:
            body, kind = _multipart(list(values), files)
        else:
            body, kind = urlencode(list(values)).encode(), "application/x-www-form-urlencoded"
        return self._send(urllib.request.Request(address, body, {"Content-Type": kind, "Referer": address}))

    def call(self, method: str, path: str, data: Any = None, **headers: str) -> Page:
        """The API, with JSON."""
        body = None if data is None else json.dumps(data).encode()
        known = {"Content-Type": "application/json", "Accept": "application/json", "X-CSRFToken": self.csrf}
        address = urljoin(self.root + "/", path)
        request = urllib.request.Request(address, body, known | {"Referer": address} | headers, method=method)
        return self._send(request)

    @property
    def csrf(self) -> str:
        return next((cookie.value or "" for cookie in self.cookies if cookie.name == "csrftoken"), "")

    def _send(self, request: urllib.request.Request) -> Page:
        try:
            answer = self.opener.open(request, timeout=TIMEOUT)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            kind = answer.headers.get_content_type()
            return Page(self, answer.geturl(), answer.status, kind, answer.read())


def _multipart(values: list[tuple[str, str]], files: dict[str, tuple[str, bytes, str]]) -> tuple[bytes, str]:
    border = uuid.uuid4().hex
    parts: list[bytes] = []
    for name, value in values:
        parts.append(f'--{border}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    for name, (filename, content, kind) in files.items():
        head = f'--{border}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\nContent-Type: {kind}\r\n\r\n'
        parts.append(head.encode() + content + b"\r\n")
    return b"".join([*parts, f"--{border}--\r\n".encode()]), f"multipart/form-data; boundary={border}"
