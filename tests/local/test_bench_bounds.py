"""A measurement that misses what was promised says so and fails; whoever runs it in a script must not have to read figures."""

from __future__ import annotations

import pytest

from tests.bench import consortium, importing
from tests.bench.bounds import Promise, all_kept


def test_a_missed_bound_is_named_with_its_figure_and_what_was_promised(capsys: pytest.CaptureFixture[str]) -> None:
    kept = (Promise("ratio", 20, at_least=20), Promise("peak_mb", 256, at_most=256))
    assert all_kept(*kept)
    assert capsys.readouterr().out == ""
    assert not all_kept(*kept, Promise("ratio", 19.96, at_least=20), Promise("peak_mb", 256.4, at_most=256))
    assert capsys.readouterr().out == (
        "missed: ratio=19.96 (at least 20 promised), peak_mb=256.4 (at most 256 promised)\n"
    )


def test_a_smaller_run_breaks_no_promise(capsys: pytest.CaptureFixture[str]) -> None:
    assert all_kept(Promise("ratio", 3, at_most=1), full_size=False)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("seconds", "peak", "code"), [(10.0, 200.0, 0), (20.0, 200.0, 1), (10.0, 300.0, 1)])
def test_an_import_that_is_too_slow_or_too_large_ends_with_one(
    capsys: pytest.CaptureFixture[str], seconds: float, peak: float, code: int
) -> None:
    """Over what the processes say of themselves: 200 rows a second one by one."""
    saved = [{"committed": 150.0, "together": 200.0, "peak": 90.0}]
    turn = {"rows": importing.lists.ROWS, "seconds": seconds, "changes": 0, "peak": peak}
    assert importing.verdict(saved, {"xlsx": [turn], "csv": [turn]}) == code
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].startswith("bench-import: rows=50000 ")
    assert [line for line in lines if line.startswith("missed:")] == lines[-2:-1] * code


def test_consortia_dearer_than_promised_end_with_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consortium, "LOADS", consortium.LOADS[:1])
    monkeypatch.setattr(consortium, "MEMBERS", consortium.MEMBERS[:1])
    monkeypatch.setattr(consortium, "SEEDS", 1)
    monkeypatch.setattr(consortium, "COST", 0.5)
    assert consortium.main() == 1
