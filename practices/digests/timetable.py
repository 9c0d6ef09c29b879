"""At which moments digests are due."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from practices.digests.enums import Frequency


@dataclass(frozen=True)
class Timetable:
    """An hour of the days, weeks or months of a time zone.

    An hour that the clocks leave out in spring is taken where they have gone on to, one that
    comes twice in autumn the first time; so there is one moment a day, whatever they do.
    """

    frequency: str
    weekday: int
    hour: int
    zone: str

    def _on(self, day):
        local = datetime.combine(day, time(self.hour), tzinfo=ZoneInfo(self.zone))
        # Moments of one zone would be compared by its clocks, those of UTC by what is earlier.
        return local.astimezone(UTC)

    def _local_day(self, moment):
        return moment.astimezone(ZoneInfo(self.zone)).date()

    def _day_not_after(self, day):
        if self.frequency == Frequency.WEEKLY:
            return day - timedelta(days=(day.weekday() - self.weekday) % 7)
        return day.replace(day=1) if self.frequency == Frequency.MONTHLY else day

    def _day_after(self, day):
        if self.frequency == Frequency.MONTHLY:
            return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        return day + timedelta(days=7 if self.frequency == Frequency.WEEKLY else 1)

    def latest(self, moment):
        """The latest moment not after *moment*."""
        day = self._day_not_after(self._local_day(moment))
        if self._on(day) > moment:
            day = self._day_not_after(day - timedelta(days=1))
        return self._on(day)

    def next(self, moment):
        """The earliest moment after *moment*."""
        return self._on(self._day_after(self._local_day(self.latest(moment))))
