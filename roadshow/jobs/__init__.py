"""Background work: jobs with progress, cancellation, retries and time limits, and the worker that runs them.

Declare a job with `background_job` (in roadshow.jobs.handlers), start it with `.start(…)`, show it with the template
`jobs/progress.html`. The queue is PostgreSQL (django-tasks-db); `manage.py work` runs the jobs.
"""
