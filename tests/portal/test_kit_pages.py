"""The pages and the API of visit kits: packing for the day, bringing back, correcting, merging, and everybody it is not for."""

from __future__ import annotations

import io
import zipfile
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.enums import Role
from portal.exports import XLSX
from portal.kits.merging import compared, merge_kit
from portal.models import Assignment, Enterprise, VisitKit
from portal.services.assistance import assign_companion, make_appointment
from portal.services.dossier import save_section
from portal.services.kit import call_back_kit
from tests.factories.assistance import Help, colleague_of, helped
from tests.factories.enterprises import enterprise, product
from tests.factories.kits import Filled, kit_of
from tests.factories.people import person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def help_() -> Help:
    made = helped()
    made.consent()
    return made


def another(given: Help) -> Enterprise:
    made = enterprise()
    Assignment.objects.create(plut=given.plut, companion=given.companion, enterprise=made)
    return made


def text_of(answer: HttpResponse) -> str:
    return unescape(answer.content.decode())


def detail(kit: VisitKit) -> str:
    return reverse("kit_detail", args=[kit.pk])


def test_visits_of_today_are_ticked_already(help_: Help) -> None:
    other = another(help_)
    make_appointment(help_.enterprise, on=timezone.localdate(), by=help_.companion)
    page = text_of(signed_in(help_.companion).get(reverse("kit_hand_out")))
    assert f'value="{help_.enterprise.pk}" id="id_enterprises_0" checked' in page
    assert f'value="{other.pk}" id="id_enterprises_1" checked' not in page


def test_kits_of_several_businesses_come_in_one_file(help_: Help) -> None:
    other, client = another(help_), signed_in(help_.companion)
    answer = client.post(reverse("kit_hand_out"), {"enterprises": [help_.enterprise.pk, other.pk]})
    assert answer["Location"] == reverse("kit_list")
    archive = client.get(reverse("kit_archive"))
    names = zipfile.ZipFile(io.BytesIO(archive.content)).namelist()
    assert len(names) == 4
    assert {name.rpartition(".")[2] for name in names} == {"xlsx", "pdf"}
    assert text_of(client.get(reverse("kit_list"))).count("KIT-") >= 2


def test_a_business_of_somebody_else_is_no_choice(help_: Help) -> None:
    client = signed_in(help_.companion)
    assert client.post(reverse("kit_hand_out"), {"enterprises": [helped().enterprise.pk]}).status_code == 422
    assert client.post(reverse("kit_hand_out"), {}).status_code == 422
    assert not VisitKit.objects.exists()


def test_a_kit_goes_out_and_comes_back_by_page(help_: Help) -> None:
    client = signed_in(help_.companion)
    client.post(reverse("kit_hand_out"), {"enterprises": help_.enterprise.pk})
    kit = VisitKit.objects.get()
    workbook = client.get(reverse("kit_workbook", args=[kit.pk]))
    assert workbook["Content-Type"] == XLSX
    assert client.get(reverse("kit_paper", args=[kit.pk])).content.startswith(b"%PDF-")
    save_section(help_.enterprise, "people", {"workforce": 30}, by=help_.owner)
    filled = Filled(workbook.content).answer("workforce", 24).answer("phone", "0812 3456 7890").answer("nib", "12")
    answer = client.post(reverse("kit_upload"), {"files": [filled.file()]})
    assert answer["Location"] == detail(kit)
    page = text_of(client.get(detail(kit)))
    assert "Berubah di kedua sisi" in page
    assert "Di kit: 24" in page
    assert "Di portal sekarang: 30" in page
    assert "NIB terdiri dari 13 angka" in page

    comparison = compared(VisitKit.objects.get(), by=help_.companion)
    names = {item.path: item.name for item in comparison.items}
    sent = {"do": "merge", "seen": comparison.seen, names["phone"]: "kit"}
    refused = client.post(detail(kit), sent)
    assert refused.status_code == 422
    assert "Berubah di kedua sisi: pilih mana yang dipakai." in text_of(refused)

    wrong = next(name for name in refused.context["correction"].fields)
    again = client.post(detail(kit), {"do": "correct", wrong: "123"})
    assert again.status_code == 422
    assert "NIB terdiri dari 13 angka" in text_of(again)
    assert client.post(detail(kit), {"do": "correct", wrong: "8120012345678"}).status_code == 302

    late = client.post(detail(kit), {**sent, names["workforce"]: "kit", names["nib"]: "kit"})
    assert late.status_code == 409
    seen = compared(VisitKit.objects.get(), by=help_.companion).seen
    done = client.post(detail(kit), {**sent, "seen": seen, names["workforce"]: "kit", names["nib"]: "kit"})
    assert done.status_code == 302
    help_.enterprise.refresh_from_db()
    assert (help_.enterprise.workforce, help_.enterprise.nib) == (24, "8120012345678")
    merged = text_of(client.get(detail(kit)))
    assert str(help_.companion) in merged
    twice = client.post(detail(kit), sent, follow=True)
    assert "Tidak ada yang diubah lagi" in text_of(twice)
    changes = text_of(signed_in(help_.owner).get(reverse("consent_detail", args=[help_.enterprise.consents.get().pk])))
    assert "Kit kunjungan digabungkan" in changes


def test_each_of_several_files_is_answered_by_its_name(help_: Help) -> None:
    good = Filled(kit_of(help_.enterprise, help_.companion)).file("baik.xlsx")
    answer = signed_in(help_.companion).post(
        reverse("kit_upload"), {"files": [good, SimpleUploadedFile("foto.jpg", b"\xff\xd8\xff")]}
    )
    assert answer.status_code == 422
    assert "foto.jpg: Berkas ini bukan lembar kerja." in text_of(answer)
    assert VisitKit.objects.get().status == "brought_back"


def test_a_second_file_of_a_kit_is_told_what_waits_and_whose_it_is(help_: Help) -> None:
    kit = kit_of(help_.enterprise, help_.companion)
    Filled(kit).answer("workforce", 24).brought_back(help_.companion)
    colleague = colleague_of(help_.companion)
    assign_companion(help_.enterprise, colleague, plut=help_.plut, by=help_.manager)
    client = signed_in(colleague)
    second = Filled(kit).answer("workforce", 31)
    answer = client.post(reverse("kit_upload"), {"files": [second.file("kedua.xlsx")]}, follow=True)
    page = text_of(answer)
    assert f"{kit.number} memuat jawaban lain yang dibawa kembali oleh {help_.companion}" in page
    assert "Salinan lain kit ini" in page
    assert answer.redirect_chain[-1][0] == detail(kit.copies.get())
    again = client.post(reverse("kit_upload"), {"files": [second.file()]})
    assert again["Location"] == detail(kit.copies.get())
    told = client.post("/api/v1/kits/upload/", {"file": Filled(kit).answer("workforce", 35).file()}).json()
    assert (told["kit"]["number"], told["kit"]["copy_of"]) == (f"{kit.number}-3", kit.pk)
    waiting = [(each["brought_by_name"], each["items"][0]["kit"]) for each in told["beside"]]
    assert waiting == [(help_.companion.full_name, "24"), (colleague.full_name, "31")]


def test_what_somebody_typed_is_never_markup(help_: Help) -> None:
    kit = (
        Filled(kit_of(help_.enterprise, help_.companion))
        .answer("legal_form", "<b>x</b>")
        .answer("description", "<script>1</script>")
        .brought_back(help_.companion)
    )
    page = signed_in(help_.companion).get(detail(kit)).content.decode()
    assert "<b>x</b>" not in page
    assert "<script>1</script>" not in page


def test_a_stranger_finds_nothing(help_: Help) -> None:
    kit, stranger = kit_of(help_.enterprise, help_.companion), helped().companion
    client = signed_in(stranger)
    for name in ("kit_detail", "kit_workbook", "kit_paper"):
        assert client.get(reverse(name, args=[kit.pk])).status_code == 404
    assert client.post(reverse("kit_call_back", args=[kit.pk])).status_code == 404
    assert kit.number not in text_of(client.get(reverse("kit_list")))


def test_the_manager_reads_and_calls_back_but_merges_nothing(help_: Help) -> None:
    kit = Filled(kit_of(help_.enterprise, help_.companion)).answer("workforce", 24).brought_back(help_.companion)
    client = signed_in(help_.manager)
    assert kit.number in text_of(client.get(reverse("kit_list")))
    assert client.get(detail(kit)).status_code == 200
    assert client.post(detail(kit), {"do": "merge"}).status_code == 403
    client.post(reverse("kit_call_back", args=[kit.pk]))
    kit.refresh_from_db()
    assert kit.status == "called_back"
    assert client.post(reverse("kit_call_back", args=[kit.pk])).status_code == 409


def test_the_list_asks_as_often_for_three_as_for_one(help_: Help) -> None:
    client, counts = signed_in(help_.companion), []
    for _round in range(2):
        kit_of(another(help_), help_.companion)
        if _round:
            kit_of(another(help_), help_.companion)
        client.get(reverse("kit_list"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("kit_list"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


# -- By API ------------------------------------------------------------------------------------------------------------


def test_by_api_alone(help_: Help) -> None:
    client = signed_in(help_.companion)
    made = client.post("/api/v1/kits/", {"enterprises": [help_.enterprise.pk]}, content_type="application/json")
    assert made.status_code == 201
    [kit] = made.json()
    assert (kit["state"], kit["filled_from"]) == ("handed_out", VisitKit.objects.get().state)
    address = f"/api/v1/kits/{kit['id']}/"
    workbook = client.get(f"{address}workbook/").content
    assert client.get(f"{address}paper/").content.startswith(b"%PDF-")
    save_section(help_.enterprise, "people", {"workforce": 30}, by=help_.owner)
    filled = Filled(workbook).answer("workforce", 24).answer("postal_code", "abc")
    found = client.post("/api/v1/kits/upload/", {"file": filled.file()}).json()
    by_path = {item["path"]: item for item in found["items"]}
    assert (by_path["workforce"]["state"], by_path["workforce"]["now"]) == ("conflict", "30")
    [wrong] = by_path["postal_code"]["wrong"]
    assert wrong["typed"] == "abc"

    refused = client.post(f"{address}merge/", {}, content_type="application/json")
    assert refused.status_code == 422
    assert set(refused.json()["errors"]) == {"workforce", "leave_out"}
    mended = client.post(
        f"{address}cells/", {"cells": [{"cell": wrong["cell"], "text": "57466"}]}, content_type="application/json"
    ).json()
    assert {item["state"] for item in mended["items"]} == {"conflict", "proposed"}
    sent = {"choices": {"workforce": "kit"}, "seen": mended["seen"]}
    late = client.post(f"{address}merge/", {**sent, "seen": found["seen"]}, content_type="application/json")
    assert late.status_code == 409
    first, again = (client.post(f"{address}merge/", sent, content_type="application/json").json() for _time in range(2))
    assert (first["merged_now"], again["merged_now"]) == (True, False)
    assert again["kit"]["state"] == "merged"
    help_.enterprise.refresh_from_db()
    assert (help_.enterprise.workforce, help_.enterprise.postal_code) == (24, "57466")
    assert client.get(f"{address}comparison/").json()["items"] == []


def test_the_api_refuses_what_is_not_ones_own(help_: Help) -> None:
    other = helped()
    client = signed_in(help_.companion)
    refused = client.post("/api/v1/kits/", {"enterprises": [other.enterprise.pk]}, content_type="application/json")
    assert refused.status_code == 422
    kit = kit_of(other.enterprise, other.companion)
    assert client.get(f"/api/v1/kits/{kit.pk}/").status_code == 404
    file = Filled(kit).file()
    assert client.post("/api/v1/kits/upload/", {"file": file}).status_code == 422
    back = Filled(kit).answer("workforce", 20).brought_back(other.companion)
    other.consent()
    merge_kit(back, {}, by=other.companion)
    assert signed_in(help_.owner).get("/api/v1/kits/").status_code == 403


def test_the_business_reads_which_kits_were_made_for_it_and_what_each_changed(help_: Help) -> None:
    owner = signed_in(help_.owner)
    assert "Belum ada kit" in owner.get(reverse("kits_for_me")).content.decode()
    product(help_.enterprise, code="KRP-1", price=15_000)
    filled = Filled(kit_of(help_.enterprise, help_.companion)).answer("workforce", 24).answer("phone", "0812 3456 7890")
    filled.row("sales", 2, year="2024", amount="900 juta").row("products", 1, price="16.000")
    kit = filled.brought_back(help_.companion)
    waiting = owner.get(reverse("kits_for_me")).content.decode()
    assert kit.number in waiting
    assert "Isinya belum disimpan" in waiting
    assert "0812 3456 7890" not in waiting
    merge_kit(kit, {"phone": "now"}, by=help_.companion)
    page = owner.get(reverse("kits_for_me")).content.decode()
    told = page.partition("Yang diubah")[2]
    for text in ("Penjualan per tahun: 2024", "KRP-1: Harga per satuan (Rp)"):
        assert text in told.partition("Yang tetap")[0], text
    assert "Telepon" in told.partition("Yang tetap")[2]
    assert reverse("consent_detail", args=[VisitKit.objects.get().outcome["consent"]]) in page
    assert reverse("kits_for_me") in owner.get(reverse("dossier")).content.decode()
    assert reverse("kits_for_me") in owner.get(reverse("consent_list")).content.decode()
    [shown] = owner.get("/api/v1/kits/for-me/").json()["results"]
    assert (shown["number"], shown["status"], len(shown["changed"]), len(shown["left"])) == (kit.number, "merged", 3, 1)


def test_the_page_of_kits_is_a_businesss_own(help_: Help) -> None:
    kit = kit_of(help_.enterprise, help_.companion)
    stranger = signed_in(person(Role.OWNER))
    assert kit.number not in stranger.get(reverse("kits_for_me"), follow=True).content.decode()
    other = helped()
    assert kit.number not in signed_in(other.owner).get(reverse("kits_for_me")).content.decode()
    assert signed_in(help_.companion).get(reverse("kits_for_me")).status_code == 403


def test_the_page_of_kits_asks_as_much_for_three_as_for_one(help_: Help) -> None:
    asked = []
    for number in (1, 2):
        for _each in range(number):
            call_back_kit(kit_of(help_.enterprise, help_.companion), by=help_.companion)
        client = signed_in(help_.owner)
        client.get(reverse("kits_for_me"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("kits_for_me"))
        asked.append(len(queries))
    assert asked[0] == asked[1]
