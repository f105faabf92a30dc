from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin, _user_has_perm
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from portal.enums import Role
    from portal.models.consent import Consent
    from portal.models.organisation import Membership, Organisation


class UserManager(BaseUserManager["User"]):
    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **fields: object) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Acts for one organisation at a time: `acting` is that membership, for this request or job."""

    email = models.EmailField(_("e-mail"), unique=True)
    full_name = models.CharField(_("full name"), max_length=150, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    language = models.CharField(
        _("language"), max_length=2, choices=[("id", "Bahasa Indonesia"), ("en", "English")], default="id"
    )
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    is_sample = models.BooleanField(default=False)
    # Erased at the person's wish: the row stays, because decisions and signatures point to it.
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    date_joined = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()

    acting: Membership | None = None
    # The consent under which this person now fills in for an enterprise that isn't theirs.
    on_behalf: Consent | None = None

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.full_name or (gettext("Erased account") if self.erased_at else self.email)

    def get_full_name(self) -> str:
        return self.full_name

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Without Django's shortcut for superusers: nobody stands above the rules of who may decide and sign."""
        return self.is_active and _user_has_perm(self, perm, obj)

    def act_as(self, membership: Membership | None) -> Self:
        self.acting, self.on_behalf = membership, None
        return self

    def act_on_behalf(self, consent: Consent | None) -> Self:
        self.on_behalf = consent
        return self

    @property
    def organisation(self) -> Organisation | None:
        """The organisation this person acts for now."""
        return self.acting.organisation if self.acting else None

    @property
    def organisation_id(self) -> int | None:
        return self.acting.organisation_id if self.acting else None

    def acts_as(self, *roles: Role) -> bool:
        """Does the person act, now, in one of these roles?"""
        return self.is_active and self.acting is not None and self.acting.role in roles
