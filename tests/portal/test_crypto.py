"""NIK and NPWP stand unreadable in the database, and are found by a keyed hash."""

import pytest
from cryptography.fernet import InvalidToken
from django.db import connection

from portal import crypto
from portal.enums import Capability
from portal.identity import normal_npwp
from portal.models import Enterprise
from tests.factories.people import OrganisationFactory

NPWP = "01.312.166.0-091.000"


@pytest.mark.django_db
def test_the_database_holds_no_readable_number_and_the_hash_finds_it():
    number = normal_npwp(NPWP)
    organisation = OrganisationFactory(capabilities=[Capability.ENTERPRISE], ownership="")
    enterprise = Enterprise.objects.create(organisation=organisation, npwp=number, npwp_hash=crypto.search_hash(number))
    with connection.cursor() as cursor:
        cursor.execute("SELECT npwp, npwp_hash FROM portal_enterprise WHERE id = %s", [enterprise.pk])
        stored, stored_hash = cursor.fetchone()
    assert number not in stored
    assert number not in stored_hash
    found = Enterprise.objects.get(npwp_hash=crypto.search_hash(normal_npwp("0013121660091000")))
    assert (found.pk, found.npwp) == (enterprise.pk, number)
    assert Enterprise.objects.create(organisation=OrganisationFactory(ownership="")).npwp == ""


def test_the_same_text_encrypts_differently_and_hashes_alike():
    assert crypto.encrypt("3171011708450001") != crypto.encrypt("3171011708450001")
    assert crypto.search_hash("3171011708450001") == crypto.search_hash("3171011708450001")
    assert crypto.search_hash("3171011708450001") != crypto.search_hash("3171011708450002")


def test_a_new_key_reads_what_the_old_one_wrote(settings):
    settings.FIELD_ENCRYPTION_KEY = "the old key"
    old = crypto.encrypt("rahasia")
    settings.FIELD_ENCRYPTION_KEY = "the new key, the old key"
    assert crypto.decrypt(old) == "rahasia"
    new = crypto.encrypt("rahasia")
    settings.FIELD_ENCRYPTION_KEY = "the new key"
    assert crypto.decrypt(new) == "rahasia"
    with pytest.raises(InvalidToken):
        crypto.decrypt(old)


def test_the_hash_depends_on_its_key(settings):
    before = crypto.search_hash("3171011708450001")
    settings.FIELD_HASH_KEY = "another"
    assert crypto.search_hash("3171011708450001") != before
