"""Run background jobs until stopped."""

from django.core.management.base import BaseCommand

from roadshow.jobs.worker import Worker


class Command(BaseCommand):
    help = "Run background jobs: imports, fetches, mail, webhooks, link checks, retention."

    def add_arguments(self, parser):
        parser.add_argument("--concurrency", type=int, default=2, help="jobs at a time (default: 2)")
        parser.add_argument(
            "--network",
            type=int,
            default=6,
            help="more that wait for other servers: mail, webhooks (default: 6)",
        )
        parser.add_argument("--batch", action="store_true", help="stop when the queue is empty")

    def handle(self, *, concurrency, network, batch, **options):
        Worker(concurrency=max(1, concurrency), network=max(1, network), batch=batch).run()
