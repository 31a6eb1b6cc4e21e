"""Files of which an import was previewed, stored until the user confirms: the import takes the very same bytes."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils import timezone

from roadshow.expiring.models import Upload

LIFETIME = 60 * 60  # seconds between preview and import


def store_import(user: User, target: str, data: bytes, **options) -> str:
    """Store a file and the options of its import (JSON) for a user and a target; returns the key to load them with."""
    upload = Upload.objects.create(
        owner=user,
        purpose=target,
        options=options,
        data=data,
        expires_at=timezone.now() + timedelta(seconds=LIFETIME),
    )
    return upload.pk.hex


def load_import(user: User, target: str, key: str) -> dict | None:
    """The options and `data`; None when they have expired or belong to another user or target."""
    try:
        upload = Upload.objects.valid().filter(owner=user, purpose=target, pk=key).first()
    except ValidationError:
        return None
    return upload and {**upload.options, "data": bytes(upload.data)}


def replace_data(user: User, target: str, key: str, data: bytes) -> None:
    """Store the content that an import's address had, as if it had been sent."""
    Upload.objects.filter(owner=user, purpose=target, pk=key).update(data=data)


def delete_import(user: User, target: str, key: str) -> None:
    Upload.objects.filter(owner=user, purpose=target, pk=key).delete()
