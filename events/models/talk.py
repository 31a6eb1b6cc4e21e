"""Talks."""

from collections.abc import Callable, Iterable

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, OuterRef, Prefetch, Q, Subquery
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from roadshow.api.change_triggers import change_triggers
from roadshow.core.access import can_see_all
from roadshow.core.compiled_queries import compiled_query
from roadshow.core.fields import AddressField, LanguageField, PictureField
from roadshow.core.former_addresses import former_address
from roadshow.core.models import Level, Record
from roadshow.core.roles import Permission
from roadshow.core.search import search_indexes, search_vector
from roadshow.core.slugs import make_unique_slug
from roadshow.core.view_addresses import reverse
from roadshow.journal.triggers import journal_triggers
from speakers.models import Speaker

from .event import Event
from .event_scope import PUBLIC_STATES, EventScopedQuerySet, TalkState, visible_talks
from .public_people import talk_changed
from .release import PresentSlot, ReleasedSlot
from .state_changes import count_state_change, record_cancellation
from .talk_parts import BATCH, EVENT_OF_TALK, TalkSpeaker
from .talk_people import set_people
from .topic import Topic
from .track import Track

NOT_ON_CARDS = ("description", "notes", "imported", "people", "search")


class TalkQuerySet(EventScopedQuerySet):
    permission = Permission.EDIT_TALKS

    def visible_to(self, user):
        """Confirmed and cancelled talks of events that `user` sees, and all talks of their own events."""
        return self if can_see_all(user) else self.filter(*visible_talks(user))

    def with_similar_words(self, text):
        people = Speaker.objects.filter(state=Speaker.State.PUBLISHED).with_similar_words(text)
        return [
            *super().with_similar_words(text),
            *(self.filter(pk__in=_given_by(found)) for found in people),
        ]

    def for_cards(self):
        """All that a card of a talk shows: two more queries, however many talks.

        `credits` are its published speakers in order (each a TalkSpeaker), `current_slots` its slots in the
        current release, with their rooms.
        """
        return self.with_card_relations().prefetch_related(
            Prefetch("talk_speakers", TalkSpeaker.objects.published(), to_attr="credits"),
            Prefetch("released_slots", ReleasedSlot.objects.in_time_order(), to_attr="current_slots"),
        )

    def with_card_relations(self):
        """What `for_cards` loads in the same query; `add_card_parts` adds the rest."""
        rows = self.select_related("event__venue", "event__series", "track")
        return rows.defer(*NOT_ON_CARDS, "event__description", "event__search")

    @staticmethod
    def load_of_speaker(user, speaker: int) -> "list[Talk]":
        """The talks of a speaker that `user` sees, as for cards, newest first; 3 queries."""
        talks = _load_of_speaker(user, speaker=speaker)
        add_card_parts(user, talks)
        return talks

    def set_topics(self, wanted: "dict[Talk, list[Topic]]") -> None:
        """Makes the topics of each talk be these, in two statements however many talks."""
        through = Talk.topics.through
        through.objects.filter(talk__in=wanted).delete()
        pairs = [(talk, topic) for talk, topics in wanted.items() for topic in topics]
        through.objects.bulk_create(
            [through(talk=talk, topic=topic) for talk, topic in pairs], batch_size=BATCH
        )

    def in_time_order(self):
        """By their first current slot; talks without one come last."""
        first = ReleasedSlot.objects.in_time_order().filter(talk=OuterRef("pk")).values("starts_at")[:1]
        begins = F("first_starts_at").asc(nulls_last=True)
        return self.alias(first_starts_at=Subquery(first)).order_by(begins, "title", "pk")

    def newest_first(self):
        return self.order_by("-event__starts_on", "event_id", "title", "pk")


def _given_by(people):
    return TalkSpeaker.objects.filter(speaker__in=people.values("pk")).values("talk")


@compiled_query
def _load_of_speaker(user, speaker):
    return Talk.objects.visible_to(user).filter(speakers=speaker).with_card_relations().newest_first()


class Talk(Record):
    """What somebody gives at an event, with its texts, kind and state."""

    class Kind(models.TextChoices):
        KEYNOTE = "keynote", _("keynote")
        TALK = "talk", _("talk")
        WORKSHOP = "workshop", _("workshop")
        PANEL = "panel", _("panel")
        LIGHTNING = "lightning", _("lightning talk")
        BREAK = "break", _("break")

    # Loaded by QuerySets that say so: TalkSpeaker in order, ReleasedSlot in order.
    credits: list
    current_slots: list

    State = TalkState
    PUBLIC = PUBLIC_STATES
    address_kind = "talks"

    event = models.ForeignKey(Event, models.CASCADE, related_name="talks", verbose_name=_("event"))
    title = models.CharField(_("title"), max_length=500)
    slug = AddressField(blank=True)
    subtitle = models.CharField(_("subtitle"), blank=True)
    abstract = models.TextField(
        _("abstract"), blank=True, help_text=_("Markdown. What it is about, in a paragraph or two.")
    )
    description = models.TextField(_("description"), blank=True, help_text=_("Markdown. Everything else."))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.TALK)
    type_label = models.CharField(
        _("the event's word for the kind"),
        max_length=100,
        blank=True,
        help_text=_("Such as devroom or poster."),
    )
    level = models.CharField(_("level"), max_length=12, choices=Level, default=Level.ANY, blank=True)
    language = LanguageField()
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFT)
    sequence = models.PositiveIntegerField(default=0, editable=False)  # how often `state` changed
    track = models.ForeignKey(
        Track, models.SET_NULL, null=True, blank=True, related_name="talks", verbose_name=_("track")
    )
    topics = models.ManyToManyField(Topic, blank=True, related_name="talks", verbose_name=_("topics"))
    speakers = models.ManyToManyField(
        Speaker, through="TalkSpeaker", related_name="talks", verbose_name=_("speakers"), blank=True
    )
    duration = models.PositiveSmallIntegerField(_("minutes planned"), null=True, blank=True)
    expected_audience = models.PositiveIntegerField(_("people expected"), null=True, blank=True)
    recording_license = models.CharField(_("licence of the recording"), max_length=100, blank=True)
    do_not_record = models.BooleanField(_("do not record"), default=False)
    origin_url = models.URLField(
        _("page elsewhere"),
        max_length=2000,
        blank=True,
        help_text=_("Where else the talk has a page, such as at the program that it was planned with."),
    )
    feedback_url = models.URLField(_("page for feedback elsewhere"), max_length=2000, blank=True)
    picture = PictureField(_("picture"), upload_to="talks/", blank=True)
    code = models.CharField(
        _("code"),
        max_length=6,
        blank=True,
        validators=[RegexValidator(r"^[0-9A-Z]{6}$", _("Six capital letters or digits."))],
        help_text=_("Six capital letters or digits; other systems know the talk by it."),
    )
    repeats = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="repeated_as", verbose_name=_("repeats")
    )
    notes = models.TextField(_("notes"), blank=True, help_text=_("Only organisers see them."))
    imported = models.JSONField(_("as it was imported"), null=True, blank=True, editable=False)
    # The names of its published speakers, so that one search finds both; the database itself writes them.
    people = models.TextField(blank=True, default="", editable=False)
    search = search_vector(title="A", people="A", subtitle="B", abstract="C", description="D")

    objects = TalkQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["search", "people", "picture", "imported", "sequence"])

    class Meta:
        triggers = [
            *change_triggers("events_talk"),
            set_people,
            talk_changed,
            count_state_change(),
            record_cancellation(),
            former_address("talks", scope="event_id"),
            *journal_triggers("events_talk", event="r.event_id", label="r.title", is_record=True),
        ]
        verbose_name, verbose_name_plural = _("talk"), _("talks")
        ordering = ["title", "pk"]
        indexes = [
            models.Index(fields=["event", "state", "title", "id"], name="talk_by_title"),
            # With what says who sees a talk, so that the rows before a page need not be fetched.
            *(
                models.Index(fields=[*fields, "id"], include=["state", "event"], name=f"talk_by_{name}")
                for name, fields in {
                    "title_alone": ["title"],
                    "creation": ["created_at"],
                    "change": ["updated_at"],
                    "kind": ["kind", "title"],
                    "level": ["level", "title"],
                    "language": ["language", "title"],
                    "code": ["code"],
                }.items()
            ),
            *search_indexes("talk"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "slug"],
                name="talk_address_once_in_an_event",
                violation_error_message=_(
                    "The event has a talk with that address already. Change the address."
                ),
            ),
            models.UniqueConstraint(
                fields=["event", "code"],
                condition=~Q(code=""),
                name="talk_code_once_in_an_event",
                violation_error_message=_("The event has a talk with that code already."),
            ),
            models.CheckConstraint(
                condition=~Q(title=""),
                name="talk_has_a_title",
                violation_error_message=_("A talk needs a title."),
            ),
        ]

    def __str__(self):
        return self.title

    def clean(self):
        if self.track and self.event_id and self.track.event_id != self.event_id:
            raise ValidationError(
                {"track": _("This track belongs to another event. Pick one of this event's tracks.")}
            )

    def save(self, **options):
        if not self.slug:
            self.give_address(self.is_address_taken)
        super().save(**options)

    @property
    def address_scope(self) -> int:
        return self.event_id or 0

    def give_address(self, taken: Callable[[str], bool]) -> None:
        self.slug = make_unique_slug(self.title, taken, fallback="talk")

    def get_absolute_url(self):
        return reverse("events:talk", args=[self.event.slug, self.slug])

    @property
    def is_cancelled(self) -> bool:
        return self.state == self.State.CANCELLED

    @property
    def present_slots(self) -> list[PresentSlot]:
        """Its `current_slots` with what the day changed, the first one first."""
        return sorted((slot.present for slot in self.current_slots), key=lambda slot: slot.starts_at)


class TalkTopic(Talk.topics.through):  # type: ignore[name-defined]  # Django makes the model
    """Carries the triggers of the table that Django makes for `Talk.topics`."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            *change_triggers("events_talk_topics"),
            *journal_triggers(
                "events_talk_topics",
                event=EVENT_OF_TALK,
                label="(SELECT name FROM events_topic WHERE id = r.topic_id)",
            ),
        ]


@compiled_query
def load_credits(user, talks):
    """The published speakers of talks, in order, each a TalkSpeaker."""
    return TalkSpeaker.objects.published().filter(talk__pk__any=talks)


@compiled_query
def load_slots(user, talks):
    """The slots of talks in current releases, the first one first."""
    return ReleasedSlot.objects.in_time_order().filter(talk__pk__any=talks)


def add_card_parts(user, talks: Iterable[Talk]) -> None:
    """Give talks their `credits` and `current_slots`, as `for_cards` does; two queries."""
    rows: dict[int, list[Talk]] = {}
    for talk in talks:
        talk.credits, talk.current_slots = [], []
        rows.setdefault(talk.pk, []).append(talk)
    if not rows:
        return
    for credit in load_credits(user, talks=list(rows)):
        for talk in rows[credit.talk_id]:
            talk.credits.append(credit)
    for slot in load_slots(user, talks=list(rows)):
        for talk in rows[slot.talk_id]:
            talk.current_slots.append(slot)
