"""People who give talks: one record each, across all events."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from roadshow.api.change_triggers import change_triggers
from roadshow.core.access import can_see_all, is_organiser, only_events
from roadshow.core.fields import AddressField, PictureField
from roadshow.core.former_addresses import former_address
from roadshow.core.models import Record, Timestamped
from roadshow.core.roles import Permission, roles_with
from roadshow.core.search import SearchQuerySet, search_indexes, search_vector
from roadshow.core.slugs import make_unique_slug
from roadshow.core.view_addresses import reverse
from roadshow.journal.triggers import journal_triggers

EVENTS = (  # at which a speaker speaks
    "SELECT DISTINCT t.event_id FROM events_talkspeaker ts JOIN events_talk t ON t.id = ts.talk_id"
    " WHERE ts.speaker_id = {speaker}"
)

PROFILE_GRANTED = "granted"  # of the people of an event at which somebody is, see events.EventSpeaker


class SpeakerQuerySet(SearchQuerySet):
    search_title = "name"

    def visible_to(self, user):
        """People of whom a talk is public, those of the user's own events, and those whom they may change."""
        if can_see_all(user):
            return self
        public = Q(is_public=True)
        return self.filter(
            public | Q(pk__in=self._of(user, also=Permission.VIEW)) if is_organiser(user) else public
        )

    def listed_for(self, user):
        """Those whom the admin lists for `user`: whom they may change, and who speak where they look after speakers."""
        if can_see_all(user):
            return self
        return (
            self.filter(pk__in=self._of(user, also=Permission.EDIT_SPEAKERS))
            if is_organiser(user)
            else self.none()
        )

    def editable_by(self, user):
        """Speakers whom `user` entered, or whose profile an event of theirs may edit.

        An event may when its people entered the person, or when those who could allowed it on request. A credit
        alone is not enough. A token for some events is for those events, and for persons entered who speak nowhere yet.
        """
        if can_see_all(user):
            return self
        return self.filter(pk__in=self._of(user)) if is_organiser(user) else self.none()

    def _of(self, user, *, also: Permission | None = None):
        """Primary keys of those whom `user` may edit, and of those credited at events where they have `also`."""
        granted = Q(event_speakers__profile_access=PROFILE_GRANTED)
        colleagues = Q(created_by__in=self._colleagues_of(user))
        ways = [*self._at_events_of(user, "event_speakers__event", Permission.EDIT_SPEAKERS, granted)]
        ways += self._at_events_of(user, "talks__event", Permission.EDIT_SPEAKERS, colleagues)
        if also:
            ways += self._at_events_of(user, "talks__event", also, Q())
        entered = Q(created_by=user)
        ways.append(entered if only_events(user) is None else entered & Q(talks=None))
        # One query for each way to them: each begins with the few events that are theirs.
        queries = [Speaker.objects.filter(one).order_by().values("pk") for one in ways]
        return queries[0].union(*queries[1:])

    @staticmethod
    def _at_events_of(user, path: str, permission: Permission, condition: Q) -> list[Q]:
        """The conditions that an event at the end of `path` is one where `user` has the permission."""
        chosen = only_events(user)
        within = Q() if chosen is None else Q((f"{path}__in", chosen))
        if chosen is not None and user.is_superuser:
            return [within]
        roles = user.roles.filter(name__in=roles_with(permission)).order_by()
        own = [
            Q((f"{path}__organisers", user)),
            Q((f"{path}__series__organisers", user)),
            Q((f"{path}__in", roles.filter(event__isnull=False).values("event"))),
            Q((f"{path}__series__in", roles.filter(series__isnull=False).values("series"))),
        ]
        return [one & within & condition for one in own]

    @staticmethod
    def _colleagues_of(user):
        """Primary keys of the people who work on an event or series of `user`, by whatever role."""
        ours = [
            Q(organised_events__organisers=user),
            Q(organised_events__series__organisers=user),
            Q(organised_events__roles__user=user),
            Q(organised_series__organisers=user),
            Q(organised_series__events__organisers=user),
            Q(organised_series__events__roles__user=user),
            Q(roles__event__organisers=user),
            Q(roles__event__series__organisers=user),
            Q(roles__event__roles__user=user),
        ]
        ways = [get_user_model().objects.filter(one).order_by().values("pk") for one in ours]
        return ways[0].union(*ways[1:])

    def for_cards(self):
        return self.defer("biography", "imported", "search")


class Speaker(Record):
    address_kind = "speakers"

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")

    name = models.CharField(
        _("name"), max_length=200, help_text=_("As it is to be shown, in the speaker's own order.")
    )
    slug = AddressField(unique=True, blank=True)
    headline = models.CharField(
        _("headline"), max_length=250, blank=True, help_text=_("Role and organisation.")
    )
    pronouns = models.CharField(_("pronouns"), max_length=40, blank=True)
    biography = models.TextField(_("biography"), blank=True, help_text=_("Markdown."))
    picture = PictureField(_("picture"), upload_to="speakers/", blank=True)
    picture_credit = models.CharField(_("credit of the picture"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.PUBLISHED, db_index=True)
    # Whether a talk of theirs is public and they are not a draft; the database itself writes it.
    is_public = models.BooleanField(default=False, editable=False, db_index=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    imported = models.JSONField(_("as it was imported"), null=True, blank=True, editable=False)
    search = search_vector(name="A", headline="B", biography="C")

    objects = SpeakerQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["search", "picture", "imported", "is_public"])

    class Meta:
        triggers = [
            *change_triggers("speakers_speaker"),
            former_address("speakers"),
            *journal_triggers(
                "speakers_speaker", events=EVENTS.format(speaker="r.id"), label="r.name", is_record=True
            ),
        ]
        verbose_name, verbose_name_plural = _("speaker"), _("speakers")
        ordering = ["name", "pk"]
        indexes = [
            models.Index(fields=["name", "id"], name="speaker_by_name"),
            models.Index(fields=["created_at", "id"], name="speaker_by_creation"),
            *search_indexes("speaker", "name"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(name=""),
                name="speaker_has_a_name",
                violation_error_message=_("A speaker needs a name."),
            ),
        ]

    def __str__(self):
        return self.name

    def save(self, **options):
        if not self.slug:
            self.slug = make_unique_slug(self.name, self.is_address_taken, fallback="speaker")
        super().save(**options)

    def get_absolute_url(self):
        return reverse("speakers:speaker", args=[self.slug])


class SpeakerLink(Timestamped):
    speaker = models.ForeignKey(Speaker, models.CASCADE, related_name="links", verbose_name=_("speaker"))
    url = models.CharField(_("address"))
    title = models.CharField(_("title"), blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        triggers = [
            *change_triggers("speakers_speakerlink"),
            *journal_triggers(
                "speakers_speakerlink",
                events=EVENTS.format(speaker="r.speaker_id"),
                label="coalesce(nullif(r.title, ''), r.url)",
            ),
        ]
        verbose_name, verbose_name_plural = _("link"), _("links")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["speaker", "url"],
                name="speaker_link_once",
                violation_error_message=_("This link is there already."),
            ),
        ]

    def __str__(self):
        return self.title or self.url
