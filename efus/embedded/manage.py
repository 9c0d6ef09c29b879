"""``python -m efus.embedded.manage COMMAND …``: manage.py in the running demonstration."""

import os
import shlex
import subprocess
import sys

from efus.embedded.data_folder import ROOT, DataFolder
from efus.embedded.processes import Failure


def main() -> None:
    folder = DataFolder.chosen()
    if not folder.is_in_use() or not folder.environment.exists():
        sys.exit("No demonstration is running here: start one with make demo.")
    words = shlex.split(folder.environment.read_text())
    os.environ.update(word.split("=", 1) for word in words if "=" in word)
    sys.exit(subprocess.call([sys.executable, ROOT / "manage.py", *sys.argv[1:]]))


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(str(failure))
