"""What the house style says of the source, read from its syntax trees."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.db import models

ROOT = Path(__file__).resolve().parents[2]
APPS = ("portal", "curation", "partnerships")
# The flow assigns states. `local` is the supervisor: its statuses are those of processes.
MAY_ASSIGN_STATUS = {"portal/flow.py"}

# Rows that belong to nobody in particular.
OF_NOBODY = {
    "Agreement": "published agreements",
    "AgreementParty": "who signs under them is published, too",
    "AuditHead": "the ends of the chains; read by verify_audit",
    "AuditPersonal": "reached through its entry",
    "BeatSlot": "the scheduler's",
    "Clause": "the library of clauses is public",
    "DevelopmentAuthority": "keys of a demo; read by whoever signs there",
    "EvidenceChange": "the outbox of changes: ids that a job takes",
    "FormSubmission": "one-time keys of forms, looked up by key and user",
    "IdempotencyKey": "kept answers of the API, looked up by key and user",
    "Job": "the queue: operators see kinds and counts",
    "ReferenceLoad": "what was loaded when",
    "ReleaseChange": "the outbox of open data: ids that a job takes",
    "SearchChange": "the outbox of search: ids that a job takes",
    "SearchRedo": "what a rebuild reads once more: ids",
    "SearchWord": "published words",
}
# Ways to reach rows from a view: as the person may see them, as anybody may, or as their buyer manages them.
REACHED_BY = ("visible_to", "public", "managed_by", "none")
# Reads in views that need none of these.
MAY_READ_DIRECTLY = {
    "portal/views/operations.py _organisations Organisation": "operators see every organisation that is no enterprise",
}


def sources(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    for folder in folders or APPS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            if "/migrations/" not in name and not name.startswith("portal/local/"):
                yield name, ast.parse(path.read_text(encoding="utf-8"), name)


def status_writes(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            targets = [node.target]
        elif isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in ("update", "update_or_create") and any(k.arg == "status" for k in node.keywords):
                yield node.lineno
            if called == "setattr" and any(isinstance(a, ast.Constant) and a.value == "status" for a in node.args):
                yield node.lineno
            if called == "bulk_update" and "'status'" in ast.unparse(node):
                yield node.lineno
        for target in targets:
            if isinstance(target, ast.Attribute) and target.attr == "status":
                yield node.lineno


def test_nothing_but_the_flow_writes_a_status() -> None:
    found = [
        f"{name}:{line}" for name, tree in sources() if name not in MAY_ASSIGN_STATUS for line in status_writes(tree)
    ]
    assert found == []


def test_the_check_above_finds_each_way_to_write_one() -> None:
    tree = ast.parse(
        "a.status = 1\nb.filter().update(status=2)\nsetattr(c, 'status', 3)\nd.bulk_update(e, ['status'])\nf.save(status=1)"
    )
    assert sorted(status_writes(tree)) == [1, 2, 3, 4]


def test_no_sql_sets_a_status() -> None:
    """Not even set-based: the flow moves many rows at once, too."""
    found = {
        name
        for name, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.search(r"\bSET\s+status\b", node.value, re.IGNORECASE)
    }
    assert found == set()


def test_nothing_is_imported_inside_a_function() -> None:
    found = [
        f"{name}:{inner.lineno}"
        for name, tree in sources(*APPS, "tests")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert found == []


def test_every_row_has_somebody_to_whom_it_is_visible() -> None:
    """A model's queryset has `visible_to`, or the model is part of one that has: it is reached through that row alone."""
    unseen = [model.__name__ for model in our_models() if model.__name__ not in OF_NOBODY and not seen(model)]
    assert unseen == []


def test_the_list_above_names_only_models_that_need_it() -> None:
    names = {model.__name__ for model in our_models() if not has_visible_to(model)}
    assert set(OF_NOBODY) - names == set()


def direct_reads(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(function, model) of each `Model.objects…` chain in which nobody asks to whom the rows are visible."""
    guarded = {model.__name__ for model in our_models() if has_visible_to(model) and not is_reference(model)}
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        parents = {child: node for node in ast.walk(function) for child in ast.iter_child_nodes(node)}
        for node in ast.walk(function):
            if not (isinstance(node, ast.Attribute) and node.attr in ("objects", "_base_manager")):
                continue
            if not (isinstance(node.value, ast.Name) and node.value.id in guarded):
                continue
            whole: ast.AST = node
            while isinstance(parents.get(whole), ast.Attribute | ast.Call):
                whole = parents[whole]
            if not any(f".{name}(" in ast.unparse(whole) for name in REACHED_BY):
                yield function.name, node.value.id


def test_views_reach_rows_only_as_their_person_may_see_them() -> None:
    found = {
        f"{name} {function} {model}"
        for name, tree in sources()
        if "/views/" in name or "/api/" in name
        for function, model in direct_reads(tree)
    }
    assert found == set(MAY_READ_DIRECTLY)


def our_models() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_models(include_auto_created=False)
        if model._meta.app_label in APPS and model.__name__ != "User"
    ]


def has_visible_to(model: type[models.Model]) -> bool:
    return callable(getattr(model._default_manager, "visible_to", None))


def is_reference(model: type[models.Model]) -> bool:
    """Published data: its `visible_to` hides nothing."""
    return model.__module__ in ("portal.models.reference", "portal.models.rule")


def seen(model: type[models.Model], within: tuple[type[models.Model], ...] = ()) -> bool:
    """Directly, or as a part of a row that is: a cascading foreign key, or one that protects a signed text."""
    if has_visible_to(model):
        return True
    parents = [
        field.related_model
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey | models.OneToOneField) and not field.null
    ]
    return any(
        isinstance(parent, type) and parent not in within and seen(parent, (*within, model))
        for parent in parents
        if isinstance(parent, type) and parent.__name__ not in (*OF_NOBODY, "User", "Organisation")
    )
