"""Files that people write, read from the disk: their text, and their values with the lines on which they stand."""

from pathlib import Path

from procedures import faults
from procedures.faults import Fault, FileError
from procedures.yaml_lines import Lined, YamlFault, read

_OF_WINDOWS = "gb18030"
"""What a Chinese Windows saves as ANSI; GBK and GB2312 are parts of it."""


def read_text(path: Path) -> str:
    """The text of a UTF-8 file, a byte order mark taken off. FileError for any other file."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf8(path, error.object, error.start) from error
    except FileNotFoundError as error:
        raise faults.error_of(str(path), [Fault((), "no_file")]) from error
    except OSError as error:
        raise faults.error_of(str(path), [Fault((), "unreadable", params={"reason": error.strerror})]) from error


def read_yaml(path: Path) -> Lined:
    """Its YAML. FileError with the line at which reading stopped."""
    try:
        return read(read_text(path))
    except YamlFault as fault:
        raise faults.of_yaml(str(path), fault) from fault


def _not_utf8(path: Path, content: bytes, start: int) -> FileError:
    line = content.count(b"\n", 0, start) + 1
    try:
        content.decode(_OF_WINDOWS)
    except UnicodeDecodeError:
        return FileError(str(path), line, Fault((), "not_utf8", ("UTF-8",)))
    return FileError(str(path), line, Fault((), "gbk", ("UTF-8",)))
