"""What people asked about their own data, in every state a desk shows: a copy that can be fetched, corrections open, done and
answered without a change, one taken back, and one that is late."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from portal.enums import EnterpriseStatus, Role
from portal.models import DataRequest, Membership, User
from portal.sample.enterprises import Made
from portal.services.data_request import ask_for_copy, ask_for_correction, carry_out, decline, withdraw


def add_data_requests(made: list[Made], checker: User) -> None:
    owners = [_acting(each) for each in made if each.enterprise.status == EnterpriseStatus.VERIFIED][:5]
    first, second, third, fourth, fifth = owners
    ask_for_copy(first, with_business=True, by=first)
    ask_for_correction(
        first, about="document", explanation="Tanggal berlaku sertifikat tertulis 2025, di kertasnya 2027.", by=first
    )
    late = ask_for_correction(
        second,
        about="name",
        wanted=f"{second.organisation} Sejahtera",
        explanation="Nama berubah menurut akta perubahan.",
        by=second,
    )
    DataRequest.objects.filter(pk=late.pk).update(
        received_at=timezone.now() - dt.timedelta(days=6), due_on=timezone.localdate() - dt.timedelta(days=3)
    )
    done = ask_for_correction(third, about="other", explanation="Catatan kunjungan menyebut desa yang salah.", by=third)
    carry_out(done, "Pendamping sudah mencatat kunjungan baru dengan desa yang benar.", by=checker)
    declined = ask_for_correction(fourth, about="document", explanation="Nomor SNI kurang satu angka.", by=fourth)
    decline(declined, "Nomor pada berkas sudah sama dengan yang tertulis. Unggah berkas baru bila berbeda.", by=checker)
    withdraw(
        ask_for_correction(fifth, about="account", explanation="Nama saya salah eja.", by=fifth),
        by=fifth,
    )


def _acting(each: Made) -> User:
    own = Membership.objects.active().filter(organisation=each.enterprise.organisation, role=Role.OWNER)
    membership = own.select_related("user", "organisation").order_by("pk")[0]
    return membership.user.act_as(membership)
