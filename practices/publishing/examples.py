"""An example beside each field of a practice, so that nobody has to guess what is meant."""

from django.utils.translation import gettext_lazy as _

EXAMPLES = {
    "title": _("Night mediators in the city centre"),
    "summary": _(
        "Two teams of trained mediators walk the nightlife streets at weekends and settle quarrels"
        " before the police are needed. Residents, bars and the police helped to set it up."
    ),
    "problem": _(
        "Since the bars stay open longer, residents of four streets complain about noise and"
        " fights, mostly between one and four in the morning."
    ),
    "objectives": _("Fewer calls to the police about noise. Residents know whom to ring."),
    "how_it_works": _(
        "Every Friday and Saturday, two mediators walk from 22:00 to 4:00. Before each round they"
        " ring the local police. On Mondays the coordinator passes on what came up."
    ),
    "results": _(
        "In the first year, calls about noise fell from 410 to 280 (police figures). A survey of"
        " 200 residents is under way."
    ),
    "lessons": _("Begin with the bar owners. Without them the first three months were lost."),
    "adoption_needs": _(
        "Four part-time mediators, a coordinator, an agreement with the police, a telephone"
        " number."
    ),
    "themes": _("Nightlife; mediation and conflict. Two or three are usual."),
    "target_groups": _("People going out at night; residents."),
    "methods": _("Mediation; detached youth work."),
    "status": _("“Finished” if it ended last year, even if it may come back."),
    "started_on": _("If you only know the month, take its first day."),
    "ended_on": _("Leave it empty while it is running."),
    "cost_band": _("Salaries, rent and material, without staff whom the city employs anyway."),
    "evidence": _("“Monitored” if you count calls to the police; “evaluated” if you compare."),
    "licence": _("CC BY 4.0, which other cities can use without asking you."),
    "partnerships": _("The weekly meeting of police, social services and bar owners."),
}
