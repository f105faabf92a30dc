"""Photos of a product, as portal.uploads.images makes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max

from portal import audit
from portal.models import Photo, Product, User
from portal.uploads.images import Photograph, read_photo
from portal.uploads.refusals import Refused

MOST_PHOTOS = 10


@dataclass
class Added:
    """What became of the files: a bad one doesn't cost the others, for they may have come a long way."""

    photos: list[Photo] = field(default_factory=list)
    already_there: list[tuple[str, Photo]] = field(default_factory=list)
    refused: list[tuple[str, Refused]] = field(default_factory=list)
    too_many: list[str] = field(default_factory=list)


def add_photos(product: Product, files: Iterable[UploadedFile], *, by: User, caption: str = "") -> Added:
    added = Added()
    _permit(by, product)
    for file in files:
        try:
            photograph = read_photo(file, file.size)
        except Refused as refused:
            added.refused.append((file.name, refused))
            continue
        _add(product, photograph, file.name, by, caption, added)
    return added


@transaction.atomic
def _add(product: Product, photograph: Photograph, name: str, by: User, caption: str, added: Added) -> None:
    Product.objects.select_for_update(no_key=True, of=("self",)).get(pk=product.pk)
    same = product.photos.filter(sha256=photograph.sha256).first()
    if same is not None:
        added.already_there.append((name, same))
        return
    if product.photos.count() >= MOST_PHOTOS:
        added.too_many.append(name)
        return
    last = product.photos.aggregate(last=Max("position"))["last"]
    photo = Photo(
        product=product,
        width=photograph.width,
        height=photograph.height,
        sha256=photograph.sha256,
        caption=caption,
        position=0 if last is None else last + 1,
    )
    photo.file.save("photo.webp", ContentFile(photograph.webp), save=False)
    photo.thumbnail.save("photo.webp", ContentFile(photograph.thumbnail), save=False)
    photo.save()
    audit.record(product, "add_photo", by=by, payload={"photo": photo.pk, "sha256": photo.sha256})
    added.photos.append(photo)


@transaction.atomic
def remove_photo(photo: Photo, *, by: User) -> None:
    _permit(by, photo.product)
    audit.record(photo.product, "remove_photo", by=by, payload={"photo": photo.pk, "sha256": photo.sha256})
    files = [photo.file, photo.thumbnail]
    photo.delete()
    # After the commit: a rollback must not leave a photo without its files.
    for each in files:
        transaction.on_commit(partial(each.storage.delete, str(each.name)))


@transaction.atomic
def put_first(photo: Photo, *, by: User) -> None:
    """The first photo is the one that lists show."""
    _permit(by, photo.product)
    others = list(photo.product.photos.select_for_update().exclude(pk=photo.pk))
    for position, each in enumerate([photo, *others]):
        each.position = position
    Photo.objects.bulk_update([photo, *others], ["position"])
    audit.record(photo.product, "put_photo_first", by=by, payload={"photo": photo.pk})


def _permit(by: User, product: Product) -> None:
    if not by.has_perm("portal.edit_products", product.enterprise):
        raise PermissionDenied
