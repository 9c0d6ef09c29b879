"""When a practice is to be published, by the clock on the person's wall."""

from datetime import UTC, datetime, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LATEST = timedelta(days=365)


class ScheduleForm(forms.Form):
    """A day and an hour in the time zone in force; ``moment`` is what they mean."""

    day = forms.DateField(
        label=gettext_lazy("day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    hour = forms.TimeField(
        label=gettext_lazy("time"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["day"].widget.attrs |= {
            "min": today.isoformat(),
            "max": (today + LATEST).isoformat(),
        }
        self.fields["hour"].help_text = _("In your time zone: %(zone)s.") % {
            "zone": timezone.get_current_timezone()
        }

    def clean_day(self):
        day = self.cleaned_data["day"]
        today = timezone.localdate()
        if day < today:
            raise forms.ValidationError(_("This day has passed. Choose a later one."))
        if day > today + LATEST:
            raise forms.ValidationError(_("Choose a day within a year from today."))
        return day

    def clean(self):
        cleaned = super().clean()
        if self.errors:
            return cleaned
        typed = datetime.combine(cleaned["day"], cleaned["hour"].replace(second=0, microsecond=0))
        zone = timezone.get_current_timezone()
        # Of an hour that comes twice, when the clocks are put back, this is the first.
        self.moment = typed.replace(tzinfo=zone).astimezone(UTC)
        if self.moment.astimezone(zone).replace(tzinfo=None) != typed:
            self.add_error(
                "hour",
                _(
                    "There is no such time on that day: the clocks are put forward."
                    " Choose an hour earlier or later."
                ),
            )
        elif self.moment <= timezone.now():
            self.add_error("hour", _("This time has passed. Choose a later one."))
        return cleaned
