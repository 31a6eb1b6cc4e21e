"""The admin's sidebar, grouped by what an organiser wants to do."""

from django.urls import reverse
from django.utils.translation import gettext as _

from roadshow.core.access import can_see_all


def navigation(request) -> list[dict]:
    """The groups and their links, in the shape that the admin's theme asks for."""
    groups = [
        ("", [(_("What needs doing"), "dashboard", "index")]),
        (
            _("Events & places"),
            [
                (_("Events"), "event", "events_event_changelist"),
                (_("Series"), "tour", "events_series_changelist"),
                (_("Venues"), "location_on", "events_venue_changelist"),
                (_("Rooms"), "meeting_room", "events_room_changelist"),
            ],
        ),
        (
            _("Programme"),
            [
                (_("Talks"), "co_present", "events_talk_changelist"),
                (_("Tracks"), "label", "events_track_changelist"),
                (_("Topics"), "tag", "events_topic_changelist"),
                (_("Releases"), "publish", "events_release_changelist"),
            ],
        ),
        (_("People"), [(_("Speakers"), "record_voice_over", "speakers_speaker_changelist")]),
        (
            _("Library"),
            [
                (_("Links"), "link", "resources_resource_changelist"),
                (_("Collections"), "collections_bookmark", "resources_collection_changelist"),
            ],
        ),
        (_("What people said"), [(_("Feedback"), "reviews", "events_feedback_changelist")]),
        (
            _("Portal"),
            [
                (_("Activity"), "history", "journal_activity_changelist"),
                (_("API tokens"), "key", "roadshow_apitoken_changelist"),
                (_("Webhooks"), "webhook", "roadshow_webhook_changelist"),
                (_("Deliveries"), "outgoing_mail", "roadshow_delivery_changelist"),
                (_("Background work"), "schedule", "jobs_job_changelist"),
                *_for_superusers(request),
            ],
        ),
    ]
    return [
        {
            "title": title,
            "separator": bool(title),
            "items": [
                {"title": name, "icon": icon, "link": reverse(f"admin:{view}")} for name, icon, view in links
            ],
        }
        for title, links in groups
    ]


def _for_superusers(request) -> list[tuple]:
    if not can_see_all(request.user):
        return []
    return [
        (_("Organisers"), "group", "auth_user_changelist"),
        (_("Privacy and imprint"), "policy", "roadshow_portaltext_changelist"),
        (_("Curators"), "local_library", "events_role_changelist"),
        (_("Invitations of curators"), "forward_to_inbox", "events_invitation_changelist"),
        (_("Failed sign-ins"), "shield_lock", "axes_accessattempt_changelist"),
        (_("Second factors"), "passkey", "mfa_authenticator_changelist"),
    ]
