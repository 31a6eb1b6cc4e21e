"""Which rows a user may choose in fields and filters of the admin."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.options import BaseModelAdmin
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import QuerySet
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.contrib.filters.forms import AutocompleteDropdownForm


def selectable_rows(field: models.Field, user) -> QuerySet:
    """The rows that `user` may choose in a foreign key or many-to-many field.

    A foreign key says where a row belongs, so it takes rows that are theirs, unless the other model's admin
    is `shared` (anybody may credit a speaker). Many-to-many fields only mention: what they see will do.
    """
    rows: Any = field.remote_field.model._default_manager.all()
    if not hasattr(rows, "editable_by"):
        return rows.filter(is_staff=True, is_active=True) if hasattr(rows.model, "is_staff") else rows
    permission = getattr(field.model._default_manager.all(), "permission", None)
    if permission and hasattr(rows, "with_permission"):  # the event of a row that belongs to one
        return rows.with_permission(user, permission)
    shared = getattr(admin.site._registry.get(rows.model), "shared", False)
    return rows.visible_to(user) if field.many_to_many or shared else rows.editable_by(user)


def autocomplete_field(request) -> models.Field | None:
    """The field for which `request` asks the autocomplete view, if it does."""
    if not request.resolver_match or request.resolver_match.url_name != "autocomplete":
        return None
    try:
        model = apps.get_model(request.GET["app_label"], request.GET["model_name"])
        return model._meta.get_field(request.GET["field_name"])
    except (KeyError, LookupError, ValueError, FieldDoesNotExist):
        return None


class Choices(BaseModelAdmin):
    """For admins and their inlines: fields offer what the user may use."""

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if isinstance(db_field, models.URLField):
            kwargs.setdefault("assume_scheme", "https")
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        kwargs.setdefault("queryset", selectable_rows(db_field, request.user))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        kwargs.setdefault("queryset", selectable_rows(db_field, request.user))
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class OwnDropdownForm(AutocompleteDropdownForm):
    def __init__(self, request, name, *args, field, **kwargs):
        super().__init__(request, name, *args, field=field, **kwargs)
        self.fields[name].queryset = selectable_rows(field, request.user)


class OwnFilter(AutocompleteSelectFilter):
    """A filter by a related row that names only rows which the user may use."""

    form_class = OwnDropdownForm
