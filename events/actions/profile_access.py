"""Who may edit the profile of a person who speaks at several events."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from roadshow.core.roles import Permission, roles_with
from speakers.models import Speaker

from ..models import Event, EventSpeaker, Notice

Access = EventSpeaker.ProfileAccess


class AccessRefused(Exception):  # noqa: N818 - an expected refusal
    """The access is not for this user to ask for, give or end; the message says why."""


@transaction.atomic
def request_profile_access(*, event: Event, speaker: Speaker, by: User) -> EventSpeaker:
    """Ask those who may edit the profile to let this event's people do so, too. Raises AccessRefused."""
    if not Event.objects.with_permission(by, Permission.EDIT_SPEAKERS).filter(pk=event.pk).exists():
        raise AccessRefused(_("You do not look after the speakers of this event."))
    if not speaker.talks.filter(event=event).exists():
        raise AccessRefused(_("%(name)s does not speak at this event.") % {"name": speaker})
    row = EventSpeaker.objects.of(event, speaker)
    if row.profile_access == Access.NONE:
        row.profile_access, row.requested_by = Access.REQUESTED, by
        row.save(update_fields=["profile_access", "requested_by", "updated_at"])
        message = gettext_noop("%(user)s asks to edit the profile of %(name)s for %(event)s.")
        _tell(row, message, by)
    return row


@transaction.atomic
def allow_profile_access(*, row: EventSpeaker, by: User) -> None:
    """Let the event's people edit the profile. Raises AccessRefused."""
    _require_editor(row, by)
    row.profile_access = Access.GRANTED
    row.save(update_fields=["profile_access", "updated_at"])
    _tell(row, gettext_noop("%(user)s lets %(event)s edit the profile of %(name)s."), by)


@transaction.atomic
def end_profile_access(*, row: EventSpeaker, by: User) -> None:
    """Refuse a request, or take the access back: the event's people cannot edit the profile. Raises AccessRefused."""
    _require_editor(row, by)
    _tell(row, gettext_noop("%(user)s does not let %(event)s edit the profile of %(name)s."), by)
    row.profile_access = Access.NONE
    row.save(update_fields=["profile_access", "updated_at"])


def list_profile_editors(speaker: Speaker):
    """The users who may edit a profile, without the portal's owners."""
    events = Event.objects.filter(
        event_speakers__speaker=speaker, event_speakers__profile_access=Access.GRANTED
    )
    editing = Q(roles__name__in=roles_with(Permission.EDIT_SPEAKERS))
    return (
        get_user_model()
        .objects.filter(
            Q(pk=speaker.created_by_id)
            | Q(organised_events__in=events)
            | Q(organised_series__events__in=events)
            | (editing & (Q(roles__event__in=events) | Q(roles__series__events__in=events)))
        )
        .distinct()
    )


def _require_editor(row: EventSpeaker, by: User) -> None:
    if not Speaker.objects.editable_by(by).filter(pk=row.speaker_id).exists():
        raise AccessRefused(_("Only those who may edit the profile decide who else may."))


def _tell(row: EventSpeaker, message: str, by: User) -> None:
    """Tell those who may edit the profile, or the portal's owners where there is nobody, and who asked."""
    editors = {user.pk for user in list_profile_editors(row.speaker)}
    if not editors:
        editors = set(get_user_model().objects.filter(is_superuser=True).values_list("pk", flat=True))
    if row.requested_by_id:
        editors.add(row.requested_by_id)
    Notice.objects.send(
        editors - {by.pk},
        message,
        url=reverse("admin:speakers_speaker_change", args=[row.speaker_id]),
        user=by.get_full_name() or by.username,
        name=row.speaker.name,
        event=row.event.name,
    )
