"""People who give talks: one record each, across all events."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from roadshow.api.change_triggers import change_triggers
from roadshow.core.access import can_see_all, is_organiser, only_events
from roadshow.core.fields import PictureField
from roadshow.core.former_addresses import former_address
from roadshow.core.models import Record, Timestamped
from roadshow.core.roles import Permission, roles_with
from roadshow.core.search import SearchQuerySet, search_indexes, search_vector
from roadshow.core.slugs import make_unique_slug


class SpeakerQuerySet(SearchQuerySet):
    search_title = "name"

    def visible_to(self, user):
        """Published speakers, and those whom `user` may change."""
        if can_see_all(user):
            return self
        if not is_organiser(user):
            return self.filter(state=Speaker.State.PUBLISHED)
        return self.filter(Q(state=Speaker.State.PUBLISHED) | Q(pk__in=self._of(user)))

    def editable_by(self, user):
        """Speakers whom `user` entered, or who have a talk at an event of theirs and were entered by its people.

        Who credits a speaker of others does not get to change them. Of whom it is unknown who entered them, the
        organisers of all their events do.

        A token for some events is for those who speak there, and for those entered who speak nowhere yet.
        """
        if can_see_all(user):
            return self
        return self.filter(pk__in=self._of(user)) if is_organiser(user) else self.none()

    def _of(self, user):
        chosen = only_events(user)
        roles = user.roles.filter(name__in=roles_with(Permission.EDIT_SPEAKERS)).order_by()
        own = [
            Q(talks__event__organisers=user),
            Q(talks__event__series__organisers=user),
            Q(talks__event__in=roles.filter(event__isnull=False).values("event")),
            Q(talks__event__series__in=roles.filter(series__isnull=False).values("series")),
        ]
        known_to_us = Q(created_by=None) | Q(created_by__in=self._colleagues_of(user))
        own = [one & known_to_us for one in own]
        entered = Q(created_by=user)
        if chosen is not None:
            entered &= Q(talks=None)
            within = Q(talks__event__in=chosen)
            own = [within] if user.is_superuser else [within & one for one in own]
        # One query for each way to them: each begins with the few events that are theirs.
        ways = [Speaker.objects.filter(one).order_by().values("pk") for one in [*own, entered]]
        return ways[0].union(*ways[1:])

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
        return self.defer("biography", "notes", "imported", "search")


class Speaker(Record):
    address_kind = "speakers"

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")

    name = models.CharField(
        _("name"), max_length=200, help_text=_("As it is to be shown, in the speaker's own order.")
    )
    slug = models.SlugField(_("address"), max_length=80, unique=True, blank=True, allow_unicode=True)
    headline = models.CharField(
        _("headline"), max_length=250, blank=True, help_text=_("Role and organisation.")
    )
    pronouns = models.CharField(_("pronouns"), max_length=40, blank=True)
    biography = models.TextField(_("biography"), blank=True, help_text=_("Markdown."))
    picture = PictureField(_("picture"), upload_to="speakers/", blank=True)
    picture_credit = models.CharField(_("credit of the picture"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.PUBLISHED, db_index=True)
    email = models.EmailField(_("e-mail"), blank=True, help_text=_("Only organisers see it."))
    notes = models.TextField(_("notes"), blank=True, help_text=_("Only organisers see them."))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    imported = models.JSONField(_("as it was imported"), null=True, blank=True, editable=False)
    search = search_vector(name="A", headline="B", biography="C")

    objects = SpeakerQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["search", "picture", "imported"])

    class Meta:
        triggers = [*change_triggers("speakers_speaker"), former_address("speakers")]
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
        triggers = change_triggers("speakers_speakerlink")
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
