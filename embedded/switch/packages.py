"""Debian's packages of Asterisk and SIPp, unpacked into a folder with their own C library; the machine stays as it is.

`apt-get` runs with lists, cache and an empty state of its own, so that the whole closure comes along, checked against
the keys of Debian's archive. It takes about 20 s and 220 MB, once.
"""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

SUITES = ("forky", "sid")
PACKAGES = ("asterisk", "sip-tester", "asterisk-core-sounds-en-gsm")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_SOURCES = (Path("/etc/apt/sources.list.d/debian.sources"), Path("/etc/apt/sources.list"))
_MIRROR = re.compile(r"^(?:URIs:\s*|deb\s+(?:\[[^]]*\]\s+)?)(https?://\S+)", re.M)
_SECONDS = 300


class PackagesUnavailable(RuntimeError):
    """Debian's packages cannot be had here; the text says why."""


class Unpacked:
    """The folder with the packages in it; `run` starts one of its programs through its own loader."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()

    @property
    def libraries(self) -> Path:
        """Where the C library lies; its name carries the machine's kind."""
        [found] = (self.root / "usr" / "lib").glob("*-linux-gnu")
        return found

    @property
    def complete(self) -> bool:
        """Whether everything was unpacked: the link to the prompts is made last."""
        return (self.root / "usr" / "share" / "asterisk" / "sounds" / "en").is_symlink()

    def command(self, program: str, *arguments: str) -> list[str]:
        """How to start a program of the folder."""
        loader = next(iter(sorted(self.libraries.glob("ld-linux-*.so.*"))))
        paths = ":".join(map(str, (self.libraries, self.root / "usr" / "lib")))
        return [str(loader), "--library-path", paths, str(self.root / program), *arguments]


async def unpacked(folder: Path) -> Unpacked:
    """The packages, fetched the first time. Raises PackagesUnavailable."""
    found = Unpacked(folder / "root")
    if found.complete:
        return found
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None or not _has_keys():
        raise PackagesUnavailable("this machine has no apt-get, dpkg-deb or keys of Debian's archive")
    work = found.root.parent / "apt"
    await _fetched(work, _mirror())
    for package in _packages(work):
        await _ran("dpkg-deb", "-x", package, str(found.root))
    _finish(found, work)
    return found


def _has_keys() -> bool:
    return KEYRING.exists()


def _packages(work: Path) -> list[str]:
    return sorted(map(str, (work / "cache" / "archives").glob("*.deb")))


def _finish(found: Unpacked, work: Path) -> None:
    """What a maintainer's script would have done: without the link every prompt of the switch fails."""
    (found.root / "usr" / "share" / "asterisk" / "sounds" / "en").symlink_to("en_US_f_Allison")
    shutil.rmtree(work)


def _mirror() -> str:
    for file in _SOURCES:
        if file.exists() and (found := _MIRROR.search(file.read_text())) is not None:
            return found[1]
    raise PackagesUnavailable("this machine names no Debian mirror")


async def _fetched(work: Path, mirror: str) -> None:
    for part in ("lists/partial", "cache/archives/partial", "etc/parts"):
        (work / part).mkdir(parents=True, exist_ok=True)
    (work / "status").write_text("")
    settings = {
        "Dir::State": work,
        "Dir::State::Lists": work / "lists",
        "Dir::State::status": work / "status",
        "Dir::Cache": work / "cache",
        "Dir::Etc::sourcelist": work / "etc" / "sources.list",
        "Dir::Etc::sourceparts": work / "etc" / "parts",
        "Dir::Etc::preferences": "/dev/null",
        "Dir::Etc::preferencesparts": work / "etc" / "parts",
        "APT::Install-Recommends": "false",
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
        "Acquire::Retries": "2",
        "Debug::NoLocking": "1",
    }
    apt = ["apt-get", *(f"-o{name}={value}" for name, value in settings.items()), "-qq"]
    why = ""
    for suite in SUITES:
        (work / "etc" / "sources.list").write_text(f"deb [signed-by={KEYRING}] {mirror} {suite} main\n")
        try:
            await _ran(*apt, "update")
            await _ran(*apt, "-y", "--download-only", "install", *PACKAGES)
        except PackagesUnavailable as error:
            why = str(error)
        else:
            return
    raise PackagesUnavailable(why)


async def _ran(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        told, _ = await asyncio.wait_for(process.communicate(), _SECONDS)
    except TimeoutError:
        process.kill()
        raise PackagesUnavailable(f"{command[0]}: longer than {_SECONDS} s") from None
    if process.returncode != 0:
        raise PackagesUnavailable(f"{_name(command)}: {told.decode(errors='replace')[-300:]}")


def _name(command: Sequence[str]) -> str:
    return " ".join(part for part in command if not part.startswith("-o"))[:80]
