"""Small or medium industry, at every bound."""

import datetime

import pytest
from django.utils import translation

from portal.models.reference import KbliClass
from portal.rules.ikm import IndustrySize, ikm_status
from portal.services.reference import load_rules

pytestmark = pytest.mark.django_db

NOW = datetime.date(2026, 11, 23)
BILLION = 10**9
MAKES_BOLTS = KbliClass(edition=2025, code="25952", level=5, section="C", title="Industri paku, mur, dan baut logam")
SELLS_BOLTS = KbliClass(edition=2025, code="46731", level=5, section="G", title="Perdagangan besar bahan konstruksi")


@pytest.fixture(autouse=True)
def rules():
    load_rules()
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("workforce", "investment", "size"),
    [
        (0, 0, IndustrySize.SMALL),
        (19, BILLION - 1, IndustrySize.SMALL),
        (19, BILLION, IndustrySize.MEDIUM),
        (19, 100 * BILLION, IndustrySize.MEDIUM),
        (20, 0, IndustrySize.MEDIUM),
        (20, 15 * BILLION, IndustrySize.MEDIUM),
        (20, 15 * BILLION + 1, IndustrySize.LARGE),
    ],
)
def test_workforce_and_investment_decide(workforce, investment, size):
    status = ikm_status(MAKES_BOLTS, workforce, investment, NOW)
    assert status.size == size
    assert status.is_ikm == (size != IndustrySize.LARGE)


def test_only_manufacturing_is_industry():
    status = ikm_status(SELLS_BOLTS, 5, 0, NOW)
    assert not status.is_ikm
    assert status.explanation.startswith("Not IKM: the main activity, 46731 Perdagangan besar bahan konstruksi, is not")


def test_it_explains_itself_with_the_rule():
    assert ikm_status(MAKES_BOLTS, 12, 250_000_000, NOW).explanation == (
        "Small industry: 12 people working, investment IDR 250,000,000 "
        "(Permenperin 64/M-IND/PER/7/2016, from 31 July 2016; the text of the law is still to be checked)."
    )
    assert ikm_status(MAKES_BOLTS, 30, 16 * BILLION, NOW).explanation.startswith("Large industry, so not IKM")


def test_nothing_is_said_while_something_is_missing():
    assert ikm_status(None, 5, 0, NOW) is None
    assert ikm_status(MAKES_BOLTS, None, 0, NOW) is None
    assert ikm_status(MAKES_BOLTS, 5, None, NOW) is None
    with pytest.raises(ValueError, match="not negative"):
        ikm_status(MAKES_BOLTS, -1, 0, NOW)
