"""Photos: what is taken, what is made of them, who sees them."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from portal.models import AuditEntry, Photo, Product
from portal.services.photo import MOST_PHOTOS
from tests.factories.products import ProductFactory, photo_file, picture, seller
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def product() -> Product:
    return ProductFactory(enterprise=seller().organisation.enterprise)


def owner(product: Product) -> Client:
    user = product.enterprise.organisation.memberships.get().user
    return signed_in(user.act_as(user.memberships.get()))


def send(product: Product, *files: Any, **fields: Any) -> Any:
    return owner(product).post(reverse("product_photos", args=[product.pk]), {"photos": list(files), **fields})


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_becomes_webp_with_a_thumbnail_and_nothing_else(product: Product, kind: str) -> None:
    assert send(product, photo_file(kind=kind, size=(4000, 3000)), caption="Kemasan").status_code == 302
    photo = product.photos.get()
    large, small = Image.open(photo.file), Image.open(photo.thumbnail)
    assert (large.format, large.size, small.format, small.size) == ("WEBP", (1600, 1200), "WEBP", (320, 240))
    assert (photo.width, photo.height, photo.caption) == (1600, 1200, "Kemasan")
    assert "keripik" not in photo.file.name
    assert AuditEntry.objects.filter(action="add_photo").count() == 1


def test_where_and_when_it_was_taken_is_not_kept_and_it_stands_upright(product: Product) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010E] = "Rumah Ibu Sari"
    exif.get_ifd(0x8825)[1] = "S"
    out = io.BytesIO()
    Image.new("RGB", (800, 600), "red").save(out, "JPEG", exif=exif, comment=b"Rumah Ibu Sari")
    send(product, photo_file(content=out.getvalue()))
    photo = product.photos.get()
    kept = Image.open(photo.file)
    assert kept.size == (600, 800)
    assert not kept.getexif()
    assert b"Rumah" not in photo.file.open().read()


def test_a_30_mb_photo_is_refused_with_its_size_and_the_caption_kept(product: Product) -> None:
    big = SimpleUploadedFile("besar.jpg", picture() + b"\0" * (30 * 1024 * 1024), "image/jpeg")
    response = send(product, big, caption="Keripik dalam kemasan")
    assert response.status_code == 422
    assert response.context["form"].errors["photos"] == [
        "besar.jpg: Berkas 31 MB terlalu besar. Paling besar 5 MB. Foto dapat diperkecil otomatis bila JavaScript aktif."
    ]
    assert "Keripik dalam kemasan" in response.content.decode()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"Ini bukan foto, hanya teks.", "bukan foto"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "bukan foto"),
        (b"GIF89a" + b"\0" * 200, "bukan foto"),
        (b"%PDF-1.4 ...", "bukan foto"),
        (b"", "kosong"),
        (picture()[:900], "tidak lengkap"),
        (picture(kind="PNG")[:60], "tidak lengkap"),
        (b"\xff\xd8\xff" + b"\0" * 5000, "tidak lengkap"),
        (picture(size=(8, 8)), "terlalu kecil"),
    ],
    ids=["text", "svg", "gif", "pdf", "empty", "cut jpeg", "cut png", "head only", "tiny"],
)
def test_what_is_no_photo_is_refused_at_the_field(product: Product, content: bytes, why: str) -> None:
    response = send(product, SimpleUploadedFile("foto.jpg", content, "image/jpeg"), caption="Tetap ada")
    assert response.status_code == 422
    assert why in str(response.context["form"].errors["photos"])
    assert "Tetap ada" in response.content.decode()
    assert not Photo.objects.exists()


def test_good_photos_are_kept_when_others_are_not(product: Product) -> None:
    response = send(product, photo_file(), SimpleUploadedFile("catatan.jpg", b"teks", "image/jpeg"))
    assert response.status_code == 422
    assert "catatan.jpg" in str(response.context["form"].errors["photos"])
    assert "1 foto ditambahkan" in response.content.decode()
    assert product.photos.count() == 1


def test_the_same_photo_again_is_not_added_twice(product: Product) -> None:
    send(product, photo_file())
    response = owner(product).post(
        reverse("product_photos", args=[product.pk]), {"photos": [photo_file("lain.jpg")]}, follow=True
    )
    assert "“lain.jpg” sudah ada" in response.content.decode()
    assert product.photos.count() == 1


def test_a_product_has_so_many_photos_at_most(product: Product) -> None:
    files = [photo_file(f"{n}.jpg", size=(100 + n, 100)) for n in range(MOST_PHOTOS + 1)]
    response = send(product, *files)
    assert response.status_code == 422
    assert product.photos.count() == MOST_PHOTOS


def three_hundred() -> list[Any]:
    return [photo_file(f"foto-{n:03d}.jpg", size=(100 + n, 64)) for n in range(300)]


def test_of_three_hundred_photos_at_once_ten_are_kept_and_one_sentence_tells_of_the_others(product: Product) -> None:
    response = send(product, *three_hundred(), caption="Keripik dalam kemasan")
    page = response.content.decode()
    assert response.status_code == 422
    assert product.photos.count() == MOST_PHOTOS
    assert "10 foto ditambahkan" in page
    errors = response.context["form"].errors["photos"]
    assert len(errors) == 1
    assert errors[0].startswith("290 foto tidak ditambahkan")
    assert "foto-010.jpg" in errors[0]
    assert "foto-299" not in errors[0]
    assert "Keripik dalam kemasan" in page


def test_three_hundred_files_that_are_no_photos_are_told_in_a_few_lines(product: Product) -> None:
    files = [SimpleUploadedFile(f"{n}.jpg", b"teks", "image/jpeg") for n in range(300)]
    errors = send(product, *files).context["form"].errors["photos"]
    assert len(errors) == 6
    assert errors[-1].startswith("295 berkas lain")


def test_by_api_each_of_three_hundred_photos_is_accounted_for(product: Product) -> None:
    client, address = owner(product), f"/api/v1/products/{product.pk}/photos/batch/"
    answer = client.post(address, {"files": [SimpleUploadedFile("a.jpg", b"teks"), *three_hundred()]})
    assert answer.status_code == 201
    told = answer.json()
    assert [photo["position"] for photo in told["added"]] == list(range(MOST_PHOTOS))
    assert [(each["file"], each["code"]) for each in told["refused"]] == [("a.jpg", "not_a_photo")]
    assert len(told["too_many"]) == 290
    product.photos.all()[9].delete()
    again = client.post(address, {"files": [photo_file("foto-000.jpg", size=(100, 64))]})
    assert (again.status_code, len(again.json()["already_there"])) == (200, 1)
    assert client.post(address, {}).status_code == 422
    assert signed_in(seller()).post(address, {"files": [photo_file()]}).status_code == 404


def test_words_and_order_of_photos_are_changed(product: Product) -> None:
    send(product, photo_file("a.jpg"), photo_file("b.jpg", colour="red"), photo_file("c.jpg", colour="blue"))
    one, two, three = product.photos.all()
    client = owner(product)
    address = reverse("photo_edit", args=[three.pk])
    assert client.post(address, {"caption": "Gudang", "position": "0"}).status_code == 302
    assert list(product.photos.values_list("pk", "caption")) == [(three.pk, "Gudang"), (one.pk, ""), (two.pk, "")]
    wrong = client.post(address, {"caption": "x" * 151, "position": "7"})
    assert (wrong.status_code, set(wrong.context["form"].errors)) == (422, {"caption", "position"})
    assert "x" * 151 in wrong.content.decode()
    by_api = f"/api/v1/products/{product.pk}/photos/{one.pk}/"
    assert client.patch(by_api, {"position": 2}, content_type="application/json").json()["position"] == 2
    assert client.patch(by_api, {"caption": "x" * 151}, content_type="application/json").status_code == 422
    assert list(product.photos.values_list("pk", flat=True)) == [three.pk, two.pk, one.pk]
    actions = AuditEntry.objects.of(product).values_list("action", flat=True)
    assert list(actions)[-3:] == ["caption_photo", "move_photo", "move_photo"]
    assert signed_in(seller()).get(address).status_code == 404


def test_photos_of_public_products_are_public_and_of_others_not(product: Product) -> None:
    send(product, photo_file())
    photo = product.photos.get()
    for name, side in (("photo_thumbnail", 320), ("photo_file", 640)):
        response = Client().get(reverse(name, args=[photo.pk]))
        assert response.status_code == 200
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response["Content-Security-Policy"]
        assert Image.open(io.BytesIO(b"".join(response.streaming_content))).width == side
    Product.objects.update(withdrawn_at=timezone.now())
    address = reverse("photo_file", args=[photo.pk])
    assert Client().get(address).status_code == 404
    assert signed_in(seller()).get(address).status_code == 404
    assert owner(product).get(address).status_code == 200


def test_the_first_photo_can_be_chosen_and_one_removed(product: Product) -> None:
    send(product, photo_file("a.jpg"), photo_file("b.jpg", colour="red"))
    first, second = product.photos.all()
    client = owner(product)
    client.post(reverse("photo_first", args=[second.pk]))
    assert list(product.photos.all()) == [second, first]
    client.post(reverse("photo_remove", args=[first.pk]))
    assert list(product.photos.all()) == [second]
    assert signed_in(seller()).post(reverse("photo_remove", args=[second.pk])).status_code == 404
