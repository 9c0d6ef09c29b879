"""Where files are kept that people add."""


def in_bucket(bucket, *, endpoint, region, access_key, secret_key):
    """The setting for files in *bucket*, at Amazon or at another service that speaks S3."""
    from botocore.config import Config  # only where it is needed: it takes its time

    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": endpoint or None,
            "region_name": region or None,
            "access_key": access_key,
            "secret_key": secret_key,
            "default_acl": None,  # as the bucket has it, which is private
            "file_overwrite": True,  # no name comes twice, so none is looked up
            "max_memory_size": 2**20,
            "client_config": Config(
                signature_version="s3v4",
                s3={"addressing_style": "path" if endpoint else "auto"},
                # Other services than Amazon's do not all know the newer checksums.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                connect_timeout=5,
                read_timeout=20,
                retries={"total_max_attempts": 2},
            ),
        },
    }
