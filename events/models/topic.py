"""Subjects that talks and links across the portal have in common."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from roadshow.api.change_triggers import change_triggers
from roadshow.core.access import can_curate
from roadshow.core.fields import AddressField
from roadshow.core.former_addresses import former_address
from roadshow.core.models import Record
from roadshow.core.search import SearchQuerySet, search_indexes, search_vector
from roadshow.core.view_addresses import reverse
from roadshow.journal.triggers import journal_triggers


class Topic(Record):
    """A subject that talks and links across the portal have in common."""

    address_kind = "topics"

    name = models.CharField(_("name"), max_length=120)
    slug = AddressField(unique=True)
    description = models.TextField(_("description"), blank=True, help_text=_("Markdown."))
    search = search_vector(name="A", description="C")

    class QuerySet(SearchQuerySet):
        search_title = "name"

        def visible_to(self, user):
            return self

        def editable_by(self, user):
            return self if can_curate(user) else self.none()

    objects = QuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["search"])

    class Meta:
        triggers = [
            *change_triggers("events_topic"),
            former_address("topics"),
            *journal_triggers("events_topic", label="r.name", is_record=True),
        ]
        verbose_name, verbose_name_plural = _("topic"), _("topics")
        ordering = ["name", "pk"]
        indexes = search_indexes("topic", "name")
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="topic_name_once",
                violation_error_message=_("There is a topic of that name already."),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("topic", args=[self.slug])
