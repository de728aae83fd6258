"""`vcjira.yaml` as `Settings`; every complaint names file, line and column."""

from vcjira.config.loading import load
from vcjira.config.models import Settings, Site

__all__ = ["Settings", "Site", "load"]
