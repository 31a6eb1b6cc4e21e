from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "roadshow.api"
    label = "api"
    verbose_name = "API"
