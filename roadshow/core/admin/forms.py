"""The admin's forms: they detect that somebody else saved in the meantime."""

from typing import cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from roadshow.core.models import Record, lock_row

CONFIRMED_SLUG = "confirmed_slug"


class FreshForm(forms.ModelForm):
    """A form of a saved row that refuses to overwrite what somebody else saved since it was shown.

    What was typed stays, and saving once more is then a decision. References that the user may not choose
    stay as they are: a foreign key may keep its value, and hidden rows of a many-to-many field survive.
    """

    token = forms.CharField(widget=forms.HiddenInput, required=False)
    user = None  # the admin that makes the form's class sets it

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["token"] = self._saved_at(fresh=hasattr(self.instance, "_history"))
            self._keep_foreign_keys()

    def _saved_at(self, fresh: bool) -> str:
        if not fresh:
            return self.instance.updated_at.isoformat()
        saved = (
            type(self.instance)
            ._base_manager.filter(pk=self.instance.pk)
            .values_list("updated_at", flat=True)
            .first()
        )
        return saved.isoformat() if saved else ""

    def _keep_foreign_keys(self):
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelChoiceField) and not isinstance(
                field, forms.ModelMultipleChoiceField
            ):
                current = getattr(self.instance, f"{name}_id", None)
                rows = field.queryset
                if current and not rows.filter(pk=current).exists():
                    field.queryset = rows.model._default_manager.filter(
                        Q(pk__in=rows.values("pk")) | Q(pk=current)
                    )

    def clean(self):
        cleaned = super().clean()
        if self.instance.pk:
            self._refuse_if_stale()
            self._keep_hidden_choices(cleaned)
        return cleaned

    def _post_clean(self):
        """As Django's; a slug that was another record's is taken when its check box in the message is ticked."""
        if isinstance(self.instance, Record):
            self.instance.confirmed_slug = self.data.get(CONFIRMED_SLUG, "")
        super()._post_clean()
        for error in self.errors.as_data().get("slug", []) if self.errors else []:
            if error.code == "former_address":
                self.errors["slug"] = self.error_class(
                    [
                        format_html(
                            '{} <label><input type="checkbox" name="{}" value="{}"> {}</label>',
                            error.messages[0],
                            CONFIRMED_SLUG,
                            self.instance.slug,
                            _("Take it nevertheless."),
                        )
                    ]
                )

    def _refuse_if_stale(self):
        row = lock_row(type(self.instance)._base_manager.only("updated_at"), pk=self.instance.pk)
        saved = row.updated_at.isoformat() if row else ""
        if not saved:
            raise ValidationError(_("Somebody deleted this since you opened it. Nothing was saved."))
        name = self.add_prefix("token")
        if self.data.get(name) != saved:
            data = cast(QueryDict, self.data).copy()
            data[name] = saved
            self.data = data
            raise ValidationError(
                _(
                    "Somebody changed this since you opened it, so nothing was saved. What you typed is "
                    "still here. Look at the history to see the change; saving again replaces it."
                ),
                code="stale",
            )

    def _keep_hidden_choices(self, cleaned):
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelMultipleChoiceField) and name in cleaned:
                current = getattr(self.instance, name).all()
                hidden = current.exclude(pk__in=field.queryset.values("pk"))
                chosen = [row.pk for row in cleaned[name]] + [row.pk for row in hidden]
                cleaned[name] = field.queryset.model._default_manager.filter(pk__in=chosen)
