"""Products, their photos and papers, and the people who sell them."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import factory
from django.core.files.uploadedfile import SimpleUploadedFile
from factory.django import DjangoModelFactory
from PIL import Image

from portal.enums import DocumentKind, Unit
from portal.models import Document, HsCode, KbliClass, Product, User
from tests.factories.enterprises import enterprise, owner_of

# Crackers and chips, in the edition in force.
KBLI_EDITION, KBLI_CODE = 2025, "10794"
HS_CODE = "73181510"


class ProductFactory(DjangoModelFactory[Product]):
    class Meta:
        model = Product

    enterprise = factory.LazyFunction(enterprise)
    code = factory.Sequence(lambda n: f"P-{n:04d}")
    name = factory.Sequence(lambda n: f"Keripik singkong {n}")
    kbli = factory.LazyFunction(lambda: kbli_class())
    unit = Unit.PACK
    price = 15_000
    monthly_capacity = Decimal(2000)
    minimum_order = Decimal(100)
    lead_time_days = 7


class DocumentFactory(DjangoModelFactory[Document]):
    class Meta:
        model = Document

    enterprise = factory.LazyFunction(enterprise)
    kind = DocumentKind.HALAL
    number = factory.Sequence(lambda n: f"ID3311000{n:07d}")
    issuer = "BPJPH"


def kbli_class(code: str = KBLI_CODE, edition: int = KBLI_EDITION) -> KbliClass:
    return KbliClass.objects.get(edition=edition, code=code)


def hs_code(code: str = HS_CODE) -> HsCode:
    return HsCode.objects.get(code=code)


def seller(**fields: Any) -> User:
    """The owner of a verified enterprise, acting for it: `user.organisation.enterprise`."""
    return owner_of(enterprise(**fields))


def picture(kind: str = "JPEG", size: tuple[int, int] = (640, 480), colour: str = "#0b5563", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **options)
    return out.getvalue()


def photo_file(name: str = "keripik.jpg", content: bytes | None = None, **options: Any) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture(**options) if content is None else content, "image/jpeg")
