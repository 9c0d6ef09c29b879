"""Names of partnership models that a writer may mean, by country."""

from practices.models import Partnership

KNOWN_MODELS = {
    "BE": ["LISC-R", "LIVC-R", "CSIL-R"],
    "DE": ["Kriminalpräventiver Rat"],
    "DK": ["SSP", "PSP"],
    "ES": ["Junta Local de Seguridad"],
    "FI": ["Ankkuri"],
    "FR": ["CLSPD", "CISPD", "CLS", "CPRAF"],
    "GB": ["Community Safety Partnership", "MAPPA", "MARAC"],
    "IT": ["Patto per la sicurezza urbana"],
    "NL": ["Zorg- en Veiligheidshuis"],
    "NO": ["SLT"],
    "PT": ["Contrato Local de Segurança", "Conselho Municipal de Segurança"],
    "SE": ["SSPF", "BRÅ"],
}


def models_of(country):
    """The models known for *country*, and those that its cities have entered."""
    entered = (
        Partnership.objects.filter(city__country=country)
        .exclude(model="")
        .order_by("model")
        .values_list("model", flat=True)
        .distinct()[:30]
    )
    return list(dict.fromkeys([*KNOWN_MODELS.get(country, []), *entered]))
