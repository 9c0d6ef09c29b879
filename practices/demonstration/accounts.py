"""The people of the demonstration: roles, not persons."""

from dataclasses import dataclass, field

from cities.enums import SeatRole
from efus.accounts.enums import StaffRole
from practices.digests.enums import Frequency


@dataclass(frozen=True)
class DemonstrationSubscription:
    """``chosen`` has values by facet."""

    chosen: dict
    frequency: str = Frequency.DAILY


@dataclass(frozen=True)
class DemonstrationAccount:
    """An account; ``seats`` are (city as listed, role)."""

    email: str
    description: str
    language: str
    seats: tuple = ()
    staff_role: str = ""
    subscriptions: tuple = field(default=())

    @property
    def name(self):
        return f"Demonstration: {self.description}"


ACCOUNTS = [
    DemonstrationAccount(
        "coordinator.den-haag@demonstration.example",
        "coordinator of Den Haag",
        "nl",
        seats=(("Den Haag", SeatRole.COORDINATOR),),
        subscriptions=(DemonstrationSubscription({"theme": ["mediation", "nightlife"]}),),
    ),
    DemonstrationAccount(
        "editor.den-haag@demonstration.example",
        "editor of Den Haag",
        "nl",
        seats=(("Den Haag", SeatRole.EDITOR),),
    ),
    DemonstrationAccount(
        "coordinator.lille@demonstration.example",
        "coordinator of Lille",
        "fr",
        seats=(("Lille", SeatRole.COORDINATOR),),
        subscriptions=(DemonstrationSubscription({"theme": ["radicalisation"]}),),
    ),
    DemonstrationAccount(
        "researcher@demonstration.example",
        "researcher, no seat",
        "en",
        subscriptions=(
            DemonstrationSubscription({"theme": ["radicalisation", "young-people-at-risk"]}),
            DemonstrationSubscription({"country": ["PT"]}, Frequency.WEEKLY),
        ),
    ),
    DemonstrationAccount(
        "reviewer@demonstration.example",
        "reviewer at Efus",
        "en",
        staff_role=StaffRole.REVIEWER,
    ),
    DemonstrationAccount(
        "administrator@demonstration.example",
        "administrator at Efus",
        "en",
        staff_role=StaffRole.ADMINISTRATOR,
    ),
]
