"""Every address of the portal, read from the URLconf: its view, its methods, and the policy of each method."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, get_urlconf

from portal.policy import Policy

# Views that are not ours, by the start of their module or the namespace of their addresses, and who guards them instead.
OTHERS = {
    "allauth.": "signing in, second factor, sessions: allauth sends the anonymous to sign in, and shows only one's own",
    "portal.accounts": "allauth's page for the second factor, with the proof kept for this session",
    "admin:": "every page asks RepairSite.has_permission: operators with a second factor",
}


@dataclass(frozen=True)
class Endpoint:
    """`policies` by upper-case method; None stands for a method that declares none."""

    name: str
    route: str
    kwargs: frozenset[str]
    view: Callable[..., Any]
    policies: dict[str, Policy | None]
    api: bool
    namespace: str = ""

    def __str__(self) -> str:
        return f"{self.name or '(no name)'} /{self.route}"

    @property
    def readable(self) -> bool:
        return "GET" in self.policies


def our_endpoints(urlconf: str | None = None) -> list[Endpoint]:
    return [endpoint for endpoint in every_endpoint(urlconf) if not guarded_elsewhere(endpoint)]


def every_endpoint(urlconf: str | None = None) -> Iterator[Endpoint]:
    yield from _walk(get_resolver(urlconf or get_urlconf()), "", frozenset(), "")


def guarded_elsewhere(endpoint: Endpoint) -> str:
    """The reason, or nothing."""
    owner = f"{endpoint.namespace}:" if endpoint.namespace else endpoint.view.__module__
    return next((why for start, why in OTHERS.items() if owner.startswith(start)), "")


def _walk(resolver: URLResolver, prefix: str, kwargs: frozenset[str], namespace: str) -> Iterator[Endpoint]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern).lstrip("^")
        names = kwargs | frozenset(entry.pattern.regex.groupindex)
        if isinstance(entry, URLResolver):
            yield from _walk(entry, route, names, entry.namespace or namespace)
        elif isinstance(entry, URLPattern):
            yield _endpoint(entry, route, names, namespace)


def _endpoint(entry: URLPattern, route: str, kwargs: frozenset[str], namespace: str) -> Endpoint:
    view = entry.callback
    drf = getattr(view, "cls", None)
    if drf is None:
        rule = getattr(view, "policy", None)
        policies = dict.fromkeys(getattr(view, "methods", ()), rule)
    else:
        declared = getattr(drf, "policies", {})
        policies = {method.upper(): declared.get(action) for method, action in _actions(view, drf).items()}
    return Endpoint(entry.name or "", route, kwargs, view, policies, drf is not None, namespace)


def _actions(view: Any, drf: type) -> dict[str, str]:
    """Method → the name its policy goes by: the action of a view set, the method itself of a plain view."""
    names = ("get", "post", "put", "patch", "delete")
    actions = getattr(view, "actions", None) or {name: name for name in names if hasattr(drf, name)}
    return {method: action for method, action in actions.items() if method in names}
