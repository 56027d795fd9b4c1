"""From Arrow tables to profiles: the fast kernels, without IO, so that any engine can run them."""

from __future__ import annotations

from trueup.profiling.edges import edges_of
from trueup.profiling.kernel import profile
from trueup.profiling.magnify import fine_profile, fine_reference

__all__ = ["edges_of", "fine_profile", "fine_reference", "profile"]
