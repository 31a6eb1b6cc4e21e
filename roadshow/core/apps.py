from django.apps import AppConfig
from django.db.models.signals import post_migrate

from .database import set_parameters


class CoreConfig(AppConfig):
    name = "roadshow.core"
    label = "core"

    def ready(self):
        post_migrate.connect(set_parameters, sender=self)
