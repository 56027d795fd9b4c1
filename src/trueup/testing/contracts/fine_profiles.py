"""What every store of fine profiles promises; a new engine subclasses `FineProfilesContract` and is tested at once."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from trueup.errors import Incompatible
from trueup.profiling import edges_of, fine_profile, fine_reference
from trueup.profiling.fine import FineNumbers, FineProfile
from trueup.testing.contracts.hashed import SCHEMA, HashedContract, LastingHashedContract, rows

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.ports.fine_profiles import FineProfiles


class FineProfilesContract(HashedContract[FineProfile]):
    """Promises of a store; `make` opens the one of a folder."""

    kind = "fine profile"

    @abstractmethod
    def make(self, folder: Path) -> FineProfiles:
        """Open the store of this folder; it is empty at first."""

    def example(self) -> FineProfile:
        """What others are counted beside."""
        return fine_reference(rows(1), edges_of(rows(1), SCHEMA))

    @pytest.fixture
    def reference(self) -> FineProfile:
        """What others are counted beside."""
        return self.example()

    def test_a_profile_comes_back_under_the_hash_of_its_content(
        self, store: FineProfiles, reference: FineProfile
    ) -> None:
        """The reference and what is counted beside it; read and written again they have the same hash."""
        first = store.write(reference)
        second = store.write(fine_profile(rows(2), reference, first))
        assert store.write(store.read(first)) == first
        assert store.write(store.read(second)) == second
        back = store.read(second)
        assert (back.reference, back.rows, len({first, second})) == (first, 500, 2)

    def test_the_same_rows_have_the_same_hash_however_arrow_holds_them(
        self, store: FineProfiles, reference: FineProfile
    ) -> None:
        """Chunks and the order of rows leave no trace."""
        name = store.write(reference)
        whole = rows(3)
        pieces = pa.concat_tables([whole.slice(300), whole.slice(0, 7), whole.slice(7, 293)])
        assert store.write(fine_profile(pieces, reference, name)) == store.write(fine_profile(whole, reference, name))

    def test_what_was_read_adds_up(self, store: FineProfiles, reference: FineProfile) -> None:
        """Hours make a day, out of the store too; beside another reference they refuse."""
        name = store.write(reference)
        hours = [store.read(store.write(fine_profile(rows(seed), reference, name))) for seed in (4, 5, 6)]
        left, right = (hours[0] + hours[1]) + hours[2], hours[0] + (hours[1] + hours[2])
        assert store.write(left) == store.write(right)
        amounts = left.column("amount")
        assert isinstance(amounts, FineNumbers)
        assert int(amounts.counts.sum()) == left.rows == 1500
        with pytest.raises(Incompatible, match="beside two references do not add up"):
            _ = hours[0] + store.read(name)


class LastingFineProfilesContract(FineProfilesContract, LastingHashedContract[FineProfile]):
    """Promises of a store that outlives its process."""
