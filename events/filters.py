"""Query parameters of the lists of events, talks and their parts, for pages and API."""

import datetime as dt

from django.db.models import DateField, DateTimeField, DurationField, F, Func, Q
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from roadshow.api.filters import (
    DateFilter,
    InstantFilter,
    ListFilter,
    NearFilter,
    NumberFilter,
    RecordFilter,
    ReferenceFilter,
    TextFilter,
    WithinFilter,
    YesNoFilter,
)
from roadshow.core.models import Level
from speakers.models import Speaker

from .models import Event, ReleasedSlot, Room, Series, Talk, TalkLink, TalkSpeaker, Topic, Track, Venue

NAMED: dict[str, tuple[str, ...]] = {"name": ("name",)}
CHANGED: dict[str, tuple[str, ...]] = {"created_at": ("created_at",), "updated_at": ("updated_at",)}


class LocalDay(Func):
    """The event day of a local time: days start at `day_change`, the first one (third expression) at midnight."""

    output_field = DateField()

    def __init__(self, local, change, first):
        date = "(%(expressions)s)::date"
        moved = Func(local, change, template=date, arg_joiner=" - ", output_field=DateField())
        on = Func(local, template=date, output_field=DateField())
        super().__init__(
            moved, Func(on, first, function="LEAST", output_field=DateField()), function="GREATEST"
        )


def released_slots_of_day(day: dt.date):
    """Released slots that belong to `day` of their event."""
    begin = dt.datetime.combine(day, dt.time(), dt.UTC)
    # The range uses an index; the exact day depends on the event's time zone.
    window = (begin - dt.timedelta(hours=15), begin + dt.timedelta(hours=60))
    event = F("release__event__timezone"), F("starts_at")
    local = LocalDay(
        Func(*event, function="timezone", output_field=DateTimeField()),
        Cast(F("release__event__day_change"), DurationField()),
        F("release__event__starts_on"),
    )
    return ReleasedSlot.objects.alias(local_day=local).filter(starts_at__range=window, local_day=day)


def has_current_slot(slots) -> Q:
    """Condition on talks: one of these slots is in the event's current release."""
    return Q(pk__in=slots.current().order_by().values("talk"))


def has_visible_talk(filters: RecordFilter, column: str, **conditions) -> Q:
    """Condition: a row is the `column` of a visible talk that fulfils `conditions`."""
    return Q(pk__in=Talk.objects.visible_to(filters.user).filter(**conditions).order_by().values(column))


class SlotsFilter(InstantFilter):
    """Talks by the times of their current slots."""

    def filter(self, rows, value):
        slots = ReleasedSlot.objects.filter(**{self.lookup_expr: value}) if value else None
        return rows if slots is None else rows.filter(has_current_slot(slots))


class AtFilter(InstantFilter):
    """Talks with a slot that contains a time."""

    def filter(self, rows, value):
        return rows.filter(has_current_slot(ReleasedSlot.objects.at(value))) if value else rows


class DayFilter(DateFilter):
    """Talks with a slot on a day of their event."""

    def filter(self, rows, value):
        return rows.filter(has_current_slot(released_slots_of_day(value))) if value else rows


class WhenFilter(ListFilter):
    """Upcoming, current and past events."""

    def __init__(self, **options):
        words = [("upcoming", _("upcoming")), ("now", _("on today")), ("past", _("past"))]
        super().__init__(choices=words, label=_("When"), through=self.condition, **options)

    @staticmethod
    def condition(filters, words):
        today = timezone.localdate(timezone=dt.UTC)
        meanings = {
            "upcoming": Q(starts_on__gt=today),
            "now": Q(starts_on__lte=today, ends_on__gte=today),
            "past": Q(ends_on__lt=today),
        }
        wanted = Q()
        for word in words:
            wanted |= meanings[word]
        return wanted


class SeriesFilter(RecordFilter):
    change_kind = "series"
    orderings = NAMED | {"slug": ("slug",)} | CHANGED

    state = ListFilter(choices=Series.State.choices, label=_("State"))


class EventFilter(RecordFilter):
    change_kind = "events"
    orderings = NAMED | CHANGED | {"starts_on": ("starts_on",), "ends_on": ("ends_on",), "slug": ("slug",)}

    series = ReferenceFilter(rows=Series.objects, label=_("Series"))
    when = WhenFilter()
    since = DateFilter(field_name="ends_on", lookup_expr="gte", label=_("On this day or later"))
    until = DateFilter(field_name="starts_on", lookup_expr="lte", label=_("On this day or earlier"))
    state = ListFilter(choices=Event.State.choices, label=_("State"))
    city = TextFilter(label=_("City"))
    country = TextFilter(label=_("Country"))
    venue = ReferenceFilter(rows=Venue.objects, by="guid", label=_("Venue"))
    room = ReferenceFilter(rows=Room.objects, by="guid", field_name="rooms", label=_("Room"))
    near = NearFilter("venue", "")
    within = WithinFilter()
    online = YesNoFilter(condition=~Q(online_url=""), label=_("Has a stream"))
    language = ListFilter(pattern=r"[A-Za-z0-9-]{2,20}", example="en", label=_("Language"))
    topic = ReferenceFilter(
        rows=Topic.objects, label=_("Topic"), through=lambda f, k: has_visible_talk(f, "event", topics__in=k)
    )
    speaker = ReferenceFilter(
        rows=Speaker.objects,
        label=_("Speaker"),
        through=lambda f, k: has_visible_talk(f, "event", speakers__in=k),
    )
    released = YesNoFilter(condition=Q(current_release__isnull=False), label=_("Has a schedule"))
    feedback_open = YesNoFilter(field_name="feedback_open", label=_("Feedback is open"))


class VenueFilter(RecordFilter):
    change_kind = "venues"
    orderings = NAMED | CHANGED | {"city": ("city",)}

    city = TextFilter(label=_("City"))
    country = TextFilter(label=_("Country"))
    near = NearFilter("")
    within = WithinFilter()
    event = ReferenceFilter(
        rows=Event.objects,
        label=_("Event"),
        through=lambda f, k: Q(pk__in=Event.objects.filter(pk__in=k).order_by().values("venue")),
    )


class RoomFilter(RecordFilter):
    change_kind = "rooms"
    orderings = NAMED | CHANGED | {"position": ("position", "name"), "capacity": ("capacity",)}

    venue = ReferenceFilter(rows=Venue.objects, by="guid", label=_("Venue"))
    event = ReferenceFilter(
        rows=Event.objects,
        label=_("Event"),
        through=lambda f, k: Q(pk__in=Event.rooms.through.objects.filter(event__in=k).values("room")),
    )
    shared = YesNoFilter(field_name="shared", label=_("Several talks may be here at once"))
    seats = NumberFilter(field_name="capacity", lookup_expr="gte", label=_("At least so many seats"))


class TrackFilter(RecordFilter):
    change_kind = "tracks"
    orderings = NAMED | CHANGED | {"position": ("position", "name")}

    event = ReferenceFilter(rows=Event.objects, label=_("Event"))
    series = ReferenceFilter(rows=Series.objects, field_name="event__series", label=_("Series"))


class PhotoFilter(RecordFilter):
    orderings = CHANGED | {"position": ("position", "pk")}

    event = ReferenceFilter(rows=Event.objects, label=_("Event"))
    talk = ReferenceFilter(rows=Talk.objects, label=_("Talk"))

    def by_text(self, rows, text):
        return rows.filter(Q(caption__icontains=text) | Q(alternative__icontains=text))


class RecapFilter(RecordFilter):
    orderings = CHANGED | {"language": ("language",)}

    event = ReferenceFilter(rows=Event.objects, label=_("Event"))
    language = TextFilter(label=_("Language"))

    def by_text(self, rows, text):
        return rows.filter(Q(title__icontains=text) | Q(text__icontains=text))


class TopicFilter(RecordFilter):
    change_kind = "topics"
    orderings = NAMED | {"slug": ("slug",)} | CHANGED

    event = ReferenceFilter(
        rows=Event.objects, label=_("Event"), through=lambda f, k: has_visible_talk(f, "topics", event__in=k)
    )
    speaker = ReferenceFilter(
        rows=Speaker.objects,
        label=_("Speaker"),
        through=lambda f, k: has_visible_talk(f, "topics", speakers__in=k),
    )


class TalkFilter(RecordFilter):
    change_kind = "talks"
    orderings = {"title": ("title",), "event": ("event__starts_on", "event", "title")} | CHANGED

    event = ReferenceFilter(rows=Event.objects, label=_("Event"))
    series = ReferenceFilter(rows=Series.objects, field_name="event__series", label=_("Series"))
    track = ReferenceFilter(rows=Track.objects, label=_("Track"))
    topic = ReferenceFilter(
        rows=Topic.objects,
        label=_("Topic"),
        through=lambda f, k: Q(pk__in=Talk.topics.through.objects.filter(topic__in=k).values("talk")),
    )
    speaker = ReferenceFilter(
        rows=Speaker.objects,
        label=_("Speaker"),
        through=lambda f, k: Q(pk__in=TalkSpeaker.objects.filter(speaker__in=k).order_by().values("talk")),
    )
    room = ReferenceFilter(
        rows=Room.objects,
        by="guid",
        label=_("Room"),
        through=lambda f, k: has_current_slot(ReleasedSlot.objects.filter(room__in=k)),
    )
    kind = ListFilter(choices=Talk.Kind.choices, label=_("Kind"))
    level = ListFilter(choices=Level.choices, label=_("Level"))
    language = ListFilter(pattern=r"[A-Za-z0-9-]{2,20}", example="en", label=_("Language"))
    state = ListFilter(choices=Talk.State.choices, label=_("State"))
    date = DayFilter(label=_("Day"))
    at = AtFilter(label=_("On at this time"))
    starts_after = SlotsFilter(lookup_expr="starts_at__gte", label=_("Begins at this time or later"))
    starts_before = SlotsFilter(lookup_expr="starts_at__lt", label=_("Begins before this time"))
    near = NearFilter("event__venue", "event")
    within = WithinFilter()
    link = ListFilter(
        choices=TalkLink.Kind.choices,
        label=_("Has a link of this kind"),
        through=lambda f, kinds: Q(pk__in=TalkLink.objects.filter(kind__in=kinds).order_by().values("talk")),
    )
    scheduled = YesNoFilter(
        condition=lambda f: has_current_slot(ReleasedSlot.objects.all()),
        label=_("Has a place in the schedule"),
    )
    code = ListFilter(pattern=r"[0-9A-Z]{6}", example="ABC123", label=_("Code"))


class SlotFilter(RecordFilter):
    """Filters of slots of current releases."""

    change_kind = "slots"
    orderings = {"starts_at": ("starts_at", "number"), "ends_at": ("ends_at", "number")}

    event = ReferenceFilter(rows=Event.objects, field_name="release__event", label=_("Event"))
    series = ReferenceFilter(rows=Series.objects, field_name="release__event__series", label=_("Series"))
    talk = ReferenceFilter(rows=Talk.objects, by="guid", label=_("Talk"))
    track = ReferenceFilter(rows=Track.objects, field_name="talk__track", label=_("Track"))
    topic = ReferenceFilter(
        rows=Topic.objects,
        label=_("Topic"),
        through=lambda f, k: Q(talk__in=Talk.topics.through.objects.filter(topic__in=k).values("talk")),
    )
    speaker = ReferenceFilter(
        rows=Speaker.objects,
        label=_("Speaker"),
        through=lambda f, k: Q(talk__in=TalkSpeaker.objects.filter(speaker__in=k).order_by().values("talk")),
    )
    room = ReferenceFilter(rows=Room.objects, by="guid", label=_("Room"))
    kind = ListFilter(choices=Talk.Kind.choices, field_name="talk__kind", label=_("Kind"))
    date = DateFilter(method="by_day", label=_("Day"))
    at = InstantFilter(method="by_instant", label=_("On at this time"))
    starts_after = InstantFilter(
        field_name="starts_at", lookup_expr="gte", label=_("Begins at this time or later")
    )
    starts_before = InstantFilter(
        field_name="starts_at", lookup_expr="lt", label=_("Begins before this time")
    )
    near = NearFilter("release__event__venue", "release__event")
    within = WithinFilter()
    cancelled = YesNoFilter(field_name="cancelled", label=_("Cancelled"))

    def by_text(self, rows, text):
        # `rows` are already limited to slots of visible talks.
        return rows.filter(talk__in=Talk.objects.search(text).order_by().values("pk"))

    def by_day(self, rows, name, value):
        return rows.filter(pk__in=released_slots_of_day(value).order_by().values("pk"))

    def by_instant(self, rows, name, value):
        return rows.at(value)


class PlanFilter(RecordFilter):
    """Filters of slots of a plan."""

    orderings = {"starts_at": ("starts_at", "number"), "updated_at": ("updated_at",)}

    talk = ReferenceFilter(rows=Talk.objects, by="guid", label=_("Talk"))
    track = ReferenceFilter(rows=Track.objects, field_name="talk__track", label=_("Track"))
    room = ReferenceFilter(rows=Room.objects, by="guid", label=_("Room"))
    starts_after = InstantFilter(
        field_name="starts_at", lookup_expr="gte", label=_("Begins at this time or later")
    )
    starts_before = InstantFilter(
        field_name="starts_at", lookup_expr="lt", label=_("Begins before this time")
    )

    def by_text(self, rows, text):
        return rows.filter(talk__in=Talk.objects.search(text).order_by().values("pk"))


class ReleaseFilter(RecordFilter):
    change_kind = "releases"
    orderings = {"created_at": ("created_at",), "number": ("number",)}

    event = ReferenceFilter(rows=Event.objects, label=_("Event"))
    series = ReferenceFilter(rows=Series.objects, field_name="event__series", label=_("Series"))
    current = YesNoFilter(condition=Q(current_for__isnull=False), label=_("The one attendees see"))

    def by_text(self, rows, text):
        return rows.filter(note__icontains=text)
