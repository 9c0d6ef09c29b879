"""What a storage raises when it cannot be reached, is full, or has lost a file."""

from botocore.exceptions import BotoCoreError, ClientError

STORAGE_FAILURES = (OSError, BotoCoreError, ClientError)
