"""Results of the admin's search box."""

from typing import Any

from django.urls import reverse
from django.utils.text import capfirst
from unfold.dataclasses import SearchResult

from events.models import Event, Series, Talk
from resources.models import Collection, Resource
from speakers.models import Speaker

MODELS: dict[Any, str] = {
    Event: "event",
    Series: "tour",
    Talk: "co_present",
    Speaker: "record_voice_over",
    Resource: "link",
    Collection: "collections_bookmark",
}  # and the icon of each
BEST = 6  # of each model


def search_admin(request, text: str) -> list[SearchResult]:
    """Rows that the user may change and that match `text`, best first, a query for each model."""
    return [
        SearchResult(
            title=str(row),
            description=str(capfirst(model._meta.verbose_name)),
            link=reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk]),
            icon=icon,
        )
        for model, icon in MODELS.items()
        for row in model.objects.editable_by(request.user).search(text).defer("search")[:BEST]
    ]
