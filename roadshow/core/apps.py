from django.apps import AppConfig
from django.db.models.signals import post_migrate

from .database import set_parameters


class CoreConfig(AppConfig):
    name = "roadshow.core"
    label = "core"

    def ready(self):
        from .text_checks import install_text_checks  # needs models

        post_migrate.connect(set_parameters, sender=self)
        post_migrate.connect(install_text_checks, sender=self)
