"""Whatever is killed, restarted or misbehaves: every mail once, and nobody else's.

Real parts of these stories' own. ``make test-faults`` tells them with 2,000 mails each.
"""

import signal

from practices.digests.models import Delivery
from tests.faults.conftest import IS_SHORT, MAILS

RUN_DIGESTS = "practices.digests.tasks.run_digests"
RUN_OUTBOX = "efus.outbox.tasks.run_outbox"
SEND_DUE = "efus.outbox.tasks.send_due"

PACE = 0.01  # seconds for a mail, so that there is a middle of the run


def shares_of_the_run(run, number):
    """*number* moments of the run, as numbers of accepted mails, by chance but in order."""
    step = MAILS / (number + 1)
    return [int(step * (each + run.random.uniform(0.3, 1))) for each in range(number)]


def test_workers_that_are_killed_repeat_one_mail_each_at_most(run):
    run.mails_go_to(pace=PACE)
    run.start_beat()
    for number, moment in enumerate(shares_of_the_run(run, 3 if IS_SHORT else 12)):
        worker = run.start_worker()
        run.wait_for_mails(moment)
        run.random_rest(PACE)
        if number % 3 == 1:
            run.kill_child(worker)
            run.wait_for_mails(moment + 1)
        run.random_rest(PACE)
        run.kill(worker)
    run.start_worker()
    run.wait_until_settled()
    run.check()


def test_a_broker_that_forgets_everything_costs_nothing(run):
    run.mails_go_to(pace=PACE)
    workers = [run.start_worker(), run.start_worker()]
    run.wait_until_ready(workers)
    run.start_beat()
    moments = shares_of_the_run(run, 3 if IS_SHORT else 8)
    for number, moment in enumerate(moments):
        run.wait_for_mails(moment)
        if number % 2:
            run.servers.end("Redis", signal.SIGKILL)
            run.random_rest(1)
            run.servers.start_redis()
        else:
            run.servers.empty_redis()
    run.wait_until_settled()
    run.check()


def test_a_database_that_goes_away_costs_nothing(run):
    run.mails_go_to(pace=PACE)
    run.start_beat()
    run.start_worker()
    run.start_worker()
    restarted_and_killed = [signal.SIGINT, signal.SIGKILL] * (1 if IS_SHORT else 4)
    moments = shares_of_the_run(run, len(restarted_and_killed))
    for moment, how in zip(moments, restarted_and_killed, strict=True):
        run.wait_for_mails(moment)
        run.random_rest(PACE)
        run.servers.end("PostgreSQL", how)
        run.random_rest(1)
        run.servers.start_postgres()
    run.wait_until_settled()
    run.check()


def test_a_mail_server_in_every_temper_gets_each_mail_once(run):
    run.mails_go_to(pace=PACE / 2, refuses_for_good=7, refuses_for_now=11, closes=0.03, hangs=97)
    run.start_beat()
    run.start_worker()
    run.start_worker()
    run.wait_until_settled()
    run.check()
    assert set(run.mail_server.misbehaved) == {
        "refused for good",
        "refused for now",
        "closed at the recipient",
        "closed after the content",
        "hung",
    }


def test_everything_started_twice_sends_once(run):
    run.mails_go_to(pace=PACE)
    workers = [run.start_worker(), run.start_worker()]
    run.wait_until_ready(workers)
    for _time in range(4):
        run.tell_workers(RUN_DIGESTS)
        run.tell_workers(RUN_OUTBOX)
        run.tell_workers(SEND_DUE, Delivery._meta.label)
        run.tell_workers(SEND_DUE, Delivery._meta.label)
    run.start_beat()
    run.start_beat()
    run.wait_until_settled()
    run.check()
    assert len({mail.connection for mail in run.mail_server.accepted}) >= 2
    assert run.servers.execute("SELECT count(*) FROM digests_edition") == [(1,)]
