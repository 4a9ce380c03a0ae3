"""Labels of images as their data set gives them; `infogan_tf.data.factors` makes factors of them."""

import dataclasses
import hashlib
from collections.abc import Mapping

import numpy as np

ClassNames = tuple[str, ...] | None


@dataclasses.dataclass(frozen=True)
class Labels:
    """What is known about each of some images, in their order; by default nothing.

    Attributes:
        rows: `[number]`, with a field for each label: a number, a truth value or text.
        names: of the labels.
        class_names: for each label what its values mean if they are positions in this tuple, else None.
    """

    rows: np.ndarray = dataclasses.field(default_factory=lambda: np.empty(0))
    names: tuple[str, ...] = ()
    class_names: tuple[ClassNames, ...] = ()

    @classmethod
    def of(cls, columns: Mapping[str, np.ndarray], class_names: Mapping[str, ClassNames] | None = None) -> "Labels":
        """Labels by name, each `[number]`, some of them with the names of their classes."""
        if not columns:
            return cls()
        # The fields have names of their own, since labels may be called anything.
        rows = np.asarray(np.rec.fromarrays(list(columns.values())))
        return cls(rows, tuple(columns), tuple((class_names or {}).get(name) for name in columns))

    def __getitem__(self, index: slice | np.ndarray) -> "Labels":
        return dataclasses.replace(self, rows=self.rows[index]) if self.names else self

    def fingerprint(self) -> str:
        """SHA-256 of all of them."""
        names = repr((self.names, self.class_names, self.rows.dtype))
        return hashlib.sha256(names.encode() + self.rows.tobytes()).hexdigest()
