"""`Idempotency-Key`: a POST that is repeated because its response got lost is not executed again."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import wraps

import orjson
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from roadshow.core.access import only_events

from .models import StoredResponse

LIFETIME = timedelta(days=1)
HEADER = "Idempotency-Key"
REPEATED_HEADERS = ("ETag", "Location")


def idempotent(method: Callable) -> Callable:
    """Decorator: a POST with a key is executed once, in one transaction. Only success is stored."""

    @wraps(method)
    def execute_once(self, request, *args, **options):
        key = request.headers.get(HEADER)
        if not key or not request.user.is_authenticated:
            with transaction.atomic():
                return method(self, request, *args, **options)
        if len(key) > 100:
            raise ValidationError({HEADER: _("A key has at most 100 characters.")})
        # A token for some events must not read the stored response to another token of the same user.
        events = only_events(request.user)
        limit = events if events is None else sorted(events)
        content = f"{request.method} {request.get_full_path()} {limit}\n".encode() + request._request.body
        digest = hashlib.sha256(content).hexdigest()
        with transaction.atomic():
            StoredResponse.objects.filter(
                user=request.user, created_at__lt=timezone.now() - LIFETIME
            ).delete()
            # A second request with the key waits here until the first one has ended.
            StoredResponse.objects.bulk_create(
                [StoredResponse(user=request.user, key=key, request=digest)], ignore_conflicts=True
            )
            stored = StoredResponse.objects.select_for_update().get(user=request.user, key=key)
            if stored.request != digest:
                raise ValidationError({HEADER: _("This key was used for another request. Use a new one.")})
            if stored.status:
                replayed = Response(orjson.loads(stored.body), status=stored.status, headers=stored.headers)
                replayed["Idempotent-Replayed"] = "true"
                return replayed
            response = method(self, request, *args, **options)
            stored.status, stored.body = response.status_code, orjson.dumps(response.data).decode()
            stored.headers = {name: response[name] for name in REPEATED_HEADERS if name in response}
            stored.save()
            return response

    return execute_once
