"""A project: everything the user configured, loaded and consistent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from digest.config.newsletter import Newsletter
from digest.config.regions import RegionConfig
from digest.config.settings import Settings
from digest.config.sources import SourceConfig
from digest.config.topics import TopicConfig
from digest.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class Project:
    """All configuration of one installation. `folder` is the configuration's folder, `root` its parent.

    Paths in `digest.yaml` (store, caught mail) are relative to `root`; paths in `sources.yaml` and
    newsletters are relative to `folder`.
    """

    folder: Path
    settings: Settings
    sources: tuple[SourceConfig, ...]
    regions: Mapping[str, RegionConfig]
    topics: Mapping[str, TopicConfig]
    newsletters: Mapping[str, Newsletter]

    @property
    def root(self) -> Path:
        """The folder that holds `config/`, where `var/` is made."""
        return self.folder.parent

    def get_newsletter(self, newsletter_id: str) -> Newsletter:
        """Return the newsletter of that id.

        Raises NotFoundError with the known ids.
        """
        try:
            return self.newsletters[newsletter_id]
        except KeyError:
            raise NotFoundError("newsletter", newsletter_id, tuple(self.newsletters)) from None
