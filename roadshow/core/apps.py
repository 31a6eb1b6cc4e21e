from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "roadshow.core"
    label = "base"
