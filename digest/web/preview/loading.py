"""Loading what changed and nothing else: configuration, folder sources, templates; decides not when."""

from __future__ import annotations

import asyncio
import contextlib
import os
from pathlib import Path

from digest.config.load import load_project
from digest.config.project import Project
from digest.errors import DigestError
from digest.pipeline.overlay import Overlay, OverlayMemory, read_overlay
from digest.pipeline.workspace import Workspace
from digest.web.preview.changes import Kind


class Loader:
    """Makes the next workspace and overlay of a bench from the ones before and the kinds of files that changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._memory = OverlayMemory()
        self._templates: frozenset[Path] = frozenset()

    def load(self, kinds: frozenset[Kind], old: Workspace | None, overlay: Overlay) -> tuple[Workspace, Overlay]:
        """Return what is there now; call it outside an event loop.

        Raises ConfigError, and any DigestError of what is loaded.
        """
        workspace = old
        if workspace is None or Kind.CONFIGURATION in kinds:
            workspace = _fresh_workspace(load_project(self._folder, os.environ), old)
        if Kind.TEMPLATES in kinds:
            self._refresh_templates(workspace)
        has_same_stories = old is not None and workspace.store is old.store and workspace.router is old.router
        if not has_same_stories or Kind.STORIES in kinds:
            overlay = asyncio.run(read_overlay(workspace, self._memory))
        return workspace, overlay

    def _refresh_templates(self, workspace: Workspace) -> None:
        """Let only templates that changed be compiled again, which takes a fifth of the time of all of them."""
        files = frozenset(file for folder in workspace.template_folders for file in folder.rglob("*.j2"))
        if files != self._templates:
            workspace.__dict__.pop("renderer", None)
            self._templates = files
        for newsletter in workspace.project.newsletters.values():
            with contextlib.suppress(DigestError):
                workspace.renderer.environment(newsletter.template).auto_reload = True


def _fresh_workspace(project: Project, old: Workspace | None) -> Workspace:
    """Return a workspace that keeps of the old one what does not depend on the change."""
    workspace = Workspace(project, read_only=True)
    if old is not None and _routing(old.project) == _routing(project):
        workspace.__dict__["router"] = old.router
    if old is not None and old.project.settings == project.settings:
        workspace.__dict__["renderer"] = old.renderer
        if not _has_appeared(old):
            workspace.__dict__["store"] = old.store
    return workspace


def _routing(project: Project) -> object:
    """Return what router and stories depend on; making a router takes over a second."""
    return (project.regions, project.topics, project.sources, project.settings.home_country, project.settings.labels)


def _has_appeared(workspace: Workspace) -> bool:
    """Return whether the store's file was made since; until then an empty one in memory stands in for it."""
    url = workspace.project.settings.store
    is_in_memory = "mode=memory" in str(workspace.store.engine.url)
    return is_in_memory and workspace.at_root(url.removeprefix("sqlite:///")).exists()
