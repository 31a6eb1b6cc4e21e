class StartError(Exception):
    """Something outside is not as it has to be; the message is one sentence that says what to do."""
