"""Model fields of several apps: languages, time zones, colours, and pictures that are stored re-encoded."""

import secrets
import zoneinfo
from io import BytesIO
from pathlib import PurePath
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.validators import RegexValidator, validate_unicode_slug
from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from .addresses import SLUG

LANGUAGE_TAG = RegexValidator(
    r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", _("Use a language code such as “en” or “zh-hans”.")
)
COLOR = RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Use a colour such as #0b6e4f."))


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


SLUG_VALIDATOR = RegexValidator(rf"^{SLUG}\Z", _("Use letters, digits, hyphens and underscores only."))


class AddressFormField(forms.CharField):
    """A slug in a form."""

    allow_unicode = True  # read by the script that proposes it


class AddressField(MigratesAs, models.SlugField):
    """A slug with letters of any script, see `core.addresses`."""

    migration_class = models.SlugField

    def __init__(self, verbose_name=_("address"), **options: Any):
        super().__init__(verbose_name, **{"max_length": 80, "allow_unicode": True, **options})
        self.validators = [one for one in self.validators if one is not validate_unicode_slug]
        self.validators.append(SLUG_VALIDATOR)

    def formfield(self, **options):
        return models.CharField.formfield(self, **{"form_class": AddressFormField, **options})


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


class ReencodedPicture(ContentFile):
    """A picture that we wrote ourselves."""


# Limits of each format that is read: with them a picture takes at most 2 s and 200 MB. Pillow would run other programs
# for some of its further formats.
MEGAPIXELS = {"JPEG": 50, "PNG": 20, "GIF": 20, "WEBP": 12}


def reencode_picture(upload, *, longest: int = 1920, square: bool = False) -> ReencodedPicture:
    """An uploaded picture as a WebP without its metadata, at most `longest` pixels on its longer side.

    A `square` one is cut around its middle, a little above it in upright pictures, where faces are.

    Nobody guesses its name: what it belongs to may be a draft. Raises ValidationError when it is not a picture,
    or one of more than MEGAPIXELS.
    """
    try:
        with Image.open(upload, formats=list(MEGAPIXELS)) as picture:
            limit = MEGAPIXELS[picture.format or ""]
            if picture.width * picture.height > limit * 1_000_000:
                text = _("The picture has more than %(number)d million pixels. Make it smaller first.")
                raise ValidationError(text % {"number": limit})
            # First, and without a gap: a large JPEG is then decoded at half its size or less.
            picture.thumbnail((longest, longest), reducing_gap=1.0 if picture.format == "JPEG" else None)
            upright = ImageOps.exif_transpose(picture)
            if square:
                side = min(upright.size)
                upright = ImageOps.fit(upright, (side, side), centering=(0.5, 0.35))
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
