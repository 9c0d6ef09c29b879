"""The texts of cities that exist in every language."""

from modeltranslation.translator import TranslationOptions, register

from cities.models import City


@register(City)
class CityTranslationOptions(TranslationOptions):
    fields = ["name"]
    fallback_languages = {"default": ()}
    empty_values = ""
