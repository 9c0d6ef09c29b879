"""What people send us to keep."""

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler


class NoMoreThanTheLimit(FileUploadHandler):
    """Let go what a file has beyond ``FILE_SIZE_LIMIT``: it fills neither memory nor disk.

    What arrives is larger than the limit still, so that the form knows and says so.
    """

    def receive_data_chunk(self, raw_data, start):
        return raw_data if start <= settings.FILE_SIZE_LIMIT else None

    def file_complete(self, file_size):
        return None
