"""What production refuses to start with."""

from django.core.exceptions import ImproperlyConfigured

from efus.bounces.configuration import mail_service_problem, mailbox_problem
from efus.machine_translation import problem_with


def refuse_unsafe_production(settings):
    """Raise ``ImproperlyConfigured`` naming every unsafe value of *settings* at once.

    *settings* is the mapping of names to values of the settings module. Lengths are in
    characters.
    """
    database = settings["DATABASES"]["default"]
    env = settings["env"]
    machine_translation = problem_with(settings["MACHINE_TRANSLATION_URL"])
    mail_service = mail_service_problem(
        settings["MAIL_SERVICE"],
        settings["MAIL_SERVICE_WEBHOOK_KEY"],
        settings["MAIL_SERVICE_WEBHOOK_SECRET"],
    )
    bounce_mailbox = mailbox_problem(settings["BOUNCE_MAILBOX"])
    problems = [
        sentence
        for unsafe, sentence in [
            (
                len(settings["SECRET_KEY"]) < 50 or len(set(settings["SECRET_KEY"])) < 10,
                "SECRET_KEY must be a random text of at least 50 characters.",
            ),
            (settings["DEBUG"], "DEBUG must be off."),
            (
                not settings["ALLOWED_HOSTS"] or "*" in settings["ALLOWED_HOSTS"],
                "ALLOWED_HOSTS must name the hosts, without '*'.",
            ),
            (
                not settings["SITE_URL"].startswith("https://"),
                "SITE_URL must be the public address and start with https://.",
            ),
            (not env.str("DATABASE_URL", default=""), "DATABASE_URL must be set."),
            (not database.get("NAME"), "DATABASE_URL must name a database."),
            (not env.str("REDIS_URL", default=""), "REDIS_URL must be set."),
            (not env.str("EMAIL_URL", default=""), "EMAIL_URL must be set."),
            (
                "@" not in settings["DEFAULT_FROM_EMAIL"],
                "DEFAULT_FROM_EMAIL must be the address that mails come from.",
            ),
            (
                settings["LINKS_ALSO_ASKED"],
                "LINKS_ALSO_ASKED is for tests; it must not be set.",
            ),
            (
                not (env.str("FILES_ROOT", default="") or settings["FILES_BUCKET"]),
                "FILES_ROOT must be the folder of the files, or FILES_BUCKET the bucket.",
            ),
            (
                settings["FILES_BUCKET"]
                and not (
                    env.str("FILES_ACCESS_KEY", default="")
                    and env.str("FILES_SECRET_KEY", default="")
                ),
                "FILES_ACCESS_KEY must be set, and FILES_SECRET_KEY, where FILES_BUCKET is.",
            ),
            (
                env.str("FILES_ENDPOINT", default="").startswith("http://"),
                "FILES_ENDPOINT must start with https://.",
            ),
            (machine_translation, machine_translation),
            (mail_service, mail_service),
            (bounce_mailbox, bounce_mailbox),
        ]
        if unsafe
    ]
    if problems:
        raise ImproperlyConfigured(
            "Production does not start with these settings:\n- " + "\n- ".join(problems)
        )


def refuse_unusable_outbox(log_days, mails_per_minute):
    """Raise ``ImproperlyConfigured``, in any environment, where mails could not be kept or sent.

    A bounce can come late, and whoever asks why a mail did not come needs to be answered.
    """
    if log_days < 120:
        raise ImproperlyConfigured("MAIL_LOG_DAYS must be 120 at least.")
    if mails_per_minute < 1:
        raise ImproperlyConfigured("MAILS_PER_DOMAIN_PER_MINUTE must be 1 at least.")
