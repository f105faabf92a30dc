"""The certificate for others: a sheet with a code, and a statement that is checked without asking the portal."""

from __future__ import annotations

import base64
import datetime as dt
import json
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.test import Client
from django.utils import timezone

from curation.models import Application, Curation
from curation.services.certificate import revoke_curation
from curation.services.certificate_pdf import printed
from portal.models import User
from tests.curation.test_curation_api import Api
from tests.curation.test_review_pages import acting, ranked
from tests.factories.curation import officer
from tests.factories.products import seller
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
ANOTHER = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture
def by() -> User:
    return officer()


@pytest.fixture
def made(by: User) -> Application:
    return ranked(by, 20)[0]


def bytes_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def checked(signed: dict[str, str], keys: dict[str, Any]) -> dict[str, Any]:
    """As docs/api.md tells others to do it. Raises InvalidSignature."""
    header = json.loads(bytes_of(signed["protected"]))
    assert header["alg"] == "EdDSA"
    key = next(key for key in keys["keys"] if key["kid"] == header["kid"])
    message = f"{signed['protected']}.{signed['payload']}".encode()
    Ed25519PublicKey.from_public_bytes(bytes_of(key["x"])).verify(bytes_of(signed["signature"]), message)
    return json.loads(bytes_of(signed["payload"]))


def signed(curation: Curation) -> dict[str, str]:
    return Client().get(f"/api/v1/curations/verify/{curation.token}/signed/").json()


def keys() -> dict[str, Any]:
    answer = Client().get("/.well-known/mitrapasok-certificate-keys.json")
    assert answer["Content-Type"] == "application/jwk-set+json"
    return answer.json()


def test_a_stranger_checks_it_with_the_published_key_alone(made: Application) -> None:
    curation = Curation.objects.get()
    said = checked(signed(curation), keys())
    assert (said["code"], said["enterprise"], said["status"]) == (str(curation.token), made.enterprise.name, "valid")
    assert said["check_at"].endswith(f"/verify/{curation.token}/")
    # RFC 8032, 7.1, test 1: the public key of the secret that the tests sign with.
    assert bytes_of(keys()["keys"][0]["x"]).hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"


def test_one_letter_changed_is_found(made: Application) -> None:
    statement = signed(Curation.objects.get())
    said = json.loads(bytes_of(statement["payload"]))
    said["enterprise"] = "PT Lain"
    forged = base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()
    with pytest.raises(InvalidSignature):
        checked({**statement, "payload": forged}, keys())


def test_what_an_earlier_key_signed_can_still_be_checked(made: Application, settings: Any) -> None:
    before = signed(Curation.objects.get())
    settings.CERTIFICATE_KEYS = [ANOTHER, *settings.CERTIFICATE_KEYS]
    assert checked(before, keys())["status"] == "valid"
    after = signed(Curation.objects.get())
    assert after["protected"] != before["protected"]
    assert checked(after, keys())["status"] == "valid"


def test_without_a_key_it_says_so(made: Application, settings: Any) -> None:
    settings.CERTIFICATE_KEYS = []
    answer = Client().get(f"/api/v1/curations/verify/{Curation.objects.get().token}/signed/")
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:mitrapasok:problem:no_signing_key")
    assert keys() == {"keys": []}


def test_a_revoked_or_expired_mark_says_so_everywhere(made: Application, by: User) -> None:
    curation = Curation.objects.get()
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    Curation.objects.update(valid_from=yesterday, valid_until=yesterday)
    assert checked(signed(curation), keys())["status"] == "expired"
    revoke_curation(curation, reason="SNI dicabut.", by=by)
    said = checked(signed(curation), keys())
    assert (said["status"], said["revoked_reason"]) == ("revoked", "SNI dicabut.")
    api = Api().get(f"curations/verify/{curation.token}/").json()
    assert (api["standing"], api["valid"], api["revoked_reason"]) == ("revoked", False, "SNI dicabut.")
    sheet = printed(Curation.objects.with_names().get())
    assert (sheet["state"], sheet["reason"]) == ("revoked", "SNI dicabut.")
    assert sheet["state_words"].startswith("Dicabut pada")


def test_the_sheet_is_a_pdf_for_its_owner_its_buyer_and_nobody_else(made: Application, by: User) -> None:
    url = f"/applications/{made.pk}/certificate/pdf/"
    token = Curation.objects.get().token
    for user in (acting(made), by):
        answer = signed_in(user).get(url)
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content[:5] == b"%PDF-"
        assert Api(user).get(f"curations/{token}/pdf/").content[:5] == b"%PDF-"
    assert signed_in(seller()).get(url).status_code == 404
    assert Api(officer()).get(f"curations/{token}/pdf/").status_code == 404


def test_a_name_full_of_markup_is_printed_as_it_is(made: Application) -> None:
    made.enterprise.organisation.name = '#panic() *tebal* "kutip" \\ $x$'
    made.enterprise.organisation.save(update_fields=["name"])
    assert signed_in(acting(made)).get(f"/applications/{made.pk}/certificate/pdf/").content[:5] == b"%PDF-"
