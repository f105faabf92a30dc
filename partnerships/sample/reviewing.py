"""What people decide after an official run, so that every state of an application can be seen."""

from __future__ import annotations

from curation.enums import ApplicationStatus as A
from curation.enums import Outcome
from curation.models import Application, Programme, Score
from curation.scoring.explain import Explanation, explain
from curation.services.application import answer_changes, appeal, withdraw_application
from curation.services.programme import archive_programme
from curation.services.review import decide, findings
from portal.enums import SME_ROLES, DocumentKind
from portal.models import User
from portal.sample.people import acting_in
from portal.sample.scans import photo_of_paper
from portal.services.document import add_document

REASONS = {
    Outcome.CURATED: "Contoh barang diperiksa: mutu sesuai, dan kapasitas dapat dinaikkan dalam dua bulan.",
    Outcome.CHANGES_REQUESTED: "Lengkapi bukti pada kriteria di bawah ini, lalu kirim kembali.",
    Outcome.DECLINED: "Belum sesuai kebutuhan putaran ini. Perbaiki hal di bawah ini dan ikut putaran berikutnya.",
}
# In rank order, over and over; None leaves it in review.
DECISIONS = (Outcome.CURATED, Outcome.CHANGES_REQUESTED, None, Outcome.DECLINED, Outcome.CHANGES_REQUESTED, None)
ANSWER = "Sertifikat kami perbarui dan kapasitas dihitung ulang; buktinya ada pada data usaha."
APPEAL = "Kapasitas kami dihitung sebelum tungku kedua berjalan. Mohon dinilai ulang dengan bukti terlampir."


def decide_on(programme: Programme, officer: User, second: User, *, archive: bool) -> None:
    in_review = list(_in(programme, A.IN_REVIEW))
    plan = (
        [Outcome.DECLINED] * len(in_review)
        if archive
        else [DECISIONS[n % len(DECISIONS)] for n in range(len(in_review))]
    )
    for application, outcome in zip(in_review, plan, strict=True):
        if outcome is not None:
            decide_usually(application, outcome, officer)
    if archive:
        archive_programme(programme, by=officer)
        return
    for application in _in(programme, A.CHANGES_REQUESTED)[1:2]:
        answer_changes(application, text=ANSWER, by=owner_of(application))
    declined = [each for each in _in(programme, A.DECLINED) if each.can_be_appealed]
    for place, application in enumerate(declined[:3]):
        owner = owner_of(application)
        paper = add_document(
            application.enterprise,
            by=owner,
            kind=DocumentKind.OTHER,
            number="Surat pesanan, contoh",
            file=photo_of_paper([application.enterprise.name, "Surat pesanan tahun lalu"]),
        )
        appeal(application, text=APPEAL, papers=[paper], by=owner)
        # The first awaits its answer; of the others one is kept as it was, and one was right.
        if place:
            decide_usually(application, Outcome.DECLINED if place == 1 else Outcome.CURATED, second)
    for application in [*_in(programme, A.WAITLISTED)[-1:], *_in(programme, A.IN_REVIEW)[-1:]][:1]:
        withdraw_application(application, by=owner_of(application))


def decide_usually(application: Application, outcome: Outcome, by: User) -> None:
    explanation, score = _explained(application)
    chosen = explanation.unmet[:2] if explanation else []
    told = () if outcome == Outcome.CURATED else findings(explanation, outcome, chosen)
    decide(application, outcome, by=by, reason=REASONS[outcome], findings=told, score=score)


def _explained(application: Application) -> tuple[Explanation | None, Score | None]:
    score = application.scores.order_by("-scored_at", "-pk").first()
    return (explain(score), score) if score else (None, None)


def _in(programme: Programme, status: A) -> list[Application]:
    found = programme.applications.filter(status=status).select_related("programme__buyer", "enterprise__organisation")
    return list(found.order_by("pk"))


def owner_of(application: Application) -> User:
    return acting_in(application.enterprise.organisation, *SME_ROLES)
