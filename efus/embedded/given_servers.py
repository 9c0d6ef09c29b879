"""Do the servers answer that a person named with DATABASE_URL and REDIS_URL?"""

import warnings

import environ
import psycopg2
import redis

from efus.embedded.processes import Failure

TIMEOUT_SECONDS = 10


def check_database(url: str) -> None:
    """Raise ``Failure`` unless the database at *url* answers."""
    try:
        with warnings.catch_warnings(action="ignore"):  # we say it ourselves
            parts = environ.Env.db_url_config(url)
        if parts.get("ENGINE") != environ.Env.DB_SCHEMES["postgresql"]:
            raise ValueError("it is not of the form postgresql://user:password@host/database")
        psycopg2.connect(
            dbname=parts["NAME"],
            user=parts["USER"],
            password=parts["PASSWORD"],
            host=parts["HOST"],
            port=parts["PORT"] or None,
            **{"connect_timeout": TIMEOUT_SECONDS, **parts.get("OPTIONS", {})},
        ).close()
    except (psycopg2.Error, ValueError) as error:
        raise Failure(
            f"The database that DATABASE_URL names does not answer: {in_one_line(error)}"
        ) from error


def check_redis(url: str) -> None:
    """Raise ``Failure`` unless the Redis at *url* answers."""
    try:
        with redis.Redis.from_url(
            url, socket_connect_timeout=TIMEOUT_SECONDS, socket_timeout=TIMEOUT_SECONDS
        ) as client:
            client.ping()
    except (redis.RedisError, OSError, ValueError) as error:
        raise Failure(
            f"The Redis that REDIS_URL names does not answer: {in_one_line(error)}"
        ) from error


def in_one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
