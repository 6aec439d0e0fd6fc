"""Pictures of folder sources: from `media:<source>/<path>` to a file, and to the address a reader's client loads."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from digest.config.project import Project
from digest.config.settings import Settings
from digest.config.sources import SourceConfig

MEDIA = "media:"


@dataclass(frozen=True, slots=True)
class LocalPicture:
    """A picture that lives in a source's folder. `name` is unique to its content's place, and fit for a URL."""

    reference: str
    file: Path
    name: str

    @property
    def content_type(self) -> str:
        """Its MIME type by its ending."""
        return mimetypes.guess_type(self.file.name)[0] or "application/octet-stream"


def find_picture(reference: str, sources: Sequence[SourceConfig], folder: Path) -> LocalPicture | None:
    """Return the picture that a `media:` reference names; None when it is none of the configured folders' files."""
    source_id, _, relative = reference.removeprefix(MEDIA).partition("/")
    for source in sources:
        if source.id != source_id or source.path is None:
            continue
        base = (folder / source.path).resolve()
        base = base if base.is_dir() else base.parent
        file = (base / relative).resolve()
        if file.is_relative_to(base) and file.is_file():
            digest = hashlib.sha256(reference.encode()).hexdigest()[:12]
            return LocalPicture(reference, file, f"{digest}{file.suffix.lower()}")
    return None


class PictureLinks:
    """Gives each picture the address to stand in the markup, and remembers the local ones it met.

    A local picture whose file is gone gets the address "", which templates leave out.
    """

    def __init__(
        self, sources: Sequence[SourceConfig], folder: Path, *, address: Callable[[LocalPicture], str]
    ) -> None:
        self._sources = sources
        self._folder = folder
        self.address = address
        self.used: dict[str, LocalPicture] = {}

    def __call__(self, url: str) -> str:
        """Return the address for `Picture.url`; web addresses stay as they are."""
        if not url.startswith(MEDIA):
            return url
        picture = self.used.get(url) or find_picture(url, self._sources, self._folder)
        if picture is None:
            return ""
        self.used[url] = picture
        return self.address(picture)


def message_pictures(project: Project) -> PictureLinks:
    """Return the links of a project's local pictures as its messages show them."""
    return PictureLinks(project.sources, project.folder, address=for_messages(project.settings))


def content_id(picture: LocalPicture) -> str:
    """Return the Content-ID under which a message carries the picture."""
    return f"{picture.name}@pictures.invalid"


def embedded(picture: LocalPicture) -> str:
    """Address of a picture that travels inside the message."""
    return f"cid:{content_id(picture)}"


def beside(picture: LocalPicture) -> str:
    """Address of a picture that lies in a folder beside the page."""
    return f"pictures/{quote(picture.name)}"


def hosted(public_url: str) -> Callable[[LocalPicture], str]:
    """Addresses of pictures that the readers' pages serve under `public_url`."""
    base = public_url.rstrip("/")
    return lambda picture: f"{base}/media/{quote(picture.reference.removeprefix(MEDIA))}"


def for_messages(settings: Settings) -> Callable[[LocalPicture], str]:
    """Return how messages show local pictures: inside the message, or hosted by the readers' pages."""
    return embedded if settings.pictures == "embedded" else hosted(str(settings.web.public_url))
