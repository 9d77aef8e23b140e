class Failure(Exception):
    """A figure could not be taken, or cannot be trusted; the text says why."""
