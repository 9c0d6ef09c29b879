"""The texts of practices that exist in every language.

What a city writes falls back to its own original language, never to a fixed one
(``OriginalLanguageModel.shown``); terms of the taxonomy fall back to English.
"""

from modeltranslation.translator import TranslationOptions, register

from practices.models import TEXT_FIELDS, Method, Partnership, Practice, TargetGroup, Theme


@register(Practice)
class PracticeTranslationOptions(TranslationOptions):
    fields = TEXT_FIELDS
    fallback_languages = {"default": ()}
    empty_values = ""


@register(Partnership)
class PartnershipTranslationOptions(TranslationOptions):
    fields = ["name"]
    fallback_languages = {"default": ()}
    empty_values = ""


@register([Theme, TargetGroup, Method])
class TermTranslationOptions(TranslationOptions):
    fields = ["name"]
    empty_values = ""
