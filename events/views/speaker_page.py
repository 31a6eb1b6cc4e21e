"""The own page of a person at an event, by a private link: confirm, profile, availability, slides."""

import datetime as dt

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from roadshow.core.fields import reencode_picture
from roadshow.http.private_pages import mark_private
from roadshow.http.rate_limits import is_within_limit

from ..actions.speaker_pages import (
    PRIVATE,
    PROFILE,
    OwnTalk,
    answer_talk,
    load_own_talks,
    may_edit_profile,
    save_links,
    save_profile,
)
from ..models import EventSpeaker, SpeakerPass, TalkLink

TIMES, SECONDS = 200, 3600  # requests from one sender per hour
DAYS_SHOWN = 31  # of longer events no availability is asked


class ProfileForm(forms.Form):
    """What a person says about themselves, and when they are there: a span for each day of the event.

    Fields of the portal's profile are there with `is_profile` alone, see `may_edit_profile`.
    """

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    pronouns = forms.CharField(label=gettext_lazy("Pronouns"), max_length=40, required=False)
    headline = forms.CharField(label=gettext_lazy("Role and organisation"), max_length=250, required=False)
    biography = forms.CharField(
        label=gettext_lazy("Biography"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("Markdown."),
    )
    picture = forms.ImageField(
        label=gettext_lazy("Picture"),
        required=False,
        help_text=gettext_lazy("It is cut to a square; where and how it was taken is removed from it."),
    )
    phone = forms.CharField(
        label=gettext_lazy("Telephone on the day"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("Only the organisers see it."),
    )
    requirements = forms.CharField(
        label=gettext_lazy("What I need"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Equipment, access, food. Only the organisers see it."),
    )
    arrival = forms.CharField(
        label=gettext_lazy("Arrival and departure"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Only the organisers see it."),
    )

    def __init__(self, *args, person: EventSpeaker, is_profile: bool):
        start = {name: getattr(person, name) for name in PRIVATE}
        start["biography"] = person.speaker.biography
        if is_profile:
            start |= {name: getattr(person.speaker, name) for name in PROFILE}
        else:
            start["biography"] = person.biography or start["biography"]
        options: dict = {"initial": start}
        super().__init__(*args, **options)
        if not is_profile:
            for name in PROFILE:
                del self.fields[name]
        self.person, self.event, self.is_profile = person, person.event, is_profile
        self.text_fields = [self[name] for name in self.fields]
        self.days = self._list_days()
        known = person.available_times()
        for day in self.days:
            span = self._find_span(day, known)
            for end, label in (("from", _("from")), ("until", _("until"))):
                self.fields[f"{day}_{end}"] = forms.TimeField(
                    label=label,
                    required=False,
                    initial=span[end == "until"] if span else None,
                    widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
                )

    def _list_days(self) -> list[dt.date]:
        count = (self.event.ends_on - self.event.starts_on).days + 1
        if count > DAYS_SHOWN:
            return []
        return [self.event.starts_on + dt.timedelta(days=number) for number in range(count)]

    def _find_span(self, day: dt.date, known) -> tuple[dt.time, dt.time] | None:
        """From the first to the last time of a day at which the person is there."""
        zone = self.event.zone
        begin, end = (dt.datetime.combine(day, time, zone) for time in (dt.time.min, dt.time(23, 59)))
        parts = [(max(begin, since), min(end, until)) for since, until in known]
        parts = [(since, until) for since, until in parts if since < until]
        if not parts:
            return None
        first, last = min(since for since, _until in parts), max(until for _since, until in parts)
        return first.astimezone(zone).time(), last.astimezone(zone).time()

    def day_fields(self) -> list[tuple]:
        return [(day, self[f"{day}_from"], self[f"{day}_until"]) for day in self.days]

    def clean_picture(self):
        picture = self.cleaned_data["picture"]
        return reencode_picture(picture, square=True) if picture else None

    def clean_biography(self):
        """Nothing where the event would say what the profile says already."""
        text = self.cleaned_data["biography"]
        return "" if not self.is_profile and text == self.person.speaker.biography else text

    def clean(self):
        super().clean()
        data, spans = self.cleaned_data, []
        for day in self.days:
            start, end = data.get(f"{day}_from"), data.get(f"{day}_until")
            if start and end and start < end:
                moments = (dt.datetime.combine(day, one, self.event.zone) for one in (start, end))
                spans.append([moment.isoformat() for moment in moments])
            elif start or end:
                self.add_error(f"{day}_until", _("Give both times, the earlier one first; or none."))
        data["availability"] = spans
        return data

    def get_values(self) -> dict:
        """What is to be saved. What organisers typed in finer steps stays where no time of a day was changed."""
        values = {name: self.cleaned_data[name] for name in self.cleaned_data if name in self.base_fields}
        if not values["picture"]:
            del values["picture"]
        if any(name not in self.base_fields for name in self.changed_data):
            values["availability"] = self.cleaned_data["availability"]
        return values


class LinksForm(forms.Form):
    slides = forms.URLField(
        label=gettext_lazy("Slides"), max_length=2000, required=False, assume_scheme="https"
    )
    recording = forms.URLField(
        label=gettext_lazy("Recording"), max_length=2000, required=False, assume_scheme="https"
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def speaker_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show the person's page. POST `do`: profile; or accept, decline, links of the talk in `talk`."""
    rows = SpeakerPass.objects.valid(token)
    link = rows.select_related("person__event__current_release", "person__speaker", "created_by").first()
    if not is_within_limit(request, "speaker-page", times=TIMES, seconds=SECONDS):
        refusal = {"person": None, "is_refused": True}
        return mark_private(render(request, "events/speaker_page.html", refusal, status=429))
    if link is None:
        return mark_private(render(request, "events/speaker_page.html", {"person": None}, status=404))
    SpeakerPass.objects.filter(pk=link.pk).update(used_at=timezone.now())
    person = link.person
    talks = load_own_talks(person)
    is_profile = may_edit_profile(link)
    form = ProfileForm(person=person, is_profile=is_profile)
    links = {own.talk.pk: LinksForm(initial=own.links, prefix=f"talk{own.talk.pk}") for own in talks}
    if request.method == "POST":
        if request.POST.get("do") == "profile":
            form = ProfileForm(request.POST, request.FILES, person=person, is_profile=is_profile)
            is_saved = form.is_valid() and _save_profile(link, form)
        else:
            is_saved = _change_talk(request, person, talks, links)
        if is_saved:
            messages.success(request, _("Saved. The organisers see it."))
            return HttpResponseRedirect(request.path)
    context = {
        "person": person,
        "speaker": person.speaker,
        "event": person.event,
        "form": form,
        "talks": [(own, links[own.talk.pk]) for own in talks],
        "expires_at": link.expires_at,
    }
    status = 422 if form.errors or any(one.errors for one in links.values()) else 200
    with timezone.override(person.event.zone):
        return mark_private(render(request, "events/speaker_page.html", context, status=status))


def _save_profile(link: SpeakerPass, form: ProfileForm) -> bool:
    try:
        save_profile(link=link, values=form.get_values())
    except ValidationError as error:
        for name, found in error.error_dict.items():
            form.add_error(name if name in form.fields else None, found)
        return False
    return True


def _change_talk(request: HttpRequest, person: EventSpeaker, talks: list[OwnTalk], links: dict) -> bool:
    """Apply an answer or links to one of the person's own talks; whether it was done."""
    own = next((one for one in talks if str(one.talk.pk) == request.POST.get("talk")), None)
    if own is None:
        return False
    match request.POST.get("do"):
        case "accept" | "decline" as answer:
            answer_talk(talk=own.talk, speaker=person.speaker, accepted=answer == "accept")
            return True
        case "links":
            form = LinksForm(request.POST, prefix=f"talk{own.talk.pk}")
            links[own.talk.pk] = form
            if form.is_valid():
                found = {str(TalkLink.Kind(name)): url for name, url in form.cleaned_data.items()}
                save_links(talk=own.talk, speaker=person.speaker, links=found)
                return True
    return False
