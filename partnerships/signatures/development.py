"""Signatures for demonstration and tests: a certificate authority of our own, which proves nothing to anybody else.

It says so in every certificate. A signer's key lives for one signature: made, used and forgotten. The time stamp is of our
own clock, too (PAdES B-T in form). The authority is made once and kept encrypted in the database, so that it is
backed up with what it signed.
"""

from __future__ import annotations

import datetime as dt
import io
from functools import lru_cache
from typing import NamedTuple

from asn1crypto.keys import PrivateKeyInfo
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner, sign_pdf
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from partnerships.models import DevelopmentAuthority
from partnerships.signatures.loops import in_own_thread
from partnerships.signatures.provider import Signer
from portal.crypto import decrypt, encrypt

ONLY_A_DEMO = "CONTOH - hanya untuk demo dan pengujian"
# Records are kept for ten years after a contract; a signer's key is gone at once.
VALID_FOR = dt.timedelta(days=30 * 365)
A_LITTLE = dt.timedelta(minutes=5)
BEGINS = dt.datetime(2021, 1, 1, tzinfo=dt.UTC)
ENDS = dt.datetime(2081, 1, 1, tzinfo=dt.UTC)
# Of the signature's place in the file: two certificates, and a time stamp with its own two.
BYTES_RESERVED = 20_000

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class Keys(NamedTuple):
    certificate: x509.Certificate
    key: PrivateKey


class Authority(NamedTuple):
    """`clock`: for time stamps. RSA, because the library's stamper knows nothing else."""

    root: Keys
    clock: Keys


class DevelopmentProvider:
    def sign(self, pdf: bytes, *, signer: Signer, field: str, reason: str, at: dt.datetime) -> bytes:
        authority = _authority()
        known = SimpleCertificateStore()
        known.register(_for_pdf(authority.root.certificate))
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _issue(
            _subject(signer.name, signer.organisation), key, authority.root, begins=at - A_LITTLE, ends=at + VALID_FOR
        )
        signed = in_own_thread(
            sign_pdf,
            IncrementalPdfFileWriter(io.BytesIO(pdf)),
            PdfSignatureMetadata(
                field_name=field,
                md_algorithm="sha256",
                subfilter=SigSeedSubFilter.PADES,
                reason=reason,
                name=signer.name,
            ),
            signer=SimpleSigner(signing_cert=_for_pdf(certificate), signing_key=_key_info(key), cert_registry=known),
            timestamper=DummyTimeStamper(
                tsa_cert=_for_pdf(authority.clock.certificate),
                tsa_key=_key_info(authority.clock.key),
                certs_to_embed=known,
                fixed_dt=at,
            ),
            bytes_reserved=BYTES_RESERVED,
        )
        return signed.getvalue()

    def trusted(self) -> list[Certificate]:
        """None before the first signature: reading makes no keys."""
        kept = DevelopmentAuthority.objects.first()
        return [Certificate.load(bytes(kept.certificate))] if kept else []


def _authority() -> Authority:
    kept = DevelopmentAuthority.objects.first()
    if kept is None:
        # Whoever comes second waits here, and takes the first one's.
        DevelopmentAuthority.objects.bulk_create([_made()], ignore_conflicts=True)
        kept = DevelopmentAuthority.objects.get()
    return _opened(bytes(kept.certificate), kept.key, bytes(kept.clock_certificate), kept.clock_key)


@lru_cache(maxsize=4)
def _opened(certificate: bytes, key: str, clock_certificate: bytes, clock_key: str) -> Authority:
    return Authority(_unlocked(certificate, key), _unlocked(clock_certificate, clock_key))


def _unlocked(certificate: bytes, key: str) -> Keys:
    return Keys(x509.load_der_x509_certificate(certificate), load_pem_private_key(decrypt(key).encode(), password=None))


def _made() -> DevelopmentAuthority:
    root_key = ec.generate_private_key(ec.SECP256R1())
    clock_key = rsa.generate_private_key(65_537, 2048)
    root = Keys(_issue(_subject("MitraPasok CA", "MitraPasok"), root_key, None), root_key)
    clock = _issue(_subject("MitraPasok TSA", "MitraPasok"), clock_key, root, stamps_time=True)
    return DevelopmentAuthority(
        certificate=root.certificate.public_bytes(Encoding.DER),
        key=_locked(root_key),
        clock_certificate=clock.public_bytes(Encoding.DER),
        clock_key=_locked(clock_key),
    )


def _issue(
    subject: x509.Name,
    key: PrivateKey,
    issuer: Keys | None,
    *,
    begins: dt.datetime = BEGINS,
    ends: dt.datetime = ENDS,
    stamps_time: bool = False,
) -> x509.Certificate:
    """`issuer=None`: the root itself."""
    is_root = issuer is None
    signs_with = key if issuer is None else issuer.key
    usage = dict.fromkeys(
        (
            "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
            "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
        ),
        False,
    ) | ({"key_cert_sign": True, "crl_sign": True} if is_root else {"digital_signature": True, "content_commitment": True})  # fmt: skip
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(min(ends, ENDS))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=0 if is_root else None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signs_with.public_key()), critical=False)
    )
    if stamps_time:
        built = built.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return built.sign(signs_with, hashes.SHA256())


def _subject(name: str, organisation: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "ID"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, ONLY_A_DEMO),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def _locked(key: PrivateKey) -> str:
    return encrypt(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


def _key_info(key: PrivateKey) -> PrivateKeyInfo:
    return PrivateKeyInfo.load(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))


def _for_pdf(certificate: x509.Certificate) -> Certificate:
    return Certificate.load(certificate.public_bytes(Encoding.DER))
