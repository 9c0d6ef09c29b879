"""Browsing is measured at several sizes and compared."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from efus.embedded.bench import table

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize("sizes", ["many", "10,-5", "10;20", ","])
def test_sizes_are_numbers(sizes, tmp_path):
    refused = subprocess.run(
        [sys.executable, "-m", "efus.embedded.bench"],
        cwd=ROOT,
        env={**os.environ, "SIZES": sizes, "EFUS_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert refused.returncode == 1
    assert "SIZES must be numbers" in refused.stderr
    assert not list(tmp_path.iterdir())


def test_searches_are_measured_in_a_database_of_their_own(tmp_path):
    measured = subprocess.run(
        [sys.executable, "-m", "efus.embedded.bench", "search"],
        cwd=ROOT,
        env={**os.environ, "EFUS_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert measured.returncode == 0, measured.stderr
    assert "across languages  fused" in measured.stdout
    assert "across languages  fused" in (tmp_path / "bench" / "search.txt").read_text()


def test_digests_are_measured_in_a_database_of_their_own(tmp_path):
    measured = subprocess.run(
        [sys.executable, "-m", "efus.embedded.bench", "digest"],
        cwd=ROOT,
        env={**os.environ, "SIZES": "40", "ROUNDS": "1", "EFUS_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert measured.returncode == 0, measured.stderr
    lines = (tmp_path / "bench" / "digest.txt").read_text().splitlines()
    assert "\n".join(lines) in measured.stdout
    assert lines[0].split() == ["subscriptions", "40", "aim"]
    (mails,) = (line for line in lines if "mails to send" in line)
    assert 20 <= int(mails.split()[-1]) <= 40
    assert sum("beside raw" in line for line in lines) == 2


def test_the_table_has_medians_and_how_they_grow():
    times = {
        "all counts": {10: [0.001, 0.002, 0.9], 100: [0.003]},
        "no filter": {10: [0.02], 100: [0.05]},
    }
    _title, heading, counts, page, fewest = table(times, [10, 100])
    assert heading.split() == ["10", "100", "|", "100", "aim"]
    assert counts.split() == ["all", "counts", "2.0", "3.0", "|", "1.5", "×", "5", "ms"]
    assert page.split() == ["no", "filter", "20.0", "50.0", "|", "2.5", "×", "2.0", "×"]
    assert fewest.startswith("At least 1 runs")
