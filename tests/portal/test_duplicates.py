"""The same business registered twice: found by indexes, shown to a person, remembered when they are two."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from portal import crypto, jobs
from portal.duplicate_keys import name_key, phone_key
from portal.enums import EnterpriseStatus, LegalForm, Role
from portal.models import Enterprise, IdentityKeys, Notification, SuspectedDuplicate, User
from portal.selectors.duplicates import CANDIDATES, MOST_SHARING, candidates
from portal.services.duplicates import find_duplicates, queue_sweep, set_apart
from portal.services.enterprise import submit_enterprise
from tests.factories.enterprises import draft_enterprise, enterprise, owner_of
from tests.factories.people import person
from tests.roles import as_owner
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ministry() -> User:
    return person(Role.MINISTRY_ADMIN)


def firm(**fields: Any) -> Enterprise:
    """With a tax number of its own, unless it is given one."""
    npwp = fields.pop("npwp", f"09{Enterprise.objects.count():014d}")
    return enterprise(npwp=npwp, npwp_hash=crypto.search_hash(npwp), **fields)


def search() -> dict[tuple[str, str], SuspectedDuplicate]:
    keys = Enterprise.objects.order_by("pk").values_list("pk", flat=True)
    find_duplicates(keys[0], keys[len(keys) - 1])
    return {(each.first.name, each.second.name): each for each in SuspectedDuplicate.objects.all()}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CV. Maju-Jaya", "Maju Jaya, UD"),
        ("PT BERKAH ABADI", "berkah abadi"),
        ("Koperasi Tani Makmur", "KSU Tani Makmur"),
    ],
)
def test_names_are_compared_without_their_legal_form(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


def test_phones_are_compared_without_their_prefix() -> None:
    assert len({phone_key(each) for each in ("0812-3456-7890", "+62 812 3456 7890", "6281234567890")}) == 1
    assert [phone_key(each) for each in ("", "12", "0000000000", "08111111111")][:3] == ["", "", ""]


def test_each_sign_finds_its_pair_and_says_so() -> None:
    firm(name="CV Logam Jaya Ceper", npwp="0913121660091999")
    firm(name="PT Cahaya Timur", npwp="0913121660091999")
    firm(name="UD Sinar", phone="0812-7777-1234")
    firm(name="CV Bulan", phone="+62 812 7777 1234")
    firm(name="CV Karya Baja Mandiri")
    firm(name="Karya Baja Mandri")
    firm(name="CV Lain Sekali")
    found = search()
    assert {pair: each.matches for pair, each in found.items()} == {
        ("CV Logam Jaya Ceper", "PT Cahaya Timur"): ["number"],
        ("UD Sinar", "CV Bulan"): ["phone"],
        ("CV Karya Baja Mandiri", "Karya Baja Mandri"): ["name"],
    }
    strongest = SuspectedDuplicate.objects.waiting()[0]
    assert strongest.matches == ["number"]


def test_the_same_name_in_another_village_is_no_sign() -> None:
    firm(name="UD Berkah Abadi")
    firm(name="UD Berkah Abadi", village="51.71.01.1001")
    assert search() == {}


@pytest.mark.parametrize(
    ("nib", "found"),
    [
        ("8120012345679", True),  # the last digit
        ("9120012345678", True),  # the first
        ("8120012354678", True),  # two swapped
        ("8120012345687", True),
        ("8120012345778", True),
        ("8120012345789", False),  # two others
        ("8120014325678", False),  # swapped across another
        ("8120123456780", False),  # one left out, the others moved up
    ],
)
def test_a_nib_one_slip_off_finds_its_pair_and_says_so(ministry: User, nib: str, found: bool) -> None:
    firm(name="CV Logam Jaya", nib="8120012345678")
    firm(name="Toko Roti Sari", nib=nib)
    pairs = search()
    assert {key: each.matches for key, each in pairs.items()} == (
        {("CV Logam Jaya", "Toko Roti Sari"): ["near_nib"]} if found else {}
    )
    if found:
        page = signed_in(ministry).get(f"/duplicates/{SuspectedDuplicate.objects.get().pk}/").content.decode()
        assert "NIB yang berbeda satu angka atau dua angka tertukar" in page
        assert nib in page
        assert "8120012345678" in page


def test_a_nib_one_slip_off_elsewhere_counts_only_with_a_similar_name() -> None:
    elsewhere = "51.71.01.1001"
    firm(name="CV Logam Jaya Ceper", nib="8120012345678")
    firm(name="UD Logam Jaya Cepr", nib="8120012345679", village=elsewhere)
    firm(name="Toko Roti Sari", nib="8120012345778", village=elsewhere)
    assert {key: each.matches for key, each in search().items()} == {
        ("CV Logam Jaya Ceper", "UD Logam Jaya Cepr"): ["near_nib"]
    }


def test_a_sole_proprietors_nik_is_their_tax_number() -> None:
    nik = "3310096502800001"
    firm(name="UD Satu", npwp=nik, legal_form=LegalForm.SOLE_PROPRIETOR)
    firm(name="UD Dua", owner_nik=nik, owner_nik_hash=crypto.search_hash(nik), legal_form=LegalForm.SOLE_PROPRIETOR)
    # The same person may own a company beside it.
    firm(name="PT Tiga", owner_nik=nik, owner_nik_hash=crypto.search_hash(nik), legal_form=LegalForm.PT)
    assert set(search()) == {("UD Satu", "UD Dua")}


def test_a_number_that_many_share_is_no_sign() -> None:
    for number in range(23):
        firm(name=f"UD {number * 7919:05d}xyz", phone="0812-1111-2222")
    assert search() == {}


def test_sending_for_checking_looks_at_once(ministry: User) -> None:
    firm(name="CV Logam Jaya")
    made = firm(name="Logam Jaya", status=EnterpriseStatus.RETURNED, return_reasons=[])
    submit_enterprise(made, by=owner_of(made))
    find_duplicates(1, made.pk)  # the other one's keys
    jobs.drain()
    assert SuspectedDuplicate.objects.get().matches == ["name"]
    assert Notification.objects.filter(user=ministry, kind="duplicate.found").count() == 1


def test_the_daily_look_finds_what_changed_whichever_way_and_drops_who_is_gone() -> None:
    firm(name="CV Logam Jaya")
    other = firm(name="CV Bintang")
    queue_sweep()
    jobs.drain()
    assert not SuspectedDuplicate.objects.exists()
    other.organisation.name = "Logam Jaya"
    other.organisation.save()
    queue_sweep()
    jobs.drain()
    assert SuspectedDuplicate.objects.count() == 1
    Enterprise.objects.filter(pk=other.pk).update(status=EnterpriseStatus.CLOSED)
    queue_sweep()
    jobs.drain()
    assert not IdentityKeys.objects.filter(enterprise=other).exists()
    assert not SuspectedDuplicate.objects.waiting().exists()


def test_the_search_asks_as_many_queries_for_many_as_for_few() -> None:
    def count() -> int:
        last = Enterprise.objects.latest("pk").pk
        find_duplicates(1, last)
        with CaptureQueriesContext(connection) as queries:
            find_duplicates(1, last)
        return len(queries)

    firm(name="UD Satu Dua Tiga")
    few = count()
    for number in range(6):
        firm(name=f"UD {hashlib.md5(str(number).encode()).hexdigest()}")
    assert count() == few
    assert not SuspectedDuplicate.objects.exists()


def test_not_the_same_is_remembered_until_something_else_equals(ministry: User) -> None:
    firm(name="CV Logam Jaya")
    other = firm(name="Logam Jaya")
    pair = next(iter(search().values()))
    desk = signed_in(ministry)
    assert desk.post(f"/duplicates/{pair.pk}/", {"reason": ""}).status_code == 422
    assert desk.post(f"/duplicates/{pair.pk}/", {"reason": "Dua bersaudara, NIB masing-masing."}).status_code == 302
    search()
    pair.refresh_from_db()
    assert (pair.status, pair.decided_by, pair.reason) == ("apart", ministry, "Dua bersaudara, NIB masing-masing.")
    assert "Dua bersaudara" in desk.get("/duplicates/?state=apart").content.decode()
    Enterprise.objects.update(phone="0812-4444-5555")
    search()
    pair.refresh_from_db()
    assert (pair.status, pair.matches) == ("open", ["name", "phone"])
    assert other


def test_a_late_decision_is_a_409(ministry: User) -> None:
    firm(name="CV Logam Jaya")
    firm(name="Logam Jaya")
    pair = next(iter(search().values()))
    set_apart(pair, "Dua usaha.", by=ministry)
    assert signed_in(ministry).post(f"/duplicates/{pair.pk}/", {"reason": "Lagi."}).status_code == 409


def test_the_database_keeps_one_row_a_pair_and_asks_for_a_reason(ministry: User) -> None:
    firm(name="CV Logam Jaya")
    firm(name="Logam Jaya")
    pair = next(iter(search().values()))
    for wrong in (
        {"first": pair.first, "second": pair.second},
        {"first": pair.second, "second": pair.first},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            SuspectedDuplicate.objects.create(**wrong)


def test_two_are_shown_side_by_side_with_what_equals(ministry: User) -> None:
    one = firm(name="CV Logam Jaya", phone="0812-7777-1234")
    firm(name="Logam Jaya", phone="0812-7777-1234", capital=999_000_000)
    pair = next(iter(search().values()))
    page = signed_in(ministry).get(f"/duplicates/{pair.pk}/").content.decode()
    for text in ("CV Logam Jaya", "Rp999.000.000", "Telepon sama", "berbeda", "sama"):
        assert text in page
    detail = signed_in(ministry).get(f"/verification/{one.pk}/").content.decode()
    assert f"/duplicates/{pair.pk}/" in detail
    by_api = signed_in(ministry).get(f"/api/v1/duplicates/{pair.pk}/comparison/").json()
    assert {row["topic"]: row["equal"] for row in by_api["rows"]}["phone"] is True


# The owner who finds their NIB taken


def test_a_taken_nib_is_said_without_saying_whose_and_can_be_claimed(ministry: User) -> None:
    holder = firm(name="CV Rahasia Dagang", nib="8120012345678", phone="081299998888")
    owner_of(holder, email="pemilik-rahasia@contoh.id")
    mine = draft_enterprise()
    owner = owner_of(mine)
    client = signed_in(owner)
    sent = {"name": "CV Baru", "legal_form": "cv", "nib": "8120012345678", "npwp": "", "women_led": "no"}
    page = client.post("/business/identity/", sent)
    assert page.status_code == 422
    text = page.content.decode()
    assert "sudah terdaftar" in text
    assert "/business/claim/?nib=8120012345678" in text
    for secret in ("Rahasia Dagang", "pemilik-rahasia", "99998888"):
        assert secret not in text
    assert client.get("/business/claim/?nib=8120012345678").status_code == 200
    answers = [
        client.post("/business/claim/", {"nib": nib, "explanation": "Adik saya mendaftarkannya."})
        for nib in ("8120012345678", "9990012345678")
    ]
    assert [each.status_code for each in answers] == [302, 302]
    pair = SuspectedDuplicate.objects.get()
    assert (pair.both, pair.matches, pair.claimed_by) == (
        tuple(sorted((holder, mine), key=lambda each: each.pk)),
        ["nib"],
        owner,
    )
    assert not Notification.objects.filter(user__email="pemilik-rahasia@contoh.id").exists()
    assert "Adik saya" in signed_in(ministry).get(f"/duplicates/{pair.pk}/").content.decode()


def test_a_claim_is_answered_alike_whoever_holds_the_nib() -> None:
    firm(nib="8120012345678")
    owner = owner_of(draft_enterprise())
    client = signed_in(owner)
    answers = [
        client.post("/api/v1/business-claims/", {"nib": nib, "claim": "Milik saya"}, content_type="application/json")
        for nib in ("8120012345678", "9990012345678")
    ]
    assert [(each.status_code, each.json()) for each in answers] == [(202, {"received": True})] * 2
    for wrong in ({"nib": "12", "claim": "x"}, {"nib": "8120012345678", "claim": " "}):
        assert client.post("/api/v1/business-claims/", wrong, content_type="application/json").status_code == 422
        by_page = {"nib": wrong["nib"], "explanation": wrong["claim"]}
        assert client.post("/business/claim/", by_page).status_code == 422


def test_a_pair_is_for_ministries_alone(ministry: User) -> None:
    one = firm(name="CV Logam Jaya")
    firm(name="Logam Jaya")
    pair = next(iter(search().values()))
    assert signed_in(owner_of(one)).get(f"/duplicates/{pair.pk}/").status_code == 403
    assert signed_in(owner_of(one)).get(f"/api/v1/duplicates/{pair.pk}/").status_code == 403


def test_nobody_decides_about_a_business_they_belong_to(ministry: User) -> None:
    one = firm(name="CV Logam Jaya")
    firm(name="Logam Jaya")
    pair = next(iter(search().values()))
    one.organisation.memberships.create(user=ministry, role=Role.STAFF)
    desk = signed_in(ministry)
    assert desk.post(f"/duplicates/{pair.pk}/", {"reason": "Lain."}).status_code == 403


def test_candidates_come_from_indexes_however_many_there_are() -> None:
    """Twenty thousand firms in a few hundred villages: no plan reads them all, and planted twins are found."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO portal_identitykeys (enterprise_id, tax, person, nib, phone, name, village)"
            " SELECT 10000000 + n, md5(n::text), '', (1000000000000 + n::bigint * 7919317)::text, (8000000000 + n)::text,"
            " 'usaha ' || substr(md5(n::text), 1, 6) || ' ' || substr(md5((n * 7)::text), 1, 8), 'desa ' || (n % 400)"
            " FROM generate_series(1, 20000) AS n"
        )
        cursor.execute(
            "INSERT INTO portal_identitykeys (enterprise_id, tax, person, nib, phone, name, village)"
            " SELECT 20000000 + k.enterprise_id, '', '', '', '', substr(k.name, 1, 9) || substr(k.name, 11), k.village"
            " FROM portal_identitykeys k WHERE k.enterprise_id % 200 = 0"
        )
        with as_owner():
            cursor.execute("ANALYZE portal_identitykeys")
        cursor.execute("SELECT enterprise_id FROM portal_identitykeys WHERE enterprise_id > 20000000")
        twins = [key for (key,) in cursor.fetchall()]
        cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', '0.6', true)")
        cursor.execute("EXPLAIN " + CANDIDATES, {"keys": twins[:5], "most": MOST_SHARING})
        plan = "\n".join(line for (line,) in cursor.fetchall())
        slips = [10000001 + n * 400 for n in range(20)]
        cursor.execute(
            "UPDATE portal_identitykeys t SET village = k.village, nib = overlay(k.nib PLACING"
            " CASE substr(k.nib, 13) WHEN '9' THEN '0' ELSE '9' END FROM 13) FROM portal_identitykeys k"
            " WHERE k.enterprise_id = ANY(%s) AND t.enterprise_id = k.enterprise_id + 1",
            [slips],
        )
        found = candidates(twins) + candidates(slips)
        cursor.execute("DELETE FROM portal_identitykeys WHERE enterprise_id > 10000000")
    assert "Seq Scan on portal_identitykeys" not in plan, plan
    pairs = {(each.first, each.second): each.matches for each in found}
    assert pairs.keys() >= {(key - 20000000, key) for key in twins}
    assert all("near_nib" in pairs[key, key + 1] for key in slips)
