"""What two or more apps' models have in common."""

import re
import uuid
from functools import cache
from typing import Any

import pgtrigger
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.encoding import force_str
from django.utils.translation import gettext_lazy as _

from roadshow.journal.triggers import journal_triggers

from .content_version import PRIVATE, version_trigger
from .loaded_records import note_loaded

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
CONTROL_OR_BREAK = re.compile(r"[\x00-\x1f\x7f]")


def lock_row(rows: models.QuerySet[Any], **key: object) -> Any:
    """The row with this key, locked until the transaction ends; None when it is not among `rows`.

    API, admin and actions take the lock of a row by it before they write. What the row refers to is not locked.
    """
    return rows.order_by().select_for_update(of=("self",)).filter(**key).first()


class Level(models.TextChoices):
    """How much a talk or a link expects of its audience."""

    ANY = "", _("for everyone")
    BEGINNER = "beginner", _("beginner")
    INTERMEDIATE = "intermediate", _("intermediate")
    ADVANCED = "advanced", _("advanced")


@cache
def get_choices(field: models.Field) -> dict:
    """The labels of a field's values, in whatever language they are read."""
    return dict(field.flatchoices)


def refuse_control_characters(text: str) -> None:
    """Validator of texts that may have line breaks and tabs."""
    if found := CONTROL.search(text):
        raise ValidationError(control_character_message(found.group()))


def control_character_message(sign: str) -> str:
    return _("Remove the control character %(sign)s.") % {"sign": f"U+{ord(sign):04X}"}


class CheckedTexts(models.Model):
    """A model whose texts may not contain control characters: XML, and so feeds and spreadsheets, cannot have them.

    Long texts (TextField) may contain line breaks and tabs.
    """

    class Meta:
        abstract = True

    def _get_FIELD_display(self, field):  # noqa: N802 - Django's, which makes a dictionary each time
        value = getattr(self, field.attname)
        return force_str(get_choices(field).get(value, value), strings_only=True)

    def clean_fields(self, exclude=None):
        super().clean_fields(exclude=exclude)
        errors = {}
        for field in self._meta.concrete_fields:
            text = (
                getattr(self, field.attname)
                if isinstance(field, models.CharField | models.TextField)
                else None
            )
            if field.name in (exclude or ()) or not isinstance(text, str):
                continue
            pattern = CONTROL if isinstance(field, models.TextField) else CONTROL_OR_BREAK
            if found := pattern.search(text):
                errors[field.name] = control_character_message(found.group())
        if errors:
            raise ValidationError(errors)


class Timestamped(CheckedTexts):
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("last changed"), auto_now=True, db_index=True)

    class Meta:
        abstract = True


class Record(Timestamped):
    """A row that others refer to: its GUID never changes."""

    guid = models.UUIDField("GUID", default=uuid.uuid4, unique=True, editable=False)
    slug: Any  # of records with an address
    address_kind = ""  # FormerAddress.kind of its slugs; empty for records without an address
    confirmed_slug = ""  # a slug that the user confirmed to take from the record that had it before

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, *values, **options):
        row = super().from_db(*values, **options)
        note_loaded(row)
        return row

    @property
    def address_scope(self) -> int:
        """FormerAddress.scope of its slugs."""
        return 0

    def validate_unique(self, exclude=None):
        super().validate_unique(exclude=exclude)
        if self.address_kind and self.slug and self.slug != self.confirmed_slug:
            self._refuse_slug_of_another()

    def _refuse_slug_of_another(self):
        former = FormerAddress.find(self.address_kind, self.slug, self.address_scope)
        rows: Any = type(self)._base_manager
        if former is None or former == self.pk or rows.filter(pk=self.pk, slug=self.slug).exists():
            return
        if owner := rows.filter(pk=former).first():
            message = _(
                "This was the address of “%(owner)s”, and links to it lead there. Choose another one."
            )
            raise ValidationError(
                {"slug": ValidationError(message % {"owner": owner}, code="former_address")}
            )

    def is_address_taken(self, slug: str) -> bool:
        """Whether another record has or had a slug, so that it is not given to this one by itself."""
        managed: Any = type(self)._base_manager
        rows = managed.filter(slug=slug).exclude(pk=self.pk)
        if self.address_scope:
            rows = rows.filter(event=self.address_scope)
        return rows.exists() or FormerAddress.find(self.address_kind, slug, self.address_scope) not in (
            None,
            self.pk,
        )


class Located(models.Model):
    """A record with coordinates in degrees (WGS 84), or without any."""

    latitude = models.FloatField(
        _("latitude"), null=True, blank=True, validators=[MinValueValidator(-90), MaxValueValidator(90)]
    )
    longitude = models.FloatField(
        _("longitude"), null=True, blank=True, validators=[MinValueValidator(-180), MaxValueValidator(180)]
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="%(class)s_has_both_coordinates_or_none",
                violation_error_message=_(
                    "Give both latitude (-90 to 90) and longitude (-180 to 180), or neither."
                ),
            ),
        ]


class FormerAddress(models.Model):
    """An address that a record had before it was renamed, moved or merged: it answers with a redirect for good.

    `kind` is the plural of the record as in the API ("talks"), or "urls" for addresses of links, normalised. `scope` is
    the primary key of the event in which the address is unique, or 0. `record` is the primary key of the record.
    """

    kind = models.CharField(max_length=20)
    scope = models.BigIntegerField(default=0)
    address = models.CharField(max_length=2000)
    record = models.BigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        verbose_name, verbose_name_plural = _("former address"), _("former addresses")
        triggers = journal_triggers("core_formeraddress", event="nullif(r.scope, 0)", label="r.address")
        constraints = [
            models.UniqueConstraint(fields=["kind", "scope", "address"], name="former_address_once"),
        ]
        indexes = [models.Index(fields=["kind", "record"], name="former_address_of_record")]

    def __str__(self):
        return f"{self.kind} {self.address}"

    @classmethod
    def find(cls, kind: str, address: str, scope: int = 0) -> int | None:
        """The primary key of the record that had an address; None when none had."""
        return (
            cls.objects.filter(kind=kind, scope=scope, address=address)
            .values_list("record", flat=True)
            .first()
        )

    @classmethod
    def store(cls, kind: str, address: str, record: int, scope: int = 0) -> None:
        cls.objects.update_or_create(kind=kind, scope=scope, address=address, defaults={"record": record})

    @classmethod
    def merge(cls, kind: str, other: Record, into: Record) -> None:
        """Give the slug and the former slugs of `other` to the record that it is merged into."""
        cls.objects.filter(kind=kind, record=other.pk).update(record=into.pk)
        cls.store(kind, other.slug, into.pk)


class ContentVersion(models.Model):
    """Numbers whose sum, by scope, differs whenever something differs that cached responses show.

    Triggers write them, see `core.content_version`.
    """

    scope = models.CharField(max_length=10, db_default="private")
    value = models.BigIntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self):
        return str(self.value)


class Account(get_user_model()):  # type: ignore[misc]  # known only when it runs
    """Carries triggers: what a user may see changes with these columns."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            version_trigger(
                "content_version_update",
                pgtrigger.UpdateOf("password", "is_active", "is_staff", "is_superuser"),
                scope=PRIVATE,
            ),
            version_trigger("content_version_delete", pgtrigger.Delete, scope=PRIVATE),
        ]


class SignedInSession(Session):
    """Carries a trigger: a session that ends or changes signs somebody in or out."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [version_trigger("content_version", pgtrigger.Update | pgtrigger.Delete, scope=PRIVATE)]
