"""Every error of the API in one shape, and a lost race as 409 with the sentence of the broken constraint."""

from django.apps import apps
from django.core.exceptions import ValidationError as ModelError
from django.db import DataError, IntegrityError, OperationalError
from django.db.models import ProtectedError, RestrictedError
from django.utils.translation import gettext_lazy as _
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.settings import api_settings

LOST_RACES = {"40001", "40P01", "55P03"}  # serialisation failure, deadlock, lock not available


class Conflict(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = _("Somebody changed this at the same moment. Fetch it again and repeat your change.")
    default_code = "conflict"


class PreconditionFailed(APIException):
    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_detail = _("It was changed since you fetched it. Fetch it again and repeat your change.")
    default_code = "precondition_failed"


class Gone(APIException):
    status_code = status.HTTP_410_GONE
    default_detail = _("This is not there any more.")
    default_code = "gone"


def as_api_error(error: ModelError, names: dict[str, str] | None = None) -> ValidationError:
    """The same messages, under the names that the API uses for columns (those of `names`, else the same)."""
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
    """What the model says about the constraint that the database found broken; empty for others."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == name:
                return str(constraint.violation_error_message)
    return ""


class Handler(ExceptionHandler):
    """Knows the database's and the models' errors too."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, ProtectedError | RestrictedError):
            return Conflict(_("Other records refer to this one. Delete or change them first."))
        if isinstance(exc, IntegrityError):
            return Conflict(constraint_message(exc) or None)
        if isinstance(exc, OperationalError) and getattr(exc.__cause__, "pgcode", None) in LOST_RACES:
            return Conflict()
        if isinstance(exc, ModelError):
            return as_api_error(exc)
        if isinstance(exc, DataError | OverflowError):
            return ValidationError(_("A date, number or text is beyond what can be stored."))
        return super().convert_known_exceptions(exc)
