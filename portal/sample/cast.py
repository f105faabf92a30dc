"""Who plays in the demo: organisations that take part, the person of each role, and the enterprises with a story."""

from __future__ import annotations

from dataclasses import dataclass, field

from portal.enums import Capability, EnterpriseStatus, LegalForm, Ownership, Role

C, R, S = Capability, Role, EnterpriseStatus
OPERATOR = "MitraPasok"


@dataclass(frozen=True)
class Player:
    email: str
    name: str
    role: Role


@dataclass(frozen=True)
class House:
    """An organisation other than an enterprise, with its people. The name is the one of the published list it is in."""

    name: str
    short_name: str
    capabilities: tuple[Capability, ...]
    people: tuple[Player, ...]
    region: str = ""
    ownership: Ownership | str = ""
    source: str = ""


@dataclass(frozen=True)
class Lead:
    """An enterprise with a story: the demo's sign-ins lead to these. The first of `people` owns it."""

    name: str
    trade: str
    form: LegalForm
    village: str
    status: EnterpriseStatus
    band: str
    people: tuple[Player, ...]
    products: int = 5
    # Regency that its cooperative's members come from.
    members_from: str = ""
    words: dict[str, str] = field(default_factory=dict)


def buyer(
    name: str,
    short: str,
    slug: str,
    officer: str,
    second: str,
    approver: str,
    *,
    region: str = "31.71",
    bank: bool = False,
    third: str = "",
) -> House:
    return House(
        name,
        short,
        (C.BUYER, C.FINANCIER) if bank else (C.BUYER,),
        (
            Player(f"pengadaan.{slug}@contoh.id", officer, R.OFFICER),
            Player(f"pengadaan2.{slug}@contoh.id", second, R.OFFICER),
            *((Player(f"pengadaan3.{slug}@contoh.id", third, R.OFFICER),) if third else ()),
            Player(f"pejabat.{slug}@contoh.id", approver, R.APPROVER),
        ),
        region=region,
        ownership=Ownership.STATE,
    )


FOUNDERS = (
    buyer("PT Kimia Farma", "Kimia Farma", "kimiafarma", "Ratih Cahyono", "Hilda Darmanto", "Bambang Hartanto"),
    buyer("PT Pertamina (Persero)", "Pertamina", "pertamina", "Widya Hariyanto", "Danang Harsono", "Elisa Budiman"),
    buyer(
        "PT PLN (Persero)",
        "PLN",
        "pln",
        "Danu Heryanto",
        "Yunita Cahyadi",
        "Ratna Darmaji",
        region="31.74",
        third="Melati Gunardi",
    ),
    buyer(
        "PT Krakatau Steel (Persero) Tbk",
        "Krakatau Steel",
        "krakatausteel",
        "Galih Artanto",
        "Septi Daryono",
        "Irwan Harjono",
        region="36.72",
    ),
    buyer("PT RNI (Persero)", "RNI", "rni", "Nadia Hardiman", "Imam Bakianto", "Kartika Asmadi"),
    buyer("Perum Perhutani", "Perhutani", "perhutani", "Cahyo Estiawan", "Laras Balidin", "Hesti Cahyanto"),
    buyer(
        "PT Telkom Indonesia (Persero) Tbk",
        "Telkom",
        "telkom",
        "Intan Hardono",
        "Jatmiko Darman",
        "Ibrahim Harto",
        region="32.73",
    ),
)
# From the list of about 2019; banks buy and finance.
OTHER_BUYERS = (
    buyer(
        "PT Bank Rakyat Indonesia (Persero) Tbk",
        "BRI",
        "bri",
        "Lidya Bakiman",
        "Heru Baktiadi",
        "Umi Estiono",
        bank=True,
    ),
    buyer(
        "PT Bank Negara Indonesia (Persero) Tbk",
        "BNI",
        "bni",
        "Agus Dalimin",
        "Rini Jaswadi",
        "Vera Hartana",
        bank=True,
    ),
    buyer("PT Hotel Indonesia Natour (Persero)", "HIN", "hin", "Amalia Harsanto", "Edi Jarwadi", "Suci Bakidin"),
    buyer(
        "PT Pelayaran Nasional Indonesia (Persero)", "Pelni", "pelni", "Ismail Hartono", "Tina Darijan", "Eko Asmianto"
    ),
    buyer("Perum Bulog", "Bulog", "bulog", "Salimah Bakijan", "Gatot Dartono", "Wulan Hardana"),
    buyer("PT Pindad (Persero)", "Pindad", "pindad", "Erik Galiono", "Novi Argono", "Titin Cahyono", region="32.73"),
)
PLAIN_BUYERS = (
    "PT Semen Indonesia (Persero) Tbk",
    "PT Sarinah (Persero)",
    "PT Pupuk Indonesia Holding Company (Persero)",
    "PT ASDP Indonesia Ferry (Persero)",
    "Perum Damri",
)
AUTHORITIES = (
    House(
        "Kementerian UMKM",
        "Kementerian UMKM",
        (C.AUTHORITY,),
        (
            Player("kementerian.umkm@contoh.id", "Endah Hartanto", R.MINISTRY_ADMIN),
            Player("verifikator.umkm@contoh.id", "Febi Cahyadi", R.MINISTRY_ADMIN),
        ),
    ),
    House(
        "Kementerian Perindustrian",
        "Kemenperin",
        (C.AUTHORITY,),
        (Player("kemenperin@contoh.id", "Hendra Darsono", R.MINISTRY_ADMIN),),
    ),
    House(
        "Badan Pengaturan BUMN",
        "BP BUMN",
        (C.AUTHORITY,),
        (Player("bpbumn@contoh.id", "Kania Harimurti", R.MINISTRY_ADMIN),),
    ),
    House(
        "Kementerian Koperasi",
        "Kementerian Koperasi",
        (C.AUTHORITY,),
        (Player("kementerian.koperasi@contoh.id", "Puji Hartono", R.MINISTRY_ADMIN),),
    ),
)
HELPERS = (
    House(
        "PLUT KUMKM Kabupaten Klaten (contoh)",
        "PLUT Klaten",
        (C.PLUT,),
        (
            Player("pendamping.klaten@contoh.id", "Arta Darmanto", R.COMPANION),
            Player("pendamping2.klaten@contoh.id", "Citra Bakiono", R.COMPANION),
            Player("pengelola.klaten@contoh.id", "Sari Daryanto", R.PLUT_MANAGER),
        ),
        region="33.10",
    ),
    House(
        "PLUT KUMKM Provinsi Bali (contoh)",
        "PLUT Bali",
        (C.PLUT,),
        (
            Player("pendamping.bali@contoh.id", "Putri Artawan", R.COMPANION),
            Player("pengelola.bali@contoh.id", "Anom Estiono", R.PLUT_MANAGER),
        ),
        region="51",
    ),
    House(
        "PLUT KUMKM Provinsi Sulawesi Selatan (contoh)",
        "PLUT Sulawesi Selatan",
        (C.PLUT,),
        (
            Player("pendamping.sulsel@contoh.id", "Halima Aswani", R.COMPANION),
            Player("pengelola.sulsel@contoh.id", "Irfan Hairyanto", R.PLUT_MANAGER),
        ),
        region="73",
    ),
    House(
        "PT Bank Rakyat Indonesia (Persero) Tbk",
        "BRI",
        (C.FINANCIER,),
        (Player("pembiayaan.bri@contoh.id", "Diana Hartaka", R.FINANCE_OFFICER),),
    ),
    House(
        "PT Bank Negara Indonesia (Persero) Tbk",
        "BNI",
        (C.FINANCIER,),
        (Player("pembiayaan.bni@contoh.id", "Fajar Dalimin", R.FINANCE_OFFICER),),
    ),
    House(
        "Dinas Koperasi, UKM dan Perdagangan Kabupaten Klaten (contoh)",
        "Dinas Klaten",
        (C.REGIONAL_OFFICE,),
        (Player("dinas.klaten@contoh.id", "Rina Harsana", R.REGIONAL_OFFICER),),
        region="33.10",
    ),
    House(
        "Dinas Koperasi dan UKM Provinsi Jawa Tengah (contoh)",
        "Dinas Jawa Tengah",
        (C.REGIONAL_OFFICE,),
        (Player("dinas.jateng@contoh.id", "Adika Darmaji", R.REGIONAL_OFFICER),),
        region="33",
    ),
    House(
        "LLP-KUKM (Smesco Indonesia)",
        "Smesco",
        (C.SERVICE_PROVIDER,),
        (Player("layanan.smesco@contoh.id", "Mila Cahyono", R.SERVICE_OFFICER),),
    ),
    House(OPERATOR, "MitraPasok", (C.OPERATOR,), (Player("operator@contoh.id", "Eka Baktiono", R.OPERATOR),)),
)

LEADS = (
    Lead(
        "CV Tuang Sinar Ceper",
        "metal_casting",
        LegalForm.CV,
        "33.10.11.2012",
        S.VERIFIED,
        "small",
        (
            Player("pemilik@contoh.id", "Ani Hartanto", R.OWNER),
            Player("staf.umkm@contoh.id", "Dimas Hartanto", R.STAFF),
        ),
        products=6,
    ),
    Lead(
        "Koperasi Produsen Logam Sejahtera Klaten",
        "metal_casting",
        LegalForm.COOPERATIVE,
        "33.10.11.2015",
        S.VERIFIED,
        "medium",
        (Player("koperasi@contoh.id", "Bagus Darsono", R.OWNER),),
        members_from="33.10",
    ),
    Lead(
        "PT Simplisia Lereng Sejati",
        "herbal",
        LegalForm.PT,
        "33.13.01.2001",
        S.VERIFIED,
        "small",
        (Player("herbal@contoh.id", "Rahmi Cahyono", R.OWNER),),
    ),
    Lead(
        "CV Sandang Kerja Mahakarya",
        "work_wear",
        LegalForm.CV,
        "32.04.05.2001",
        S.VERIFIED,
        "small",
        (Player("konveksi@contoh.id", "Cecep Daryono", R.OWNER),),
    ),
    Lead(
        "PT Presisi Bina Cemerlang",
        "mechanical_parts",
        LegalForm.PT,
        "33.28.01.2001",
        S.VERIFIED,
        "medium",
        (Player("presisi@contoh.id", "Yuliana Harjono", R.OWNER),),
    ),
    Lead(
        "UD Dapur Rasa Bersama",
        "food_and_drink",
        LegalForm.SOLE_PROPRIETOR,
        "35.07.01.2001",
        S.DRAFT,
        "micro",
        (Player("usaha.baru@contoh.id", "Siska Baktiadi", R.OWNER),),
        products=1,
    ),
    Lead(
        "UD Batik Puspita Terang",
        "fashion",
        LegalForm.SOLE_PROPRIETOR,
        "33.26.01.2001",
        S.RETURNED,
        "micro",
        (Player("dikembalikan@contoh.id", "Tiara Cahyanto", R.OWNER),),
        products=3,
    ),
    Lead(
        "CV Anyaman Bumi Lestari",
        "crafts",
        LegalForm.CV,
        "34.02.01.2001",
        S.SUBMITTED,
        "small",
        (Player("diperiksa@contoh.id", "Gilang Estiawan", R.OWNER),),
        products=4,
    ),
)

# One sign-in for each role, in the order of the main job; the demo's page lists them all.
SIGN_INS = (
    "pemilik@contoh.id",
    "staf.umkm@contoh.id",
    "kementerian.umkm@contoh.id",
    "pengadaan.pln@contoh.id",
    "pejabat.pln@contoh.id",
    "pendamping.klaten@contoh.id",
    "pengelola.klaten@contoh.id",
    "pembiayaan.bri@contoh.id",
    "dinas.klaten@contoh.id",
    "layanan.smesco@contoh.id",
    "operator@contoh.id",
)
