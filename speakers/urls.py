from django.urls import path

from roadshow.http import converters  # noqa: F401 - registers <uslug:…>

from . import views

app_name = "speakers"
urlpatterns = [
    path("speakers/", views.speaker_list, name="speakers"),
    path("speakers/<uslug:slug>/", views.speaker, name="speaker"),
]
