"""The community's library: curated links, tied into talks, speakers, events and topics."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, F, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from events.models import Event, Talk, Topic
from roadshow.api.change_triggers import change_triggers
from roadshow.core.access import can_curate
from roadshow.core.compiled_queries import compiled_query
from roadshow.core.fields import AddressField, LanguageField
from roadshow.core.former_addresses import former_address
from roadshow.core.imports import ImportEntry
from roadshow.core.models import CheckedTexts, FormerAddress, Level, Record
from roadshow.core.search import SearchQuerySet, search_indexes, search_vector
from roadshow.core.slugs import make_unique_slug
from roadshow.core.url_normalization import compute_url_key, normalise_url
from roadshow.core.view_addresses import reverse
from roadshow.journal.triggers import journal_triggers
from speakers.models import Speaker

URLS = "urls"  # the kind of former addresses that are those of links, normalised
# What only checks of the address change
RESOURCE_TITLE = "(SELECT title FROM resources_resource WHERE id = r.resource_id)"
CHECKED = ["health", "checked_at", "next_check_at", "failures", "failing_since", "moved_to"]


class ResourceQuerySet(SearchQuerySet):
    def visible_to(self, user):
        """Published and retired links; every one to organisers, who curate them together."""
        return self if can_curate(user) else self.filter(state__in=Resource.PUBLIC)

    def editable_by(self, user):
        return self if can_curate(user) else self.none()

    def listed(self):
        """Those that lists show: retired ones keep their page and nothing else."""
        return self.filter(state=Resource.State.PUBLISHED)

    def for_cards(self):
        return self.defer("search").prefetch_related("topics")

    @staticmethod
    def load_tied(user, **record: int) -> "list[Resource]":
        """All links that are tied to a record, public or not: `load_tied(user, talk=4)`.

        Whoever shows them shows those that are `is_listed`; a page that loaded all is built anew when another is
        published.
        """
        return _load_tied(user, **record)

    @staticmethod
    def add_topics(user, resources: "Iterable[Resource]") -> None:
        """Give links their topics, as `for_cards` does; one query."""
        found: dict[int, list[Topic]] = {resource.pk: [] for resource in resources}
        if found:
            for pair in _load_topics(user, resources=list(found)):
                found[pair.resource_id].append(pair.topic)
        for resource in resources:
            resource._prefetched_objects_cache = {"topics": found[resource.pk]}  # type: ignore[attr-defined]

    def of_address(self, url: str) -> "Resource | None":
        """The record that has, or had, an address in whatever spelling; None also for what is no address."""
        with suppress(ValueError):
            key = compute_url_key(url)
            rows: Any = self  # Resource is defined below
            return rows.filter(url_key=key).first() or rows.filter(pk=FormerAddress.find(URLS, key)).first()
        return None

    def with_citations(self):
        """Each with the number of talks that everybody sees and that cite it, as `citations`."""
        cited = Resource.talks.through.objects.filter(
            resource=OuterRef("pk"), talk__in=Talk.objects.visible_to(None).order_by()
        )
        counted: Any = cited.order_by().values("resource").annotate(total=Count("pk"))
        return self.annotate(citations=Coalesce(Subquery(counted.values("total")), 0))

    def due(self, now):
        """Those whose address is to be checked, the longest overdue first; never checked ones before all."""
        waiting = Q(next_check_at__isnull=True) | Q(next_check_at__lte=now)
        return self.listed().filter(waiting).order_by(F("next_check_at").asc(nulls_first=True), "pk")


@compiled_query
def _load_tied(user, **record):
    ((name, key),) = record.items()
    return Resource.objects.filter(**{f"{name}s": key}).defer("search")


@compiled_query
def _load_topics(user, resources):
    pairs = Resource.topics.through.objects.filter(resource__pk__any=resources).select_related("topic")
    return pairs.defer("topic__search", "topic__description").order_by("topic__name", "topic__pk")


class Resource(Record):
    places: list  # its CollectionItems, loaded by exports
    address_kind = "resources"

    class Kind(models.TextChoices):
        ARTICLE = "article", _("article")
        PAPER = "paper", _("paper")
        DEMO = "demo", _("demo")
        VIDEO = "video", _("video")
        SLIDES = "slides", _("slides")
        CODE = "code", _("code")
        DATASET = "dataset", _("dataset")
        COURSE = "course", _("course")
        BOOK = "book", _("book")
        TOOL = "tool", _("tool")
        GALLERY = "gallery", _("gallery")
        PODCAST = "podcast", _("podcast")

    class State(models.TextChoices):
        SUGGESTED = "suggested", _("suggested")
        PUBLISHED = "published", _("published")
        REJECTED = "rejected", _("rejected")
        RETIRED = "retired", _("retired")

    class Health(models.TextChoices):
        UNKNOWN = "unknown", _("not checked yet")
        GOOD = "good", _("works")
        MOVED = "moved", _("has moved")
        FAILING = "failing", _("did not answer lately")
        BROKEN = "broken", _("broken")

    PUBLIC = [State.PUBLISHED, State.RETIRED]
    RESERVED = {"suggest", "feed"}  # addresses of pages beside those of links

    title = models.CharField(_("title"), max_length=300)
    slug = AddressField(_("address here"), unique=True, blank=True)
    url = models.URLField(_("address"), max_length=2000)
    url_key = models.CharField(_("address, normalised"), max_length=2000, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.ARTICLE)
    level = models.CharField(_("level"), max_length=12, choices=Level, default=Level.ANY, blank=True)
    language = LanguageField(default="en")
    authors = models.CharField(
        _("authors"), max_length=500, blank=True, help_text=_("Separated by semicolons.")
    )
    year = models.PositiveSmallIntegerField(
        _("year"), null=True, blank=True, validators=[MinValueValidator(1500), MaxValueValidator(2200)]
    )
    note = models.TextField(
        _("curator's note"), blank=True, help_text=_("Markdown. Why it is worth reading.")
    )
    free = models.BooleanField(_("free of charge"), default=True)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.SUGGESTED, db_index=True)
    topics = models.ManyToManyField(Topic, blank=True, related_name="resources", verbose_name=_("topics"))
    talks = models.ManyToManyField(Talk, blank=True, related_name="resources", verbose_name=_("talks"))
    speakers = models.ManyToManyField(
        Speaker, blank=True, related_name="resources", verbose_name=_("speakers")
    )
    events = models.ManyToManyField(Event, blank=True, related_name="resources", verbose_name=_("events"))
    health = models.CharField(
        _("health"), max_length=8, choices=Health, default=Health.UNKNOWN, editable=False, db_index=True
    )
    checked_at = models.DateTimeField(_("last checked"), null=True, blank=True, editable=False)
    next_check_at = models.DateTimeField(_("next check"), null=True, blank=True, editable=False)
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0, editable=False)
    failing_since = models.DateTimeField(_("fails since"), null=True, blank=True, editable=False)
    moved_to = models.URLField(_("has moved to"), max_length=2000, blank=True, editable=False)
    archived_url = models.URLField(_("archived copy"), max_length=2000, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    search = search_vector(title="A", authors="B", note="C")

    objects = ResourceQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["search", *CHECKED])

    class Meta:
        triggers = [
            *change_triggers("resources_resource"),
            former_address("resources"),
            *journal_triggers("resources_resource", label="r.title", is_record=True, derived=tuple(CHECKED)),
        ]
        verbose_name, verbose_name_plural = _("resource"), _("resources")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["state", "-created_at", "-id"], name="resource_newest"),
            models.Index(fields=["state", "title", "id"], name="resource_by_title"),
            models.Index(fields=["state", "next_check_at", "id"], name="resource_due"),
            # All that facets count, so that they are counted without the rows themselves.
            models.Index(
                fields=["state", "kind", "level", "language", "year", "free", "id"], name="resource_facets"
            ),
            *search_indexes("resource"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["url_key"],
                name="resource_address_once",
                violation_error_message=_("This address is in the library already."),
            ),
            models.CheckConstraint(
                condition=Q(url__startswith="http://") | Q(url__startswith="https://"),
                name="resource_address_is_http",
                violation_error_message=_("The address has to begin with http:// or https://."),
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def is_listed(self) -> bool:
        return self.state == self.State.PUBLISHED

    def clean(self):
        if self.slug in self.RESERVED:
            raise ValidationError({"slug": _("A page of ours has this address. Choose another.")})
        try:
            self.url = normalise_url(self.url)
            self.url_key = compute_url_key(self.url)
        except ValueError as error:
            raise ValidationError({"url": str(error)}) from error
        other = Resource.objects.exclude(pk=self.pk).of_address(self.url)
        if other:
            raise ValidationError({"url": _("This address is in the library already: “%s”.") % other.title})

    def save(self, **options):
        self.url_key = compute_url_key(self.url)
        if not self.slug:
            self.slug = make_unique_slug(
                self.title,
                lambda slug: slug in self.RESERVED or self.is_address_taken(slug),
                fallback="link",
            )
        super().save(**options)

    def had_address(self, url: str) -> None:
        """Remember an address that was this link's, so that whoever brings it again finds this record."""
        FormerAddress.store(URLS, compute_url_key(url), self.pk)

    def get_absolute_url(self):
        return reverse("resources:resource", args=[self.slug])


class LinkCheck(models.Model):
    """What one check of a link's address saw."""

    class Outcome(models.TextChoices):
        OK = "ok", _("works")
        FAILED = "failed", _("failed")
        LATER = "later", _("decides nothing")

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="checks")
    at = models.DateTimeField(_("checked"))
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    status = models.PositiveSmallIntegerField(_("HTTP status"), null=True, blank=True)
    reason = models.CharField(_("what was wrong"), max_length=300, blank=True)
    final_url = models.CharField(_("redirected to"), max_length=2000, blank=True)
    seconds = models.FloatField(_("seconds"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("check"), _("checks")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["resource", "-at"], name="check_newest")]

    def __str__(self):
        return f"{self.at:%Y-%m-%d} {self.get_outcome_display()}"


class LinkImport(ImportEntry):
    """An import of a list of links; its `choices` are the collection, and whether the file knows better."""

    class Meta(ImportEntry.Meta):
        verbose_name, verbose_name_plural = _("import of links"), _("imports of links")


class CollectionQuerySet(SearchQuerySet):
    def visible_to(self, user):
        return self if can_curate(user) else self.filter(state=Collection.State.PUBLISHED)

    def editable_by(self, user):
        return self if can_curate(user) else self.none()

    def with_items(self, user):
        """Each with its visible links, in order, as `entries`."""
        items = CollectionItem.objects.filter(resource__in=Resource.objects.visible_to(user).listed())
        return self.prefetch_related(
            Prefetch(
                "items",
                items.select_related("resource").prefetch_related("resource__topics"),
                to_attr="entries",
            )
        )


class Collection(Record):
    """An ordered set of links; a learning path is one whose order matters."""

    address_kind = "collections"

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")

    title = models.CharField(_("title"), max_length=200)
    slug = AddressField(unique=True, blank=True)
    text = models.TextField(_("text"), blank=True, help_text=_("Markdown."))
    is_path = models.BooleanField(
        _("learning path"), default=False, help_text=_("Its links are numbered steps.")
    )
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFT)
    resources = models.ManyToManyField(Resource, through="CollectionItem", related_name="collections")
    search = search_vector(title="A", text="C")

    objects = CollectionQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["search"])

    class Meta:
        triggers = [
            *change_triggers("resources_collection"),
            former_address("collections"),
            *journal_triggers("resources_collection", label="r.title", is_record=True),
        ]
        verbose_name, verbose_name_plural = _("collection"), _("collections")
        ordering = ["title", "pk"]
        indexes = search_indexes("collection")

    def __str__(self):
        return self.title

    def save(self, **options):
        if not self.slug:
            self.slug = make_unique_slug(self.title, self.is_address_taken, fallback="collection")
        super().save(**options)

    def get_absolute_url(self):
        return reverse("resources:collection", args=[self.slug])


class CollectionItem(CheckedTexts):
    collection = models.ForeignKey(Collection, models.CASCADE, related_name="items")
    resource = models.ForeignKey(
        Resource, models.CASCADE, related_name="collection_items", verbose_name=_("resource")
    )
    heading = models.CharField(
        _("heading"), max_length=200, blank=True, help_text=_("Begins a section or a step.")
    )
    note = models.TextField(_("note"), blank=True, help_text=_("Markdown. What to do with it here."))
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        triggers = [
            *change_triggers("resources_collectionitem"),
            *journal_triggers("resources_collectionitem", label=RESOURCE_TITLE),
        ]
        verbose_name, verbose_name_plural = _("link"), _("links")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["collection", "resource"],
                name="resource_once_in_a_collection",
                violation_error_message=_("The collection has this link already."),
            ),
        ]

    def __str__(self):
        return str(self.resource)


class ResourceTopic(Resource.topics.through):  # type: ignore[name-defined]  # Django makes the model
    """Carries the triggers of the table that Django makes for `Resource.topics`."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            *change_triggers("resources_resource_topics"),
            *journal_triggers("resources_resource_topics", label=RESOURCE_TITLE),
        ]


class ResourceTalk(Resource.talks.through):  # type: ignore[name-defined]  # Django makes the model
    """Carries the triggers of the table that Django makes for `Resource.talks`."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            *change_triggers("resources_resource_talks"),
            *journal_triggers("resources_resource_talks", label=RESOURCE_TITLE),
        ]


class ResourceSpeaker(Resource.speakers.through):  # type: ignore[name-defined]  # Django makes the model
    """Carries the triggers of the table that Django makes for `Resource.speakers`."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            *change_triggers("resources_resource_speakers"),
            *journal_triggers("resources_resource_speakers", label=RESOURCE_TITLE),
        ]


class ResourceEvent(Resource.events.through):  # type: ignore[name-defined]  # Django makes the model
    """Carries the triggers of the table that Django makes for `Resource.events`."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            *change_triggers("resources_resource_events"),
            *journal_triggers("resources_resource_events", label=RESOURCE_TITLE),
        ]
