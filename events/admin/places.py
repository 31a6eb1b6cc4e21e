"""The admin of venues and their rooms, which all organisers share."""

from django.contrib import admin
from django.db.models import Count
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeNumericFilter
from unfold.decorators import display

from roadshow.core.admin import OrderedInline, OwnFilter, RecordAdmin

from ..actions import tell_others
from ..models import Room, Venue
from .sharing import SharedAdminMixin, SharedNameForm


class RoomInline(OrderedInline):
    model = Room
    form = SharedNameForm
    fields = ["name", "capacity", "floor", "shared", "position"]

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        formset.form.user = request.user
        return formset


@admin.register(Venue)
class VenueAdmin(SharedAdminMixin, RecordAdmin):
    list_display = ["name", "city", "country", "rooms_and_seats", "on_the_map", "event_count"]
    list_filter = [("events", OwnFilter)]
    search_fields = ["name"]
    inlines = [RoomInline]
    fieldsets = [
        (None, {"fields": ["name", "address", ("city", "country"), "website"]}),
        (_("On the map"), {"classes": ["tab"], "fields": [("latitude", "longitude")]}),
        (_("Getting there"), {"classes": ["tab"], "fields": ["directions", "accessibility", "plan"]}),
    ]

    def save_formset(self, request, form, formset, change):
        super().save_formset(request, form, formset, change)
        for one in formset.initial_forms:
            if one.has_changed() and one.instance.pk and set(one.changed_data) - {"position"}:
                tell_others(one.instance, request.user, before=one.initial["name"])

    def for_list(self, rows):
        return rows.prefetch_related("rooms").annotate(event_total=Count("events", distinct=True))

    @display(description=_("rooms (seats)"))
    def rooms_and_seats(self, venue):
        rooms = venue.rooms.all()
        return f"{len(rooms)} ({sum(room.capacity or 0 for room in rooms)})" if rooms else "0"

    @display(description=_("on the map"), boolean=True)
    def on_the_map(self, venue):
        return venue.latitude is not None

    @display(description=_("events"), ordering="event_total")
    def event_count(self, venue):
        return venue.event_total


@admin.register(Room)
class RoomAdmin(SharedAdminMixin, RecordAdmin):
    list_display = ["name", "venue", "capacity", "floor", "shared", "event_count"]
    list_filter = [("venue", OwnFilter), ("capacity", RangeNumericFilter), "shared"]
    search_fields = ["name"]
    autocomplete_fields = ["venue"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "venue",
                    "name",
                    ("building", "floor"),
                    ("capacity", "shared"),
                    "description",
                    ("stream_url", "chat_url"),
                    "position",
                ]
            },
        ),
        (_("Getting there"), {"classes": ["tab"], "fields": ["directions", "plan", ("plan_x", "plan_y")]}),
        (
            _("Accessibility"),
            {"classes": ["tab"], "fields": [("step_free", "hearing_loop"), ("quiet", "light")]},
        ),
    ]

    def for_list(self, rows):
        return (
            rows.select_related("venue")
            .defer("venue__search", "search")
            .annotate(event_total=Count("event_rooms", distinct=True))
        )

    @display(description=_("events"), ordering="event_total")
    def event_count(self, room):
        return room.event_total
