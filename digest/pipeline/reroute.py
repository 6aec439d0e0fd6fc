"""Reroute: stories of the pool that older definitions of regions and topics routed are routed anew."""

from __future__ import annotations

from collections.abc import Callable

from digest.pipeline.workspace import Workspace
from digest.store import pool
from digest.store.recent import count_routed_otherwise, load_clusters


def reroute(workspace: Workspace, *, progress: Callable[[int], None] = lambda done: None) -> int:
    """Route what was routed by other definitions than the present ones; return how many stories.

    Each group is its own transaction, so a long run may be stopped and goes on where it was. Clusters stay:
    they depend on no definition.
    """
    version = workspace.router.fingerprint
    with workspace.store.read() as connection:
        if not count_routed_otherwise(connection, version):
            return 0
    done = 0
    with workspace.store.read() as reading:
        for stories in pool.iter_for_rerouting(reading, version):
            routes = workspace.router.route(stories)
            with workspace.store.begin() as connection:
                clusters = load_clusters(connection, [story.id for story in stories])
                items = [
                    (story, routed, clusters.get(story.id, story.id))
                    for story, routed in zip(stories, routes, strict=True)
                ]
                pool.set_routes(connection, items, routing_version=version)
            done += len(stories)
            progress(done)
    return done
