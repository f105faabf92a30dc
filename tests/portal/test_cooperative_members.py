"""A cooperative lists its members; each says for itself whether it is one, and only then counts."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from portal.enums import CooperativeMemberStatus as S
from portal.enums import EnterpriseStatus, LegalForm, Role
from portal.flow import MoveNotAllowed, NotPermitted
from portal.models import AuditEntry, CooperativeMember, Enterprise, Notification, Region, SectionDraft, User
from portal.selectors.cooperative import list_of, together
from portal.selectors.enterprise import completeness
from portal.services.cooperative import (
    accept_cooperative,
    change_given,
    list_member,
    refuse_cooperative,
    remove_member,
)
from tests.factories.enterprises import VILLAGE, draft_enterprise, enterprise, owner_of
from tests.factories.people import person
from tests.portal.test_enterprise_dossier import text_of, url
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper() -> User:
    return person(Role.OWNER)


@pytest.fixture
def cooperative(keeper: User) -> Enterprise:
    return enterprise(
        owner=keeper, legal_form=LegalForm.COOPERATIVE, monthly_capacity=Decimal(10), capacity_unit="tonne"
    )


@pytest.fixture
def firm() -> Enterprise:
    return enterprise(name="CV Anggota Jaya")


def sent(nib: str = "", **fields: str) -> dict[str, str]:
    gives = {"product": "Baut M16", "capacity": "4.000", "unit": "kilogram"}
    return {"name": "Anggota", "nib": nib, "village_q": "" if nib else VILLAGE, **gives, **fields}


def listed(cooperative: Enterprise, keeper: User, firm: Enterprise, kilos: int = 4000, unit: str = "kilogram") -> Any:
    return list_member(
        cooperative, by=keeper, name="Anggota", nib=firm.nib, product="Baut", capacity=Decimal(kilos), unit=unit
    )


def test_only_a_cooperative_has_the_section(keeper: User, firm: Enterprise) -> None:
    owner = owner_of(firm)
    assert signed_in(owner).get(url("members")).status_code == 404
    assert signed_in(owner).post(url("members"), sent()).status_code == 404
    assert "members" not in {each.section.name for each in completeness(firm).states}
    assert url("members") not in text_of(signed_in(owner).get(reverse("dossier")))
    with pytest.raises(MoveNotAllowed):
        listed(firm, owner, enterprise())


def test_a_registered_one_is_asked_says_yes_and_counts(keeper: User, cooperative: Enterprise, firm: Enterprise) -> None:
    client, owner = signed_in(keeper), owner_of(firm)
    state = next(each for each in completeness(cooperative).states if each.section.name == "members")
    assert state.state == "todo"
    assert client.post(url("members"), sent(firm.nib)).status_code == 302
    row = CooperativeMember.objects.get()
    assert (row.status, row.invited, row.member) == ("invited", firm, None)
    assert "4.000 kilogram per bulan" in text_of(client.get(url("members")))
    assert Notification.objects.get(user=owner).kind == "cooperative.asks"
    theirs = signed_in(owner)
    assert reverse("cooperative_list") in text_of(theirs.get(reverse("dossier")))
    assert "4.000 kilogram per bulan" in text_of(theirs.get(reverse("cooperative_list")))
    assert together(cooperative, list_of(cooperative)).members == 0
    assert theirs.post(reverse("cooperative_member_accept", args=[row.pk])).status_code == 302
    row.refresh_from_db()
    assert (row.status, row.member) == ("accepted", firm)
    page = text_of(client.get(url("members")))
    assert "Anggota memberi 4 ton dari 10 ton per bulan yang Anda nyatakan, 40%; 6 ton harus dari Anda sendiri." in page
    assert AuditEntry.objects.of(row).filter(action="accept").exists()


def test_one_that_is_not_registered_stands_with_name_and_village(keeper: User, cooperative: Enterprise) -> None:
    client = signed_in(keeper)
    assert client.post(url("members"), sent()).status_code == 302
    row = CooperativeMember.objects.get()
    assert (row.status, row.village_id, row.invited) == ("listed", VILLAGE, None)
    assert together(cooperative, list_of(cooperative)).members == 0
    assert next(each for each in completeness(cooperative).states if each.section.name == "members").state == "done"
    # Later it registers: asked by its NIB.
    later = list_member(
        cooperative, by=keeper, name="Nanti", nib="8120099999999", village=Region.objects.get(pk=VILLAGE),
        product="Baut", capacity=Decimal(5), unit="piece",
    )  # fmt: skip
    address = reverse("cooperative_member_invite", args=[later.pk])
    assert client.post(address).status_code == 409
    new = enterprise(nib="8120099999999", status=EnterpriseStatus.SUBMITTED)
    assert client.post(address).status_code == 302
    later.refresh_from_db()
    assert (later.status, later.invited) == ("invited", new)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"product": ""}, "product"),
        ({"capacity": "banyak"}, "capacity"),
        ({"capacity": "0"}, "capacity"),
        ({"unit": "karung"}, "unit"),
        ({"nib": "123"}, "nib"),
        ({"village_q": ""}, "village"),
        ({"village_q": "tidakadadimanapun"}, "village"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(keeper: User, cooperative: Enterprise, change: dict, field: str) -> None:
    page = signed_in(keeper).post(url("members"), {**sent(), "name": "Nama Tersimpan", **change})
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert field == "name" or "Nama Tersimpan" in text_of(page)
    assert not CooperativeMember.objects.exists()


def test_looking_for_a_village_checks_nothing_and_loses_nothing(keeper: User, cooperative: Enterprise) -> None:
    page = signed_in(keeper).post(url("members"), {"name": "Bu Sri", "village_q": "ceper klaten", "find": "village"})
    assert page.status_code == 200
    assert "Bu Sri" in text_of(page)


def test_nobody_is_listed_twice_or_asked_again_after_a_refusal(
    keeper: User, cooperative: Enterprise, firm: Enterprise
) -> None:
    client = signed_in(keeper)
    row = listed(cooperative, keeper, firm)
    assert "sudah ada di daftar Anda" in text_of(client.post(url("members"), sent(firm.nib)))
    refuse_cooperative(row, by=owner_of(firm))
    again = client.post(url("members"), sent(firm.nib))
    assert again.status_code == 422
    assert "Usaha ini menolak" in text_of(again)
    assert client.post(url("members"), sent(cooperative.nib)).context["form"].errors["nib"]
    accept_cooperative(row, by=owner_of(firm))
    assert row.status == "accepted"


def test_a_member_leaves_and_counts_no_more(keeper: User, cooperative: Enterprise, firm: Enterprise) -> None:
    row, owner = listed(cooperative, keeper, firm), owner_of(firm)
    accept_cooperative(row, by=owner)
    client = signed_in(owner)
    assert client.post(reverse("cooperative_member_leave", args=[row.pk])).status_code == 302
    row.refresh_from_db()
    assert (row.status, row.member, row.invited) == ("left", None, firm)
    assert together(cooperative, list_of(cooperative)).members == 0
    assert client.post(reverse("cooperative_member_leave", args=[row.pk])).status_code == 409
    assert Notification.objects.filter(user=keeper, kind="cooperative.left").exists()
    # The list is free for it again.
    assert listed(cooperative, keeper, firm).status == "invited"


def test_the_cooperative_takes_one_off_its_list(keeper: User, cooperative: Enterprise, firm: Enterprise) -> None:
    row = listed(cooperative, keeper, firm)
    accept_cooperative(row, by=owner_of(firm))
    assert signed_in(keeper).post(reverse("cooperative_member_remove", args=[row.pk])).status_code == 302
    row.refresh_from_db()
    assert (row.status, row.member) == ("removed", None)
    assert Notification.objects.filter(kind="cooperative.removed").exists()


def test_nobody_answers_for_another(keeper: User, cooperative: Enterprise, firm: Enterprise) -> None:
    row = listed(cooperative, keeper, firm)
    stranger, owner = signed_in(person(Role.OWNER)), signed_in(owner_of(firm))
    for move in ("accept", "refuse", "leave", "remove", "invite"):
        assert stranger.post(reverse(f"cooperative_member_{move}", args=[row.pk])).status_code == 404
    for move in ("accept", "refuse"):
        assert signed_in(keeper).post(reverse(f"cooperative_member_{move}", args=[row.pk])).status_code == 403
    assert owner.post(reverse("cooperative_member_remove", args=[row.pk])).status_code == 403
    row.refresh_from_db()
    assert row.status == "invited"


@pytest.mark.parametrize(
    ("kilos", "unit", "words"),
    [
        (10_000, "kilogram", "Anggota memberi tepat 10 ton per bulan yang Anda nyatakan."),
        (12, "tonne", "Anggota memberi 12 ton per bulan: 2 ton lebih dari 10 ton yang Anda nyatakan."),
        (50, "piece", "Belum ada anggota yang menyetujui untuk 10 ton yang Anda nyatakan."),
    ],
)
def test_the_sum_is_set_beside_what_the_cooperative_declares(
    keeper: User, cooperative: Enterprise, firm: Enterprise, kilos: int, unit: str, words: str
) -> None:
    accept_cooperative(listed(cooperative, keeper, firm, kilos, unit), by=owner_of(firm))
    found = together(cooperative, list_of(cooperative))
    assert found.words == words
    assert found.others == (() if unit != "piece" else (("piece", Decimal(50)),))
    assert words in text_of(signed_in(keeper).get(url("members")))


def test_the_database_knows_no_member_that_did_not_say_yes(
    keeper: User, cooperative: Enterprise, firm: Enterprise
) -> None:
    row = listed(cooperative, keeper, firm)
    accepted = {"status": S.ACCEPTED, "member": firm}
    for change in ({"member": firm}, {"status": S.ACCEPTED}, {"status": S.LEFT}, {**accepted, "member": enterprise()}):
        with pytest.raises(DatabaseError), transaction.atomic():
            CooperativeMember.objects.filter(pk=row.pk).update(**change)
    remove_member(row, by=keeper)
    with pytest.raises(DatabaseError), transaction.atomic():
        CooperativeMember.objects.filter(pk=row.pk).update(**accepted)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_ask_once(keeper: User, cooperative: Enterprise, firm: Enterprise) -> None:
    together_now, refused = threading.Barrier(2), []

    def click() -> None:
        together_now.wait()
        try:
            listed(cooperative, User.objects.get(pk=keeper.pk).act_as(keeper.acting), firm)
        except Exception as error:
            refused.append(error)
        connection.close()

    clicks = [threading.Thread(target=click) for _each in range(2)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()
    assert CooperativeMember.objects.count() == 1
    assert [type(each).__name__ for each in refused] == ["ValidationError"]


def test_the_list_asks_as_much_for_three_as_for_one(
    keeper: User, cooperative: Enterprise, django_assert_max_num_queries: Any
) -> None:
    client, counts = signed_in(keeper), []
    for _each in range(3):
        accept_cooperative(listed(cooperative, keeper, firm := enterprise()), by=owner_of(firm))
        with django_assert_max_num_queries(60) as asked:
            client.get(url("members"))
        counts.append(len(asked))
    assert counts[0] == counts[2]


def test_a_draft_member_learns_of_it_too(keeper: User, cooperative: Enterprise) -> None:
    owner = person(Role.OWNER)
    draft_enterprise(owner, nib="8120077777777")
    row = list_member(
        cooperative, by=keeper, name="Baru", nib="8120077777777", product="x", capacity=Decimal(1), unit="piece"
    )
    assert signed_in(owner).post(reverse("cooperative_member_accept", args=[row.pk])).status_code == 302


# -- By API ----------------------------------------------------------------------------------------------------------

API = "/api/v1/cooperative-members/"


def test_by_api_both_sides_do_the_same(keeper: User, cooperative: Enterprise, firm: Enterprise) -> None:
    ours, theirs = signed_in(keeper), signed_in(owner_of(firm))
    data = {"name": "Anggota", "nib": firm.nib, "product": "Baut", "capacity": "4000", "unit": "kilogram"}

    def post(client: Any, address: str, body: Any = None) -> Any:
        return client.post(f"{API}{address}", body or {}, content_type="application/json")

    made = post(ours, "", data)
    assert made.status_code == 201, made.content
    row = made.json()["id"]
    assert [each["id"] for each in theirs.get(API).json()["results"]] == [row]
    assert post(ours, "", data).json()["errors"]["nib"]
    assert post(ours, "", {**data, "nib": "", "capacity": "banyak"}).json()["errors"]["capacity"]
    assert post(ours, "", {**data, "nib": ""}).json()["errors"]["village"]
    assert post(ours, f"{row}/accept/").status_code == 403
    assert post(theirs, f"{row}/accept/").json()["member"] == firm.pk
    assert post(theirs, f"{row}/accept/").status_code == 409
    found = ours.get(f"{API}capacity/").json()
    assert (found["members"], found["total"], found["unit"], found["own"]) == (1, "4.00", "tonne", "10.00")
    assert post(theirs, f"{row}/leave/").json()["status"] == "left"
    assert signed_in(person(Role.OWNER)).get(f"{API}{row}/").status_code == 404


def test_a_member_typed_halfway_is_kept_and_comes_back_without_being_judged() -> None:
    owner = person(Role.OWNER)
    draft_enterprise(owner, legal_form=LegalForm.COOPERATIVE)
    client, page = signed_in(owner), reverse("dossier_section", args=["members"])
    autosave = reverse("dossier_autosave", args=["members"])
    assert f'data-autosave="{autosave}"' in client.get(page).content.decode()
    saved = client.post(autosave, {"name": "UD Setengah", "capacity": "12"}, headers={"X-Requested-With": "fetch"})
    assert saved.json()["saved"].startswith("Draf tersimpan")
    answer = client.get(page)
    text = answer.content.decode()
    assert "UD Setengah" in text
    assert not answer.context["form"].errors
    assert "belum disimpan" in text
    # By the button, without a script.
    assert client.post(page, {"name": "UD Lebih", "draft": "1"}).headers["Location"] == reverse("dossier")
    assert "UD Lebih" in client.get(page).content.decode()
    # What is wrong is said, and kept as well.
    wrong = client.post(page, {"name": "UD Lebih", "product": "Baut", "capacity": "banyak", "unit": "kilogram"})
    assert wrong.status_code == 422
    assert "banyak" in client.get(page).content.decode()
    whole = {"name": "UD Utuh", "product": "Baut", "capacity": "12", "unit": "kilogram", "village": VILLAGE}
    assert client.post(page, whole).status_code == 302
    assert not SectionDraft.objects.exists()
    client.post(autosave, {"name": "UD Buang"})
    client.post(reverse("dossier_discard", args=["members"]))
    assert "UD Buang" not in client.get(page).content.decode()


def test_a_firm_that_is_no_cooperative_keeps_no_draft_of_members() -> None:
    owner = person(Role.OWNER)
    draft_enterprise(owner)
    answer = signed_in(owner).post(reverse("dossier_autosave", args=["members"]), {"name": "UD"})
    assert answer.status_code == 404


def test_what_a_member_gives_is_changed_in_its_trail_and_it_is_told() -> None:
    owner, member_owner = person(Role.OWNER), person(Role.OWNER)
    cooperative = enterprise(owner=owner, legal_form=LegalForm.COOPERATIVE, status=EnterpriseStatus.DRAFT)
    firm = enterprise(owner=member_owner)
    listed = list_member(
        cooperative, by=owner, name="UD Satu", nib=firm.nib, product="Baut", capacity=Decimal(10), unit="kilogram"
    )
    for _twice in range(2):
        change_given(listed, by=owner, product="Baut M8", capacity=Decimal(25), unit="kilogram")
    listed.refresh_from_db()
    assert (listed.product, listed.capacity, listed.status) == ("Baut M8", 25, "invited")
    assert AuditEntry.objects.of(cooperative).filter(action="change_member").count() == 1
    assert Notification.objects.filter(user=member_owner, kind="cooperative.changed").count() == 1
    with pytest.raises(NotPermitted):
        change_given(listed, by=member_owner, product="Mur", capacity=Decimal(1), unit="kilogram")
    remove_member(listed, by=owner)
    with pytest.raises(MoveNotAllowed):
        change_given(listed, by=owner, product="Mur", capacity=Decimal(1), unit="kilogram")


def test_what_a_member_gives_is_changed_on_a_page_and_by_api(
    keeper: User, cooperative: Enterprise, firm: Enterprise
) -> None:
    row = listed(cooperative, keeper, firm)
    client, page = signed_in(keeper), reverse("cooperative_member_change", args=[row.pk])
    assert page in client.get(url("members")).content.decode()
    assert client.post(page, {"product": "", "capacity": "-1", "unit": "kilogram"}).status_code == 422
    assert client.post(page, {"product": "Baut M8", "capacity": "1.500,5", "unit": "kilogram"}).status_code == 302
    row.refresh_from_db()
    assert (row.product, row.capacity) == ("Baut M8", Decimal("1500.50"))
    address = f"/api/v1/cooperative-members/{row.pk}/"
    answer = client.patch(address, {"capacity": "2000"}, content_type="application/json")
    assert (answer.status_code, answer.json()["capacity"], answer.json()["product"]) == (200, "2000.00", "Baut M8")
    wrong = client.patch(address, {"capacity": "banyak"}, content_type="application/json")
    assert (wrong.status_code, [*wrong.json()["errors"]]) == (422, ["capacity"])
    member = signed_in(owner_of(firm))
    assert member.get(page).status_code == 403
    assert member.patch(address, {"capacity": "9"}, content_type="application/json").status_code == 403
    assert signed_in(person(Role.OWNER)).get(page).status_code == 404
