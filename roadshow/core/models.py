"""What two or more apps' models have in common."""

import re
import secrets
import uuid
import zoneinfo
from collections.abc import Callable
from io import BytesIO
from itertools import chain, count
from pathlib import PurePath
from typing import Any

import pgtrigger
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from .content_version import PRIVATE, version_trigger

LANGUAGE_TAG = RegexValidator(
    r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", _("Use a language code such as “en” or “zh-hans”.")
)
FORMATS = (
    "JPEG",
    "PNG",
    "WEBP",
    "GIF",
)  # of pictures: Pillow would run other programs for some of its others
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
CONTROL_OR_BREAK = re.compile(r"[\x00-\x1f\x7f]")
COLOR = RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Use a colour such as #0b6e4f."))


class Level(models.TextChoices):
    """How much a talk or a link expects of its audience."""

    ANY = "", _("for everyone")
    BEGINNER = "beginner", _("beginner")
    INTERMEDIATE = "intermediate", _("intermediate")
    ADVANCED = "advanced", _("advanced")


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


class MigratesAs(models.Field):
    """A field that migrations name by its nearest class in Django, so that they import nothing that can change."""

    migration_class: type[models.Field]

    def deconstruct(self):
        name, _path, arguments, options = super().deconstruct()
        return name, f"django.db.models.{self.migration_class.__name__}", arguments, options


class LanguageField(MigratesAs, models.CharField):
    """A BCP 47 language tag; empty when nobody said."""

    migration_class = models.CharField

    def __init__(self, verbose_name=_("language"), **options: Any):
        defaults: dict[str, Any] = {
            "max_length": 20,
            "blank": True,
            "default": "",
            "validators": [LANGUAGE_TAG],
        }
        super().__init__(verbose_name, **(defaults | options))


def validate_timezone(value: str) -> None:
    if value not in zoneinfo.available_timezones():
        raise ValidationError(
            _("There is no time zone “%(zone)s”. Use a name such as Europe/Zurich."), params={"zone": value}
        )


class TimezoneField(MigratesAs, models.CharField):
    """An IANA time zone name such as Asia/Kolkata."""

    migration_class = models.CharField
    default_validators = [validate_timezone]

    def __init__(self, verbose_name=_("time zone"), **options: Any):
        super().__init__(verbose_name, **{"max_length": 60, "default": "UTC", **options})


def make_slug(text: str, *, fallback: str = "item", max_length: int = 80) -> str:
    """A slug of `text`. Letters of scripts other than Latin stay: a Chinese title has a readable address."""
    return slugify(text, allow_unicode=True)[:max_length].strip("-_") or fallback


def make_unique_slug(
    text: str, taken: Callable[[str], bool], *, fallback: str = "item", max_length: int = 80
) -> str:
    """The first slug of `text` for which `taken(slug)` is false: "a-talk", then "a-talk-2", and so on."""
    base = make_slug(text, fallback=fallback, max_length=max_length)
    numbered = (f"{base[: max_length - len(str(number)) - 1]}-{number}" for number in count(2))
    return next(slug for slug in chain([base], numbered) if not taken(slug))


class ReencodedPicture(ContentFile):
    """A picture that we wrote ourselves."""


def reencode_picture(upload, *, longest: int = 1920) -> ReencodedPicture:
    """An uploaded picture as a WebP without its metadata, at most `longest` pixels on its longer side.

    Nobody guesses its name: what it belongs to may be a draft. Raises ValidationError when it is not a picture,
    or one of more than 50 million pixels.
    """
    try:
        with Image.open(upload, formats=FORMATS) as picture:
            if picture.width * picture.height > 50_000_000:
                raise ValidationError(
                    _("The picture has more than 50 million pixels. Make it smaller first.")
                )
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((longest, longest))
            if upright.mode not in ("RGB", "RGBA"):
                upright = upright.convert("RGBA" if "transparency" in upright.info else "RGB")
            data = BytesIO()
            upright.save(data, "WEBP", quality=85, method=4)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValidationError(_("This is not a picture we can read. Use JPEG, PNG or WebP.")) from error
    name = slugify(PurePath(upload.name).stem)[:60] or "picture"
    return ReencodedPicture(data.getvalue(), name=f"{name}-{secrets.token_hex(8)}.webp")


class PictureField(MigratesAs, models.ImageField):
    """An image that is stored re-encoded, without metadata; files whose content is no image are rejected."""

    migration_class = models.ImageField

    def clean(self, value, model_instance):
        """The picture as it will be stored, so that a form can say what is wrong with it."""
        file = super().clean(value, model_instance)
        return reencode_picture(file.file) if file and not file._committed else file

    def pre_save(self, instance, add):
        file = getattr(instance, self.attname)
        if file and not file._committed and not isinstance(file.file, ReencodedPicture):
            file.save(file.name, reencode_picture(file.file), save=False)
        return super().pre_save(instance, add)


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
