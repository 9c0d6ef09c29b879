"""Install the locked packages into ``.venv``, unless they are there.

Run by ``make`` with the system's Python, before any package is there: standard library only.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

LOCK = Path("requirements-development.lock")
ENVIRONMENT = Path(".venv")
INSTALLED = ENVIRONMENT / "installed.lock"  # a copy of the lock file, written last


asked_to_stop = False


def ask_to_stop(number, frame):
    global asked_to_stop
    asked_to_stop = True


def main():
    if is_installed():
        return
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, ask_to_stop)
    with open(LOCK) as lock:
        if not is_held(lock):
            print("Waiting for another installation to end …", flush=True)
            while not is_held(lock):
                wait_a_moment()
        if not is_installed():
            install()


def is_held(lock):
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def wait_a_moment():
    if asked_to_stop:
        sys.exit("The installation was interrupted; the next start begins it again.")
    time.sleep(0.1)


def is_installed():
    python = ENVIRONMENT / "bin" / "python"
    return INSTALLED.exists() and INSTALLED.read_bytes() == LOCK.read_bytes() and python.exists()


def install():
    print("Installing the packages into .venv (a minute or two, the first time) …", flush=True)
    locked = LOCK.read_bytes()
    if ENVIRONMENT.is_symlink() or ENVIRONMENT.is_file():
        sys.exit(f"{ENVIRONMENT.absolute()} is not a folder: remove it.")
    try:
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)
        run([sys.executable, "-m", "venv", ENVIRONMENT])
        pip = [ENVIRONMENT / "bin" / "python", "-m", "pip", "--disable-pip-version-check"]
        run([*pip, "install", "--quiet", "--require-hashes", "--requirement", LOCK])
    except OSError as error:
        sys.exit(f"{ENVIRONMENT.absolute()} cannot be made: {error.strerror}.")
    INSTALLED.write_bytes(locked)


def run(command):
    """Run *command* to its end; when asked to stop meanwhile, end it first."""
    with subprocess.Popen(command, start_new_session=True) as process:
        try:
            while process.poll() is None:
                wait_a_moment()
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
    if process.returncode:
        sys.exit("The packages could not be installed; what went wrong is said above.")


def check_python():
    if sys.version_info[:2] != (3, 11):
        sys.exit("Python 3.11 is needed, and this is another one: " + sys.version.split()[0] + ".")
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        sys.exit(
            f"{sys.executable} cannot make virtual environments: install the package that "
            "brings them (Debian and Ubuntu: apt-get install python3.11-venv)."
        )


if __name__ == "__main__":
    check_python()
    main()
