"""What is refused comes back as the same page with 422 and what was typed; what came too late says so with 409."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from curation.enums import ApplicationStatus as A
from curation.enums import ProgrammeStatus
from curation.models import Application, CriteriaSet, Criterion, Programme
from curation.services import criteria as criteria_service
from curation.services.programme import publish_programme
from portal.models import User
from tests.curation.test_application_pages import ask_changes, in_review, owner
from tests.curation.test_programme_pages import round_data
from tests.curation.test_review_pages import acting, address, ranked
from tests.factories.curation import (
    criteria_set,
    criterion,
    draft_application,
    draft_programme,
    need,
    officer,
    product,
    programme,
)
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
YESTERDAY, TOMORROW = timezone.localdate() - dt.timedelta(days=1), timezone.localdate() + dt.timedelta(days=1)


def text_of(answer: object) -> str:
    return answer.content.decode()


def drafted(user: User, *lines: dict, **fields: object) -> tuple[Programme, CriteriaSet]:
    subject = draft_programme(by=user)
    given = {"lines": lines} if lines else {}
    return subject, criteria_set(subject, publish=False, **given, **fields)


def publish(subject: Programme, user: User) -> None:
    """In the other tab."""
    publish_programme(subject, by=user)


class TestRefused:
    @pytest.mark.parametrize(
        "times",
        [{"status": ProgrammeStatus.CLOSED}, {"closes_at": timezone.now() - dt.timedelta(days=1)}],
        ids=["closed", "over"],
    )
    def test_applying_to_a_closed_programme(self, times: dict) -> None:
        subject, user = programme(**times), owner()
        offered = product(user.organisation.enterprise)
        answer = signed_in(user).post(f"/opportunities/{subject.pk}/apply/", {"product": offered.pk})
        assert answer.status_code == 422
        assert "Program ini tidak sedang dibuka." in text_of(answer)
        assert answer.context["form"]["product"].value() == str(offered.pk)

    def test_sending_to_a_programme_that_has_closed(self) -> None:
        user = owner()
        offered = product(user.organisation.enterprise)
        subject = programme()
        made = draft_application(subject, user.organisation.enterprise, product=offered)
        Programme.objects.filter(pk=subject.pk).update(closes_at=timezone.now())
        answer = signed_in(user).post(f"/applications/{made.pk}/check/")
        assert answer.status_code == 422
        assert "Program ini tidak sedang dibuka." in text_of(answer)

    def test_an_answer_after_its_term(self) -> None:
        buyer = officer()
        made = in_review(buyer)
        ask_changes(made, buyer)
        Application.objects.filter(pk=made.pk).update(answer_by=YESTERDAY)
        answer = signed_in(acting(made)).post(f"/applications/{made.pk}/answer/", {"text": "Uji tarik terlampir."})
        assert answer.status_code == 422
        assert "Uji tarik terlampir." in text_of(answer)

    def test_an_answer_in_a_second_tab(self) -> None:
        buyer = officer()
        made = in_review(buyer)
        ask_changes(made, buyer)
        client = signed_in(acting(made))
        client.post(f"/applications/{made.pk}/answer/", {"text": "Uji tarik terlampir."})
        answer = client.post(f"/applications/{made.pk}/answer/", {"text": "Dan uji kekerasan."})
        assert answer.status_code == 422
        assert "Dan uji kekerasan." in text_of(answer)

    def test_an_appeal_after_its_term(self) -> None:
        user = officer()
        (made,) = ranked(user, 0)
        Application.objects.filter(pk=made.pk).update(decided_at=timezone.now() - dt.timedelta(days=99))
        answer = signed_in(acting(made)).post(f"/applications/{made.pk}/appeal/", {"text": "Ada yang terlewat."})
        assert answer.status_code == 422
        assert "Ada yang terlewat." in text_of(answer)

    @pytest.mark.parametrize(
        ("lines", "said"),
        [
            ([criterion("workforce", "linear", "99.99", zero_at="0", full_at="20")], "Jumlah bobot 99,99"),
            (
                [criterion("workforce", "steps", 100, steps=[{"at_least": "0", "share": "50"}])],
                "Ambang 75",
            ),
            ([], "Tambahkan paling sedikit satu kriteria"),
        ],
        ids=["weights", "threshold", "none"],
    )
    def test_publishing_criteria_that_do_not_hold(self, lines: list[dict], said: str) -> None:
        user = officer()
        subject = draft_programme(by=user)
        criteria_set(subject, lines, publish=False)
        answer = signed_in(user).post(f"/desk/programmes/{subject.pk}/publish/")
        assert answer.status_code == 422
        assert text_of(answer).count(said) == 1
        assert "<title>Kesalahan:" in text_of(answer)
        subject.refresh_from_db()
        assert subject.status == ProgrammeStatus.DRAFT

    def test_publishing_a_next_version_that_does_not_hold(self) -> None:
        user = officer()
        subject = programme(by=user)
        draft = criteria_service.begin_next_version(subject, by=user)
        Criterion.objects.filter(criteria_set=draft, feature="workforce").update(weight=1)
        answer = signed_in(user).post(f"/desk/programmes/{subject.pk}/criteria/publish/")
        assert answer.status_code == 422
        assert "Jumlah bobot 41" in text_of(answer)
        assert subject.criteria.version == 1

    def test_publishing_a_need_whose_delivery_is_over(self) -> None:
        user = officer()
        wanted = need(by=user, published_at=None, deliver_from=YESTERDAY, deliver_until=YESTERDAY)
        answer = signed_in(user).post(f"/desk/needs/{wanted.pk}/publish/")
        assert answer.status_code == 422
        assert "Masa pengiriman sudah lewat" in text_of(answer)

    def test_withdrawing_a_need_of_an_open_programme(self) -> None:
        user = officer()
        wanted = need(by=user)
        programme(by=user, needs=[wanted])
        assert signed_in(user).post(f"/desk/needs/{wanted.pk}/withdraw/").status_code == 422

    def test_changing_a_programme_that_was_published_meanwhile(self) -> None:
        user = officer()
        wanted = need(by=user)
        subject = programme(by=user, needs=[wanted])
        data = round_data(wanted, name="Nama yang lebih panjang")
        answer = signed_in(user).post(f"/desk/programmes/{subject.pk}/edit/", data)
        assert answer.status_code == 422
        assert "Nama yang lebih panjang" in text_of(answer)
        assert "tidak berubah lagi" in text_of(answer)

    def test_a_template_for_criteria_that_stand_already(self) -> None:
        user = officer()
        subject, _draft = drafted(user)
        url = f"/desk/programmes/{subject.pk}/criteria/template/"
        assert signed_in(user).post(url, {"template": "metal_casting"}).status_code == 422
        assert signed_in(user).post(url, {"template": "nonsense"}).status_code == 422

    def test_revoking_twice(self) -> None:
        user = officer()
        (made,) = ranked(user, 20)
        client, url = signed_in(user), f"/desk/curations/{made.curation.pk}/revoke/"
        assert client.post(url, {"reason": "Sertifikat dicabut."}).status_code == 302
        again = client.post(url, {"reason": "Alasan kedua."})
        assert again.status_code == 422
        assert "Alasan kedua." in text_of(again)


class TestTooLate:
    """The second tab sends when the first has moved on."""

    @pytest.fixture
    def user(self) -> User:
        return officer()

    @pytest.fixture
    def client(self, user: User) -> Client:
        return signed_in(user)

    def test_weights_of_a_version_published_meanwhile(self, user: User, client: Client) -> None:
        subject, draft = drafted(user)
        first, second = draft.criteria.exclude(shape="gate")
        data = {"threshold": "71,5", "review_floor": "50", f"weight_{first.pk}": "55", f"weight_{second.pk}": "45"}
        publish(subject, user)
        answer = client.post(f"/desk/programmes/{subject.pk}/criteria/", data)
        assert answer.status_code == 409
        assert "71,5" in text_of(answer)
        assert first.label in text_of(answer)
        assert client.get(f"/desk/programmes/{subject.pk}/criteria/").status_code == 404

    @pytest.mark.parametrize("where", ["add/workforce/linear/", "{pk}/"])
    def test_a_criterion_of_a_version_published_meanwhile(self, user: User, client: Client, where: str) -> None:
        subject, draft = drafted(user)
        pk = draft.criteria.get(feature="workforce").pk
        publish(subject, user)
        data = {"label_id": "Pekerja tetap", "feedback_id": "Tambah.", "weight": "10", "zero_at": "0", "full_at": "9"}
        answer = client.post(f"/desk/programmes/{subject.pk}/criteria/{where.format(pk=pk)}", data)
        assert answer.status_code == 409
        assert "Pekerja tetap" in text_of(answer)

    def test_a_criterion_that_was_removed_meanwhile(self, user: User, client: Client) -> None:
        subject, draft = drafted(user)
        url = f"/desk/programmes/{subject.pk}/criteria/{draft.criteria.get(feature='workforce').pk}/"
        client.post(f"{url}remove/")
        answer = client.post(url, {"label_id": "Pekerja tetap", "feedback_id": "Tambah.", "weight": "10"})
        assert answer.status_code == 409
        assert "Pekerja tetap" in text_of(answer)
        assert client.get(url).status_code == 404

    @pytest.mark.parametrize("where", ["template/", "{pk}/remove/"])
    def test_a_button_of_a_version_published_meanwhile(self, user: User, client: Client, where: str) -> None:
        subject, draft = drafted(user)
        pk = draft.criteria.get(feature="workforce").pk
        publish(subject, user)
        url = f"/desk/programmes/{subject.pk}/criteria/{where.format(pk=pk)}"
        assert client.post(url, {"template": "metal_casting"}).status_code == 409

    def test_a_decision_that_a_colleague_has_made(self, user: User, client: Client) -> None:
        (made,) = ranked(user, 10)
        signed_in(officer(user.organisation)).post(address(made), {"outcome": "curated", "reason": "Baik."})
        answer = client.post(address(made), {"outcome": "curated", "reason": "Mesinnya cukup untuk dua pesanan."})
        assert answer.status_code == 409
        assert "Mesinnya cukup untuk dua pesanan." in text_of(answer)
        made.refresh_from_db()
        assert made.status == A.CURATED
