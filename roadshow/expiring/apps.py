from django.apps import AppConfig


class ExpiringConfig(AppConfig):
    name = "roadshow.expiring"
    default_auto_field = "django.db.models.BigAutoField"
