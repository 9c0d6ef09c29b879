"""How the field's terms are translated: kept by Efus, seen by whoever translates."""
