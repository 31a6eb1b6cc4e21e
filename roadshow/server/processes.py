"""Child processes that do not outlive their parent."""

import os
import signal
import threading
import time


def end_with_parent(number: int = signal.SIGTERM) -> None:
    """Send this process the signal `number` within a second after its parent has died."""
    parent = os.getppid()

    def watch():
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), number)

    threading.Thread(target=watch, daemon=True, name="end-with-parent").start()
