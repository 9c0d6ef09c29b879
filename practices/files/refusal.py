class FileRefused(Exception):
    """A file that cannot be taken; its text says why and what to do, to the person."""
