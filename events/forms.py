"""Forms of the public pages: feedback, and what is announced on the day."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from roadshow.core.models import refuse_control_characters

from .models import LiveChange, Room

STARS = [(number, str(number)) for number in range(1, 6)]


class FeedbackForm(forms.Form):
    """Stars, a comment or both. `website` is a honeypot: it is hidden, and only programs fill it in."""

    about = forms.ChoiceField(
        label=_("About"), choices=[("", pgettext_lazy("feedback", "the event")), ("recap", _("the recap"))],
        required=False,
    )  # fmt: skip
    rating = forms.TypedChoiceField(
        label=_("Stars"),
        choices=STARS,
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )
    comment = forms.CharField(
        label=_("Comment"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        validators=[refuse_control_characters],
    )
    name = forms.CharField(
        label=_("Your name, if you like"),
        max_length=100,
        required=False,
        validators=[refuse_control_characters],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    website = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    def clean(self):
        cleaned = super().clean()
        if not self.errors and cleaned.get("rating") is None and not cleaned.get("comment", "").strip():
            raise forms.ValidationError(_("Give between one and five stars, or write a comment."))
        return cleaned


class LiveChangeForm(forms.ModelForm):
    """A change of the day. Slots are named by GUID, rooms too; empty means none."""

    room = forms.ModelChoiceField(Room.objects.none(), to_field_name="guid", required=False)

    class Meta:
        model = LiveChange
        fields = ["kind", "slot", "other", "room", "day", "minutes", "status", "text"]

    def __init__(self, data, *, event):
        super().__init__(data, instance=LiveChange(event=event))
        self.fields["room"].queryset = event.rooms.all()

    def clean_text(self):
        return self.cleaned_data["text"].strip()
