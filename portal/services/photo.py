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
        if _is_full(product):
            # Not even looked at: three hundred at once would be minutes of work for nothing.
            added.too_many.append(file.name)
            continue
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
    if _is_full(product):
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
def change_photo(photo: Photo, *, by: User, caption: str | None = None, position: int | None = None) -> None:
    """What it shows, and its place among the others, from 0; what is None stays."""
    _permit(by, photo.product)
    Product.objects.select_for_update(no_key=True, of=("self",)).get(pk=photo.product_id)
    photo.refresh_from_db()
    if caption is not None and caption != photo.caption:
        photo.caption = caption
        photo.full_clean(exclude=["file", "thumbnail"])
        photo.save(update_fields=["caption"])
        audit.record(photo.product, "caption_photo", by=by, payload={"photo": photo.pk, "caption": caption})
    photos = list(photo.product.photos.all())
    if position is not None and photos.index(photo) != position:
        photos.remove(photo)
        photos.insert(position, photo)
        for place, each in enumerate(photos):
            each.position = place
        Photo.objects.bulk_update(photos, ["position"])
        audit.record(photo.product, "move_photo", by=by, payload={"photo": photo.pk, "position": photos.index(photo)})


@transaction.atomic
def put_first(photo: Photo, *, by: User) -> None:
    """The first photo is the one that lists show."""
    _permit(by, photo.product)
    others = list(photo.product.photos.select_for_update().exclude(pk=photo.pk))
    for position, each in enumerate([photo, *others]):
        each.position = position
    Photo.objects.bulk_update([photo, *others], ["position"])
    audit.record(photo.product, "put_photo_first", by=by, payload={"photo": photo.pk})


def _is_full(product: Product) -> bool:
    """Asked of the database: whoever calls may have fetched the photos beforehand."""
    return Photo.objects.filter(product=product).count() >= MOST_PHOTOS


def _permit(by: User, product: Product) -> None:
    if not by.has_perm("portal.edit_products", product.enterprise):
        raise PermissionDenied
