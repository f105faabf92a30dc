"""Criteria to start from, for trades that buyers often ask for. Data: an officer changes what does not fit.

A line is one criterion in both languages; a template picks lines and gives them weights that add up to 100.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from curation.enums import Shape


def _line(
    feature: str, shape: Shape, parameters: dict[str, Any], label: tuple[str, str], feedback: tuple[str, str]
) -> dict[str, Any]:
    return {
        "feature": feature,
        "shape": shape,
        "parameters": parameters,
        "label_id": label[0],
        "label_en": label[1],
        "feedback_id": feedback[0],
        "feedback_en": feedback[1],
    }


def _paper(feature: str, name: tuple[str, str]) -> dict[str, Any]:
    return _line(
        feature,
        Shape.VALID_ON,
        {"days": 30},
        (capfirst(name[0]), capfirst(name[1])),
        (
            f"Lampirkan {name[0]} yang masih berlaku setidaknya 30 hari.",
            f"Attach a {name[1]} that is valid for at least another 30 days.",
        ),
    )


def _gate(line: dict[str, Any], parameters: dict[str, Any]) -> dict[str, Any]:
    return {**line, "shape": Shape.GATE, "parameters": parameters}


SNI = _paper("sni", ("sertifikat SNI", "SNI certificate"))
HALAL = _paper("halal", ("sertifikat halal", "halal certificate"))
BPOM = _paper("bpom", ("izin edar BPOM", "BPOM registration"))
PIRT = _paper("pirt", ("nomor P-IRT", "P-IRT registration"))
ISO_9001 = _paper("iso_9001", ("sertifikat ISO 9001", "ISO 9001 certificate"))
LAB_TEST = _paper("lab_test", ("hasil uji laboratorium", "laboratory test result"))

NIB = _line(
    "nib",
    Shape.GATE,
    {"test": "is_true"},
    ("NIB", "NIB"),
    ("Isi nomor induk berusaha (NIB) Anda.", "Enter your business identification number (NIB)."),
)
NPWP = _line(
    "npwp",
    Shape.GATE,
    {"test": "is_true"},
    ("NPWP", "NPWP"),
    ("Isi NPWP usaha Anda.", "Enter the NPWP of your business."),
)
FIT = _line(
    "kbli_fit",
    Shape.GATE,
    {"test": "at_least", "value": "3"},
    ("Bidang usaha sesuai", "Activity fits"),
    (
        "Kegiatan usaha (KBLI) Anda belum sesuai dengan kebutuhan ini. Tambahkan bila memang Anda jalankan.",
        "Your business activities (KBLI) do not fit this need yet. Add the activity if you carry it out.",
    ),
)
CAPACITY = _line(
    "monthly_capacity",
    Shape.RATIO,
    {"full_at": "100"},
    ("Kapasitas per bulan", "Capacity per month"),
    (
        "Kapasitas Anda di bawah kebutuhan. Pertimbangkan konsorsium dengan usaha lain.",
        "Your capacity is below the need. Consider a consortium with other businesses.",
    ),
)
PRICE = _line(
    "price_share",
    Shape.LINEAR,
    {"zero_at": "110", "full_at": "80"},
    ("Harga terhadap pagu", "Price against the ceiling"),
    ("Harga Anda di atas pagu. Tinjau harga penawaran.", "Your price is above the ceiling. Review your price."),
)
LEAD_TIME = _line(
    "lead_time",
    Shape.LINEAR,
    {"zero_at": "60", "full_at": "14"},
    ("Waktu penyediaan", "Lead time"),
    ("Waktu penyediaan Anda terlalu lama.", "Your lead time is too long."),
)
TKDN = _line(
    "tkdn",
    Shape.LINEAR,
    {"zero_at": "0", "full_at": "40"},
    ("TKDN", "Domestic content (TKDN)"),
    (
        "Isi nilai TKDN produk Anda; 40% memperoleh nilai penuh.",
        "Enter your product's TKDN; 40% earns all the points.",
    ),
)
TECHNOLOGY = _line(
    "technology_level",
    Shape.MEMBERSHIP,
    {"shares": {"semi_mechanised": "50", "mechanised": "80", "automated": "100"}},
    ("Tingkat teknologi", "Technology level"),
    (
        "Tingkatkan peralatan produksi; PLUT dapat mendampingi.",
        "Improve your production equipment; PLUT can help.",
    ),
)
DIGITAL = _line(
    "digital_readiness",
    Shape.LINEAR,
    {"zero_at": "0", "full_at": "5"},
    ("Kesiapan digital", "Digital readiness"),
    ("Jawab pertanyaan kesiapan digital.", "Answer the questions on digital readiness."),
)
YEARS = _line(
    "years_in_business",
    Shape.STEPS,
    {"steps": [{"at_least": "1", "share": "40"}, {"at_least": "3", "share": "70"}, {"at_least": "5", "share": "100"}]},
    ("Lama usaha", "Years in business"),
    ("Usaha yang lebih lama berdiri memperoleh nilai lebih.", "Businesses that are older earn more points."),
)
PLAN = _line(
    "plan_parts",
    Shape.LINEAR,
    {"zero_at": "0", "full_at": "4"},
    ("Rencana usaha terukur", "Measurable business plan"),
    (
        "Isi produk, pasar, target per triwulan, dan kebutuhan dana rencana usaha Anda.",
        "Enter the products, market, targets by quarter and funding need of your business plan.",
    ),
)
WORKFORCE = _line(
    "workforce",
    Shape.LINEAR,
    {"zero_at": "0", "full_at": "20"},
    ("Tenaga kerja", "Workforce"),
    ("Isi jumlah tenaga kerja Anda.", "Enter how many people work with you."),
)
DISTANCE = _line(
    "distance",
    Shape.LINEAR,
    {"zero_at": "1000", "full_at": "100"},
    ("Jarak ke tempat serah", "Distance to the place of delivery"),
    ("Tempat serah jauh dari usaha Anda.", "The place of delivery is far from your business."),
)
FLAGSHIP = _line(
    "flagship_product",
    Shape.PRESENT,
    {},
    ("Produk unggulan daerah", "Regional flagship product"),
    ("Produk unggulan daerah memperoleh nilai.", "A regional flagship product earns points."),
)
INNOVATION = _line(
    "innovations",
    Shape.STEPS,
    {"steps": [{"at_least": "1", "share": "60"}, {"at_least": "3", "share": "100"}]},
    ("Merek, desain, paten", "Brands, designs, patents"),
    ("Daftarkan merek, desain atau paten Anda.", "Register your brands, designs or patents."),
)
EXPORTS = _line(
    "exports",
    Shape.PRESENT,
    {},
    ("Pengalaman ekspor", "Export experience"),
    ("Pengalaman ekspor memperoleh nilai.", "Export experience earns points."),
)
PHOTOS = _line(
    "photos",
    Shape.STEPS,
    {"steps": [{"at_least": "1", "share": "50"}, {"at_least": "3", "share": "100"}]},
    ("Foto produk", "Product photos"),
    ("Unggah setidaknya tiga foto produk.", "Upload at least three photos of the product."),
)
VERIFIED = _line(
    "verified_documents",
    Shape.LINEAR,
    {"zero_at": "0", "full_at": "4"},
    ("Dokumen terverifikasi", "Verified documents"),
    ("Lengkapi dokumen dan minta verifikasi.", "Complete your documents and have them verified."),
)
REQUIRED = _line(
    "required_certificates",
    Shape.GATE,
    {"test": "valid_on", "days": 0},
    ("Sertifikat yang diminta", "Certificates asked for"),
    ("Lampirkan semua sertifikat yang diminta kebutuhan ini.", "Attach all certificates that this need asks for."),
)


@dataclass(frozen=True)
class Template:
    key: str
    name: Any
    lines: tuple[tuple[Mapping[str, Any], int], ...]
    threshold: Decimal = Decimal(75)
    review_floor: Decimal = Decimal(60)

    @property
    def criteria(self) -> list[dict[str, Any]]:
        """As rows of criteria, gates without weight."""
        return [{**line, "weight": Decimal(weight)} for line, weight in self.lines]


LEGALITY = ((NIB, 0), (NPWP, 0), (FIT, 0))
_ALL = (
    Template(
        "metal_casting",
        _("Metal casting"),
        (*LEGALITY, (CAPACITY, 25), (PRICE, 15), (SNI, 15), (TKDN, 15), (TECHNOLOGY, 10), (LEAD_TIME, 10), (YEARS, 10)),
    ),
    Template(
        "mechanical_parts",
        _("Mechanical parts"),
        (
            *LEGALITY,
            (CAPACITY, 20),
            (PRICE, 15),
            (ISO_9001, 15),
            (TKDN, 15),
            (TECHNOLOGY, 15),
            (LEAD_TIME, 10),
            (LAB_TEST, 10),
        ),
    ),
    Template(
        "retail_services",
        _("Retail services"),
        (*LEGALITY, (DISTANCE, 20), (PRICE, 20), (DIGITAL, 20), (YEARS, 15), (WORKFORCE, 15), (PLAN, 10)),
    ),
    Template(
        "herbal_ingredients",
        _("Herbal ingredients"),
        (*LEGALITY, (CAPACITY, 25), (LAB_TEST, 20), (BPOM, 15), (PRICE, 15), (HALAL, 10), (LEAD_TIME, 10), (PLAN, 5)),
    ),
    Template(
        "food",
        _("Food and drink"),
        (
            *LEGALITY,
            (_gate(HALAL, {"test": "valid_on", "days": 0}), 0),
            (CAPACITY, 25),
            (PIRT, 20),
            (PRICE, 20),
            (LAB_TEST, 10),
            (LEAD_TIME, 10),
            (PHOTOS, 10),
            (INNOVATION, 5),
        ),
    ),
    Template(
        "textiles",
        _("Textiles and work wear"),
        (
            *LEGALITY,
            (CAPACITY, 25),
            (PRICE, 20),
            (TKDN, 15),
            (SNI, 10),
            (TECHNOLOGY, 10),
            (LEAD_TIME, 10),
            (WORKFORCE, 10),
        ),
    ),
    Template(
        "crafts",
        _("Crafts"),
        (*LEGALITY, (CAPACITY, 20), (INNOVATION, 20), (FLAGSHIP, 15), (PHOTOS, 15), (PRICE, 15), (EXPORTS, 15)),
        threshold=Decimal(70),
        review_floor=Decimal(50),
    ),
    Template(
        "agriculture",
        _("Agriculture and plantation produce"),
        (*LEGALITY, (CAPACITY, 30), (PRICE, 20), (DISTANCE, 20), (LEAD_TIME, 10), (LAB_TEST, 10), (PLAN, 10)),
        threshold=Decimal(70),
        review_floor=Decimal(50),
    ),
    Template(
        "fisheries",
        _("Fisheries"),
        (*LEGALITY, (CAPACITY, 30), (PRICE, 20), (DISTANCE, 20), (LAB_TEST, 15), (LEAD_TIME, 10), (EXPORTS, 5)),
        threshold=Decimal(70),
        review_floor=Decimal(50),
    ),
    Template(
        "hotel_travel",
        _("Hotel and travel services"),
        (*LEGALITY, (DISTANCE, 25), (PRICE, 20), (DIGITAL, 20), (PHOTOS, 15), (YEARS, 10), (VERIFIED, 10)),
    ),
    Template(
        "transport",
        _("Transport"),
        (*LEGALITY, (CAPACITY, 25), (DISTANCE, 20), (PRICE, 20), (VERIFIED, 15), (YEARS, 10), (WORKFORCE, 10)),
    ),
    Template(
        "general",
        _("Any goods"),
        (*LEGALITY, (REQUIRED, 0), (CAPACITY, 30), (PRICE, 25), (LEAD_TIME, 15), (TKDN, 10), (YEARS, 10), (PLAN, 10)),
    ),
)
TEMPLATES: Mapping[str, Template] = {template.key: template for template in _ALL}
