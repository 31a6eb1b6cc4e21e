"""URLs of jobs."""

from django.urls import path

from . import views

app_name = "jobs"
urlpatterns = [
    path("jobs/<uuid:pk>/", views.job, name="job"),
    path("jobs/<uuid:pk>/state/", views.job_state, name="state"),
    path("jobs/<uuid:pk>/cancel/", views.cancel_job, name="cancel"),
]
