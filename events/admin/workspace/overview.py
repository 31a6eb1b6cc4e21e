"""The overview of an event: what needs doing in each phase, with links to the lists to work off."""

from dataclasses import dataclass, field

from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from roadshow.core.roles import Permission
from speakers.models import Speaker

from ...models import Confirmation, Event, Feedback, Talk, TalkLink, TalkSpeaker
from ...shown import describe_schedule
from ..planning_status import add_conflicts, conflict_badge, with_planning_status
from .navigation import get_event, page_context


@dataclass(frozen=True, slots=True)
class Task:
    """A line of the overview. Without `count` it is done or not; with it, it is done when nothing is left."""

    label: str | Promise
    url: str
    is_done: bool
    count: int | None = None


@dataclass(slots=True)
class Phase:
    label: str
    is_current: bool
    tasks: list[Task] = field(default_factory=list)

    def add(self, label: str | Promise, url: str, *, done: bool) -> None:
        self.tasks.append(Task(label, url, done))

    def add_count(self, label: str, url: str, count: int) -> None:
        self.tasks.append(Task(label, url, count == 0, count))

    @property
    def open_count(self) -> int:
        return sum(not task.is_done for task in self.tasks)


@require_GET
def overview(request: HttpRequest, pk: int) -> HttpResponse:
    event = get_event(request, pk, Permission.VIEW)
    status = with_planning_status(Event.objects.filter(pk=pk)).select_related("current_release").get()
    add_conflicts([status])
    phases = [
        _check_setup(event),
        _check_programme(event),
        _check_schedule(event, status),
        _check_day(event),
        _check_aftermath(event),
    ]
    context = page_context(request, event, "overview", event.name) | {
        "phases": phases,
        "status": status,
        "conflict_badge": conflict_badge(status.conflicts),
    }
    return TemplateResponse(request, "admin/events/event/overview.html", context)


def _url(event: Event, view: str) -> str:
    return reverse(f"admin:events_event_{view}", args=[event.pk])


def _list(model: str, event: Event, lookup: str = "event__id__exact", **filters) -> str:
    return reverse(f"admin:{model}_changelist", query={lookup: event.pk, **filters})


def check_publishing(event: Event) -> Phase:
    """What should be there before the event is public."""
    phase = Phase("", is_current=True)
    _add_page_tasks(phase, event)
    phase.tasks += _check_programme(event).tasks
    phase.add(_("The plan is released"), _url(event, "release_plan"), done=bool(event.current_release_id))
    return phase


def _check_setup(event: Event) -> Phase:
    phase = Phase(_("Set-up"), is_current=event.state == Event.State.DRAFT)
    _add_page_tasks(phase, event)
    phase.add(_("Published"), _url(event, "publish"), done=event.state != Event.State.DRAFT)
    return phase


def _add_page_tasks(phase: Phase, event: Event) -> None:
    is_placed = bool(event.location_label or event.online_url)
    phase.add(_("Place or stream"), _url(event, "setup"), done=is_placed)
    phase.add(_("Rooms"), _url(event, "setup"), done=event.event_rooms.exists())
    phase.add(_("Tracks"), _url(event, "setup"), done=event.tracks.exists())
    phase.add(_("Description"), _url(event, "change"), done=bool(event.description))
    phase.add(_("Picture"), _url(event, "change"), done=bool(event.picture))


def _check_programme(event: Event) -> Phase:
    talks = event.talks.exclude(kind=Talk.Kind.BREAK)
    wanted = Q(state__in=[Talk.State.DRAFT, Talk.State.CONFIRMED])
    speakers = TalkSpeaker.objects.filter(talk=OuterRef("pk"))
    answers = Confirmation.objects.filter(talk=OuterRef("pk"))
    counts = talks.order_by().aggregate(
        total=Count("pk", filter=wanted),
        drafts=Count("pk", filter=Q(state=Talk.State.DRAFT)),
        without_abstract=Count("pk", filter=wanted & Q(abstract="")),
        without_speaker=Count("pk", filter=wanted & Q(~Exists(speakers))),
        without_track=Count("pk", filter=wanted & Q(track=None)),
        without_answer=Count("pk", filter=wanted & Q(~Exists(answers.filter(accepted=True)))),
        declined=Count("pk", filter=wanted & Q(Exists(answers.filter(accepted=False)))),
    )
    people = Speaker.objects.filter(
        pk__in=TalkSpeaker.objects.filter(talk__event=event).order_by().values("speaker")
    ).aggregate(
        without_picture=Count("pk", filter=Q(picture="")),
        without_biography=Count("pk", filter=Q(biography="")),
    )
    speaker_list = ("speakers_speaker", event, "talks__event__id__exact")
    phase = Phase(_("Programme"), is_current=not event.is_over and event.current_release_id is None)
    phase.add(_("Talks are entered"), _url(event, "enter_talks"), done=counts["total"] > 0)
    phase.add_count(
        _("Drafts to confirm"), _list("events_talk", event, state__exact="draft"), counts["drafts"]
    )
    phase.add_count(
        _("Talks without an abstract"),
        _list("events_talk", event, missing="abstract"),
        counts["without_abstract"],
    )
    phase.add_count(
        _("Talks without a speaker"),
        _list("events_talk", event, missing="speaker"),
        counts["without_speaker"],
    )
    phase.add_count(
        _("Talks that no speaker confirmed"),
        _list("events_talk", event, missing="answer"),
        counts["without_answer"],
    )
    phase.add_count(
        _("Talks that a speaker declined"),
        _list("events_talk", event, missing="refusal"),
        counts["declined"],
    )
    if event.tracks.exists():
        phase.add_count(
            _("Talks without a track"), _list("events_talk", event, missing="track"), counts["without_track"]
        )
    phase.add_count(
        _("Speakers without a picture"), _list(*speaker_list, missing="picture"), people["without_picture"]
    )
    phase.add_count(
        _("Speakers without a biography"),
        _list(*speaker_list, missing="biography"),
        people["without_biography"],
    )
    return phase


def _check_schedule(event: Event, status: Event) -> Phase:
    blocking = sum(conflict.level == "block" for conflict in status.conflicts)
    phase = Phase(_("Schedule"), is_current=not event.is_over)
    phase.add_count(
        _("Confirmed talks that are not in the plan"),
        _list("events_talk", event, planned="no", state__exact="confirmed"),
        status.unscheduled,
    )
    phase.add_count(_("Conflicts that block a release"), _url(event, "release_plan"), blocking)
    phase.add_count(_("Warnings"), _url(event, "board"), len(status.conflicts) - blocking)
    shown = describe_schedule(status, unreleased=status.unreleased)
    phase.add(shown.sentence, _url(event, "release_plan"), done=shown.kind == "same")
    return phase


def _check_day(event: Event) -> Phase:
    today = timezone.localdate(timezone=event.zone)
    phase = Phase(_("During the event"), is_current=event.starts_on <= today <= event.ends_on)
    phase.add(_("Feedback is open"), _url(event, "change"), done=event.feedback_open)
    return phase


def _check_aftermath(event: Event) -> Phase:
    talks = event.talks.filter(state=Talk.State.CONFIRMED).exclude(kind=Talk.Kind.BREAK)
    links = TalkLink.objects.filter(talk=OuterRef("pk"))
    counts = talks.order_by().aggregate(
        without_slides=Count("pk", filter=~Exists(links.filter(kind=TalkLink.Kind.SLIDES))),
        without_recording=Count("pk", filter=~Exists(links.filter(kind=TalkLink.Kind.RECORDING))),
    )
    rows = Event.objects.filter(pk=event.pk).aggregate(
        recaps=Count("recaps", distinct=True), photos=Count("photos", distinct=True)
    )
    phase = Phase(_("Afterwards"), is_current=event.is_over)
    phase.add(_("Recap"), _url(event, "recap"), done=rows["recaps"] > 0)
    phase.add(_("Pictures"), _url(event, "change") + "#photos", done=rows["photos"] > 0)
    phase.add_count(_("Talks without slides"), _url(event, "material"), counts["without_slides"])
    phase.add_count(
        _("Talks without a recording"),
        _url(event, "material"),
        counts["without_recording"],
    )
    phase.add_count(
        _("New feedback"),
        _list("events_feedback", event, state__exact="new"),
        Feedback.objects.filter(event=event, state=Feedback.State.NEW).count(),
    )
    return phase
