"""A procurement system's side of MitraPasok, with Python's standard library alone.

    MITRAPASOK_URL=https://… MITRAPASOK_TOKEN=mp_… python procurement_client.py need.json

Publishes the need of the file and prints who is curated. As a module: `Portal` speaks to the API, `read_event` checks a webhook.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any

# Older events may be somebody's copy, sent again.
TOLERANCE_SECONDS = 300


class Refused(Exception):
    """`problem` says under `errors` what is wrong with which field."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(problem.get("detail"))
        self.problem = problem


class Portal:
    def __init__(self, url: str, token: str) -> None:
        self.root, self.token = f"{url.rstrip('/')}/api/v1/", token

    def call(self, method: str, path: str, data: Any = None, key: str = "") -> Any:
        """`key`: your own name of this call. Repeat the call under it as often as you must: it happens once."""
        headers = {"Authorization": f"Token {self.token}", "Content-Type": "application/json", "Accept-Language": "id"}
        if key:
            headers["Idempotency-Key"] = key
        body = None if data is None else json.dumps(data).encode()
        request = urllib.request.Request(urllib.parse.urljoin(self.root, path), body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise Refused(json.load(error)) from error

    def publish_need(self, need: dict[str, Any]) -> int:
        """`reference` is the number that your requisition has in your own books."""
        made = self.call("POST", "needs/", need, key=f"need-{need['reference']}")
        self.call("POST", f"needs/{made['id']}/publish/", {}, key=f"publish-{need['reference']}")
        return made["id"]

    def curated(self, since: str = "2020-01-01T00:00:00Z") -> Iterator[dict[str, Any]]:
        """Marks that changed since then, the earliest first: keep the last `changed_at` for the next time."""
        page = f"curations/?{urllib.parse.urlencode({'changed_since': since})}"
        while page:
            answer = self.call("GET", page)
            yield from answer["results"]
            page = answer["next"]

    def order(self, partnership: int, lines: Mapping[int, str], *, reference: str, by: str, to: str) -> dict[str, Any]:
        """`lines`: quantity by the contract's line. `reference`: your own order number."""
        rows = [{"line": line, "quantity": quantity} for line, quantity in lines.items()]
        sent = {"partnership": partnership, "reference": reference, "deliver_by": by, "deliver_to": to, "lines": rows}
        return self.call("POST", "orders/", sent, key=f"order-{reference}")


def read_event(secrets: list[str], headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """The event, when it was signed with one of your secrets just now; else ValueError. Do each `webhook-id` once."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    given = [part.partition(",")[2] for part in headers["webhook-signature"].split(" ")]
    known = [hmac.digest(base64.b64decode(each.removeprefix("whsec_")), signed, hashlib.sha256) for each in secrets]
    if not any(hmac.compare_digest(base64.b64encode(own).decode(), other) for own in known for other in given):
        raise ValueError("not signed with our secret")
    if abs(time.time() - int(headers["webhook-timestamp"])) > TOLERANCE_SECONDS:
        raise ValueError("too old, or from the future")
    return json.loads(body)


if __name__ == "__main__":
    portal = Portal(os.environ["MITRAPASOK_URL"], os.environ["MITRAPASOK_TOKEN"])
    with open(sys.argv[1], encoding="utf-8") as file:
        print("need", portal.publish_need(json.load(file)))
    for mark in portal.curated():
        print(mark["enterprise"], mark["standing"], mark["valid_until"], (mark["contact"] or {}).get("phone", ""))
