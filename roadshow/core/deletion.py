"""What a deletion would delete, as its confirmation page says it: only rows that the user may see are named."""

from collections.abc import Iterable
from typing import cast

from django.contrib.admin.utils import NestedObjects, quote
from django.db import models, router
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import ngettext

Labels = list  # of strings, each optionally followed by the labels of the rows that depend on it


def describe_deletion(rows: Iterable[models.Model], request, site) -> tuple[Labels, dict, set, list]:
    """The arguments of the admin's confirmation page, as `ModelAdmin.get_deleted_objects` returns them.

    Labels of the rows to delete, number of rows by model, names of the models of which the user may not delete
    a row, and labels of the rows that prevent the deletion. One or two queries for each model.
    """
    rows = list(rows)
    if not rows:
        return [], {}, set(), []
    collector = NestedObjects(using=router.db_for_write(type(rows[0])), origin=rows)
    collector.collect(rows)
    # The stubs have names in place of the models.
    found: dict[type[models.Model], set] = {
        cast(type[models.Model], model): set(instances) for model, instances in collector.model_objs.items()
    }
    protected: dict[type[models.Model], set] = {}
    for row in collector.protected:
        protected.setdefault(type(row), set()).add(row)
    visible = set(rows) | _select_visible(found, request.user) | _select_visible(protected, request.user)

    def label(row) -> str | None:
        return _label(row, site) if row in visible else None

    counts = {model._meta.verbose_name_plural: len(instances) for model, instances in found.items()}
    denied = {
        model._meta.verbose_name
        for model, instances in found.items()
        if not _may_delete(model, instances, request, site)
    }
    labels = _without_hidden(collector.nested(label))
    return labels, counts, denied, _list_protected([label(row) for row in collector.protected])


def _select_visible(found: dict[type[models.Model], set], user) -> set:
    """The instances that `user` may see. Models that do not say who sees them have no visible rows."""
    visible = set()
    for model, instances in found.items():
        rows = model._default_manager.all()
        if not hasattr(rows, "visible_to"):
            continue
        keys = {row.pk for row in instances}
        seen = set(rows.visible_to(user).filter(pk__in=keys).order_by().values_list("pk", flat=True))
        visible |= {row for row in instances if row.pk in seen}
    return visible


def _may_delete(model: type[models.Model], instances: set, request, site) -> bool:
    if not site.is_registered(model):
        return True
    if not site.get_model_admin(model).has_delete_permission(request):
        return False
    rows = model._default_manager.all()
    if not hasattr(rows, "editable_by"):
        return True
    keys = {row.pk for row in instances}
    return rows.editable_by(request.user).filter(pk__in=keys).count() == len(keys)


def _label(row: models.Model, site) -> str:
    options = row._meta
    name = capfirst(options.verbose_name)
    if site.is_registered(type(row)):
        try:
            view = f"{site.name}:{options.app_label}_{options.model_name}_change"
            return format_html('{}: <a href="{}">{}</a>', name, reverse(view, args=[quote(row.pk)]), row)
        except NoReverseMatch:
            pass
    return f"{name}: {row}"


def _without_hidden(labels: Labels) -> Labels:
    """Nested labels without the hidden ones (None) and what depends on them."""
    kept: Labels = []
    is_hidden = False
    for label in labels:
        if isinstance(label, list):
            nested = [] if is_hidden else _without_hidden(label)
            if nested:
                kept.append(nested)
            continue
        is_hidden = label is None
        if not is_hidden:
            kept.append(label)
    return kept


def _list_protected(labels: list[str | None]) -> list[str]:
    named = [label for label in labels if label is not None]
    hidden = len(labels) - len(named)
    if not hidden:
        return named
    text = ngettext("%(count)d record of other organisers", "%(count)d records of other organisers", hidden)
    return [*named, text % {"count": hidden}]
