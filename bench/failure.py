class Failure(Exception):
    """A figure could not be taken or can't be trusted; the text says why."""
