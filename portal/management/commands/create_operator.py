from __future__ import annotations

import getpass
from typing import Any

from allauth.account.models import EmailAddress
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from portal.enums import Capability, Role
from portal.models import Organisation, User
from portal.services.membership import add_member


class Command(BaseCommand):
    help = "Make the first operator of a new installation. Everyone else comes by invitation or signs up."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="Operator")
        parser.add_argument("--password", help="asked for when left out")

    @transaction.atomic
    def handle(self, *, email: str, name: str, password: str | None, **options: Any) -> None:
        if User.objects.filter(email__iexact=email).exists():
            raise CommandError(f"{email} has an account already")
        password = password or getpass.getpass("Password: ")
        user = User.objects.create_user(email, password, full_name=name, is_staff=True)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        organisation = Organisation.objects.with_capability(Capability.OPERATOR).first()
        if organisation is None:
            organisation = Organisation.objects.create(name="MitraPasok", capabilities=[Capability.OPERATOR])
        add_member(user, organisation, Role.OPERATOR, by=None)
        self.stdout.write(f"{email} is an operator. The second factor is set up at the first sign-in.")
