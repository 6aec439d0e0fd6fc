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
        self._origin: Workspace | None = None
        self._version = 0
        self._followers: list[Callable[[], None]] = []

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if "store" in self.__dict__ and self._origin is None:
            self.store.close()

    def snapshot(self) -> Workspace:
        """Return the workspace as it is configured now; what `take_up` brings later does not change it.

        It shares what is open, and needs no closing.
        """
        copy = Workspace(self.project, root=self.root, read_only=self.read_only, clock=self.clock)
        copy._origin, copy._version = self, self._version
        return copy

    def follow(self, renew: Callable[[], None]) -> None:
        """Call `renew` after each `take_up`, for what was made from the project before."""
        self._followers.append(renew)

    def take_up(self, project: Project, *, with_templates: bool = False) -> None:
        """Go on with another configuration of the same store; what does not depend on the change is kept.

        `with_templates` says that templates changed, too. Call it where nothing else uses this workspace at the moment.
        """
        old, self.project = self.project, project
        self._version += 1
        dropped = ["source_names"]
        dropped += ["renderer"] if with_templates or old.settings != project.settings else []
        dropped += ["router"] if _routing(old) != _routing(project) else []
        dropped += ["tokens", "_secrets"] if old.settings.keys != project.settings.keys else []
        for name in dropped:
            self.__dict__.pop(name, None)
        for renew in self._followers:
            renew()

    def _same(self) -> Workspace | None:
        """Return the workspace this is a snapshot of, while it is configured as it was."""
        return self._origin if self._origin is not None and self._origin._version == self._version else None

    @cached_property
    def store(self) -> Store:
        """The store, opened and migrated."""
        if self._origin is not None:
            return self._origin.store
        return Store.open(self.project.settings.store, root=self.root, read_only=self.read_only)

    @cached_property
    def router(self) -> Router:
        """The router of the project's regions and topics."""
        if (same := self._same()) is not None:
            return same.router
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
        if (same := self._same()) is not None:
            return same.renderer
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


def _routing(project: Project) -> object:
    """Return what a router depends on; making one takes over a second."""
    settings = project.settings
    return (project.regions, project.topics, project.sources, settings.home_country, settings.labels)
