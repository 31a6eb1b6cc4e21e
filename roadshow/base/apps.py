from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "roadshow.base"
    label = "base"
