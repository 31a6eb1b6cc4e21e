"""Errors: one shape for the API; 409 on pages and API when a concurrent change or a constraint prevents a write."""

import logging

from django.apps import apps
from django.core.exceptions import ValidationError as ModelError
from django.db import DataError, IntegrityError, OperationalError
from django.db.models import ProtectedError, RestrictedError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext_lazy as _
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework import status
from rest_framework.exceptions import APIException, ErrorDetail, UnsupportedMediaType, ValidationError
from rest_framework.settings import api_settings

from roadshow.server.database import shorten_waits
from roadshow.server.outage import RETRY_AFTER, is_database_outage

logger = logging.getLogger(__name__)
CONCURRENCY_ERRORS = {"40001", "40P01", "55P03"}  # serialisation failure, deadlock, lock not available


class Conflict(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = _("Somebody changed this at the same moment. Fetch it again and repeat your change.")
    default_code = "conflict"


class PreconditionFailed(APIException):
    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_detail = _("It was changed since you fetched it. Fetch it again and repeat your change.")
    default_code = "precondition_failed"


class Unavailable(APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = _("Back in a moment. Please try again.")
    default_code = "unavailable"
    wait = RETRY_AFTER  # becomes Retry-After


class Gone(APIException):
    status_code = status.HTTP_410_GONE
    default_detail = _("This is not there any more.")
    default_code = "gone"


def as_api_error(error: ModelError, names: dict[str, str] | None = None) -> ValidationError:
    """A model's validation error with the API's keys: `names` maps columns to keys where they differ."""
    if not hasattr(error, "error_dict"):
        return ValidationError({api_settings.NON_FIELD_ERRORS_KEY: error.messages})
    names = {"__all__": api_settings.NON_FIELD_ERRORS_KEY} | (names or {})
    return ValidationError(
        {
            names.get(name, name): [message for part in errors for message in part.messages]
            for name, errors in error.error_dict.items()
        }
    )


def constraint_message(error: Exception) -> str:
    """The model's message for the constraint that the database found violated; empty for other errors."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == name:
                return str(constraint.violation_error_message)
    return ""


def conflict_message(error: Exception) -> str | None:
    """The message of a 409 response; None for errors that are no conflict."""
    if isinstance(error, ProtectedError | RestrictedError):
        rows = error.protected_objects if isinstance(error, ProtectedError) else error.restricted_objects
        kinds = sorted({str(row._meta.verbose_name_plural) for row in rows})
        sentence = _("Other records refer to this one (%(kinds)s). Delete or change them first.")
        return sentence % {"kinds": ", ".join(kinds)}
    if isinstance(error, IntegrityError):
        return constraint_message(error) or str(Conflict.default_detail)
    if (
        isinstance(error, OperationalError)
        and getattr(error.__cause__, "sqlstate", None) in CONCURRENCY_ERRORS
    ):
        return str(Conflict.default_detail)
    return None


class ConflictMiddleware(MiddlewareMixin):
    """Responds to conflicts on pages and in the admin with 409."""

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        sentence = conflict_message(error)
        if sentence is None:
            return None
        logger.warning("%s: %s", request.path, sentence, exc_info=error)
        return render(request, "409.html", {"sentence": sentence}, status=status.HTTP_409_CONFLICT)


class ErrorHandler(ExceptionHandler):
    """Converts errors of the database and of models, too."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if sentence := conflict_message(exc):
            return Conflict(sentence)
        if is_database_outage(exc):
            shorten_waits()
            return Unavailable()
        if isinstance(exc, ModelError):
            return as_api_error(exc)
        if isinstance(exc, UnsupportedMediaType):
            exc.detail = ErrorDetail(
                str(_("Send JSON, with “Content-Type: application/json”.")), exc.default_code
            )
        if isinstance(exc, DataError | OverflowError):
            return ValidationError(_("A date, number or text is beyond what can be stored."))
        return super().convert_known_exceptions(exc)
