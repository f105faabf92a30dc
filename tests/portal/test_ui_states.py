"""The one table of states knows every state that a row can have, and nothing else."""

import pytest
from django.apps import apps

from portal import statuses
from portal.presentation.charts import PROVINCES, columns, province_tiles

MODELS_WITH_STATES = [
    model
    for model in apps.get_models()
    if model._meta.app_label in ("portal", "curation", "partnerships")
    and any(field.name == "status" and field.choices for field in model._meta.get_fields() if hasattr(field, "choices"))
]


@pytest.mark.parametrize("model", MODELS_WITH_STATES, ids=lambda model: model.__name__)
def test_every_state_of_a_row_has_a_label_a_colour_and_an_icon(model):
    states = {value for value, _label in model._meta.get_field("status").choices}
    assert set(statuses.STATES[model.__name__]) == states


def test_states_were_found_at_all():
    assert {model.__name__ for model in MODELS_WITH_STATES} >= {"Enterprise", "Programme", "Application", "Partnership"}


def test_a_scoring_run_shows_its_state_too():
    model = apps.get_model("curation", "ScoringRun")
    assert set(statuses.STATES["ScoringRun"]) == {value for value, _label in model._meta.get_field("state").choices}
    assert statuses.status_of(model(state="done")).tag == "ok"


def test_the_tile_map_has_a_place_of_its_own_for_each_province():
    places = [(column, row) for _name, column, row in PROVINCES.values()]
    assert len(PROVINCES) == 38
    assert len(set(places)) == 38


def test_more_businesses_make_a_darker_tile():
    tones = {tile.code: tile.tone for tile in province_tiles({"33": 31, "31": 18, "12": 9, "53": 4, "94": 1})}
    assert [tones[code] for code in ("33", "31", "12", "53", "94", "11")] == ["q4", "q3", "q2", "q1", "q0", "q0"]
    assert {tile.tone for tile in province_tiles({})} == {"q0"}


def test_columns_stand_on_one_floor_and_the_last_is_highlighted():
    drawn = columns([("T1", 10), ("T2", 20), ("T3", None)])
    assert [int(column.y) + int(column.height) for column in drawn] == [78, 78, 78]
    assert [column.highlight for column in drawn] == [False, False, True]
    assert columns([]) == []
