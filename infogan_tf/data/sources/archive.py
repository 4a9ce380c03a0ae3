"""Archives of image files: .zip, .tar, .tar.gz and .tgz, which are read without being unpacked to disk."""

import contextlib
import tarfile
import zipfile
from collections.abc import Iterator
from functools import cached_property
from io import BytesIO
from pathlib import Path

from infogan_tf.data.archive_labels import ATTRIBUTES_FILE, find_attributes, read_labels
from infogan_tf.data.cache import file_state
from infogan_tf.data.image_data import Labels
from infogan_tf.data.image_files import EXTENSIONS, ImageFiles, refused_if_damaged

Member = zipfile.ZipInfo | tarfile.TarInfo
TAR_BLOCK = 512


class Archive(ImageFiles):
    """The image files in an archive, in the order and with the labels that they would have in a folder."""

    kind, place = "archive", "an archive of images"

    def __init__(self, path: Path):
        self.path = path
        self._attributes = find_attributes(path.absolute().parent)

    @cached_property
    def _members(self) -> dict[str, Member]:
        with self._opened() as archive:
            return _list_members(archive)

    @cached_property
    def names(self) -> list[str]:
        images = sorted(name for name in self._members if name.lower().endswith(EXTENSIONS))
        return [name for name in images if not name.startswith(".") and "/." not in name]

    def state(self) -> tuple[object, ...]:
        return file_state(self.path), self._attributes and file_state(self._attributes)

    def labels(self) -> Labels:
        top = self.names[0].partition("/")[0] + "/" if self.names else ""
        # A folder that most archives unpack to says nothing about an image.
        root = top if all(name.startswith(top) for name in self.names) else ""
        place, names = self.path / root, [name.removeprefix(root) for name in self.names]
        inside = next((name for name in self._members if name.rpartition("/")[2] == ATTRIBUTES_FILE), None)
        if inside is None:
            return read_labels(place, names, self._attributes)
        with self._opened() as archive:
            content = _content(archive, self._members[inside]).getvalue()
        return read_labels(place, names, self.path / inside, content)

    def read(self) -> Iterator[tuple[str, BytesIO | None]]:
        names = self.names
        if self.path.name.lower().endswith("gz"):  # Compressed as a whole, and so only to be read from its beginning.
            names = sorted(names, key=lambda name: self._members[name].offset)
        with self._opened() as archive:
            for name in names:
                yield name, _content(archive, self._members[name])

    @contextlib.contextmanager
    def _opened(self) -> Iterator[zipfile.ZipFile | tarfile.TarFile]:
        open_archive = zipfile.ZipFile if self.path.suffix.lower() == ".zip" else tarfile.open
        with refused_if_damaged(self.path, "a whole .zip or .tar archive"), open_archive(self.path) as archive:
            yield archive


def _list_members(archive: zipfile.ZipFile | tarfile.TarFile) -> dict[str, Member]:
    """All files by name; of several files of one name the last, as where they are unpacked."""
    if isinstance(archive, zipfile.ZipFile):
        return {member.filename: member for member in archive.infolist() if not member.is_dir()}
    members = {member.name.removeprefix("./"): member for member in archive.getmembers() if not member.isdir()}
    # At a damaged member the list ends silently, and not with a block of zeros.
    archive.fileobj.seek(archive.offset)
    if archive.fileobj.read(TAR_BLOCK) != bytes(TAR_BLOCK):
        raise EOFError("it ends too early")
    return members


def _content(archive: zipfile.ZipFile | tarfile.TarFile, member: Member) -> BytesIO | None:
    if isinstance(archive, zipfile.ZipFile):
        return BytesIO(archive.read(member))
    return BytesIO(archive.extractfile(member).read()) if member.isfile() else None
