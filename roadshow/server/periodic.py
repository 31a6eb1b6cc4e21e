"""Work that the background worker starts again and again; settings.PERIODIC_JOBS says how often."""

from django.conf import settings
from django.core.management import call_command
from django.utils.translation import gettext_noop

from roadshow.jobs.handlers import NETWORK, background_job
from roadshow.server.maintenance import apply_retention


@background_job(seconds=3600, label=gettext_noop("Retention"))
def delete_expired_rows(report) -> dict:
    return apply_retention()


@background_job(seconds=60, queue=NETWORK, label=gettext_noop("Webhooks"))
def send_webhooks(report) -> dict:
    """Start what has to be sent; nothing without SITE_URL, because messages contain addresses."""
    from roadshow.api.webhooks import start_deliveries

    return {"receivers": start_deliveries()} if settings.SITE_URL or settings.DEMO else {}


@background_job(seconds=4 * 3600, queue=NETWORK, label=gettext_noop("Link checks"))
def check_links(report) -> dict:
    """Check the links that are due; a demo fetches nothing by itself."""
    if not settings.DEMO:
        call_command("check_links", verbosity=0)
    return {}
