"""Forms for suggesting a link: first its URL, then its details."""

from django import forms
from django.utils.translation import gettext_lazy as _

from roadshow.core.models import Level

from .models import Resource


class HoneypotForm(forms.Form):
    """`website` is a honeypot: hidden from people, filled in by spam programs."""

    website = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )


class AddressForm(HoneypotForm):
    field_order = ["url"]
    url = forms.CharField(
        label=_("Address"),
        max_length=2000,
        # not type "url": browsers refuse a value without https:// there
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://", "autocomplete": "off"}),
        error_messages={"required": _("Give the address of the page.")},
    )


class SuggestionForm(HoneypotForm):
    field_order = ["url", "title", "kind", "level", "language", "authors", "year", "note", "free"]
    url = forms.CharField(
        label=_("Address"), max_length=2000, widget=forms.TextInput(attrs={"inputmode": "url"})
    )
    title = forms.CharField(
        label=_("Title"), max_length=300, error_messages={"required": _("Give the link a title.")}
    )
    kind = forms.ChoiceField(label=_("What it is"), choices=Resource.Kind.choices)
    level = forms.ChoiceField(label=_("Level"), choices=Level.choices, required=False)
    language = forms.CharField(
        label=_("Language"), max_length=20, required=False, help_text=_("A code such as “en” or “zh-hans”.")
    )
    authors = forms.CharField(
        label=_("Authors"), max_length=500, required=False, help_text=_("Separated by semicolons.")
    )
    year = forms.IntegerField(label=_("Year"), min_value=1500, max_value=2200, required=False)
    note = forms.CharField(
        label=_("Why it is worth reading"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    free = forms.BooleanField(label=_("Free of charge"), required=False)
