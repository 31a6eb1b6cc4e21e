from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JournalConfig(AppConfig):
    name = "roadshow.journal"
    verbose_name = _("Activity")
    default_auto_field = "django.db.models.BigAutoField"
