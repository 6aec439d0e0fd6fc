"""A workspace: one installation while a command runs; opens store, router and renderer when first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from digest.config.project import Project
from digest.store.engine import Store

if TYPE_CHECKING:
    from digest.pipeline.intake import Intake
    from digest.rendering.renderer import Renderer
    from digest.routing.router import Router
    from digest.subscriptions.links import Links
    from digest.subscriptions.tokens import Tokens


def utc_now() -> datetime:
    """Return the present instant, aware UTC."""
    return datetime.now(UTC)


class Workspace:
    """One installation while a command runs; a context manager that closes what it opened.

    `root` is where relative paths of `digest.yaml` start (the configuration's parent unless given).
    With `read_only` the store is never written, and need not exist.
    """

    def __init__(
        self,
        project: Project,
        *,
        root: Path | None = None,
        read_only: bool = False,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.project = project
        self.root = root or project.root
        self.read_only = read_only
        self.clock = clock

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if "store" in self.__dict__:
            self.store.close()

    @cached_property
    def store(self) -> Store:
        """The store, opened and migrated."""
        return Store.open(self.project.settings.store, root=self.root, read_only=self.read_only)

    @cached_property
    def router(self) -> Router:
        """The router of the project's regions and topics."""
        from digest.routing.router import Router

        return Router.from_project(self.project)

    @cached_property
    def intake(self) -> Intake:
        """The way of stories into the pool; kept, as it remembers the clusters of the last days."""
        from digest.pipeline.intake import Intake

        return Intake(self)

    @cached_property
    def renderer(self) -> Renderer:
        """The renderer over the project's own templates and the shipped ones."""
        from digest.rendering.renderer import Renderer

        return Renderer(self.template_folders, self.project.settings)

    @property
    def template_folders(self) -> tuple[Path, ...]:
        """Folders of templates, the user's own first."""
        from digest.rendering.folders import shipped_templates

        own = self.project.settings.templates
        return ((self.root / own), shipped_templates()) if own else (shipped_templates(),)

    @cached_property
    def tokens(self) -> Tokens:
        """Maker and reader of personal links."""
        from digest.subscriptions.tokens import Tokens

        return Tokens(*self._secrets)

    @property
    def links(self) -> Links:
        """Maker of the links in messages."""
        from digest.subscriptions.links import Links

        return Links(str(self.project.settings.web.public_url), self.tokens)

    @property
    def delivery_keys(self) -> tuple[bytes, ...]:
        """Keys of the opaque tokens in return paths: the first makes, all read."""
        secret, old = self._secrets
        return tuple(key.encode() for key in (secret, *old))

    @cached_property
    def _secrets(self) -> tuple[str, tuple[str, ...]]:
        from digest.subscriptions.tokens import ensure_secret

        return ensure_secret(self.store, self.project.settings)

    @cached_property
    def source_names(self) -> Mapping[str, str]:
        """Names of the sources as readers see them, where the configuration gives one."""
        return {source.id: source.name for source in self.project.sources if source.name}

    def at_root(self, path: str) -> Path:
        """Return a path of `digest.yaml` as an absolute one."""
        return self.root / path
