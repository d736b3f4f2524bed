"""The language model that the settings name."""

from __future__ import annotations

from pathlib import Path

from knowloom.errors import SettingsError, UsageError
from knowloom.models.language_model import LanguageModel
from knowloom.settings import Settings


def model_named(settings: Settings) -> LanguageModel:
    """Return the model of the settings: a folder with weights, else one behind an endpoint.

    Raises:
        UsageError: none is set.
        SettingsError: the key cannot be one.
        ExtraMissing: what it needs is not installed.
        ModelUnusable: the folder holds no language model.
    """
    if not settings.model:
        raise UsageError(
            "no language model is set: set KNOWLOOM_MODEL to its name (and KNOWLOOM_MODEL_URL to "
            "its endpoint), or to a folder with its weights"
        )
    if not settings.model_key.isascii():
        raise SettingsError("KNOWLOOM_MODEL_KEY is no key: it holds characters that none has")
    if Path(settings.model).is_dir():
        from knowloom.models.local import LocalModel

        return LocalModel(Path(settings.model))
    from knowloom.models.openai_compatible import OpenAICompatible

    return OpenAICompatible(settings.model_url, settings.model, settings.model_key)
