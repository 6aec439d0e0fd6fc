"""What several integration tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.testing.drafts import draft_desk


@pytest.fixture(scope="session")
def prepared_desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with samples in the pool and one reader of Denver, to copy: filling a pool takes seconds."""
    folder = tmp_path_factory.mktemp("desk")
    with draft_desk(folder):
        pass
    return folder
