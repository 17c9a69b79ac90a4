"""`python -m hotline.coverage` writes a page for every utility that gives account of its rules.

With `--check` nothing is written; either way it ends with status 1 and a line for each fault when a rule is unaccounted
for, when something named does not exist, when an enforced rule has no case, or when an installed utility gives no
account at all.
"""

import argparse
import sys
from collections.abc import Iterator

from hotline.coverage.account import ROOT, Account, accounts, shown
from hotline.coverage.faults import faults
from hotline.coverage.page import page
from procedures import yaml_lines
from procedures.loader import load_all


def main() -> int:
    """Check, and write the pages unless only checking; 1 where something is wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; also fail when a page is out of date")
    only_check = parser.parse_args().check
    written = accounts()
    silent = sorted({*load_all().utilities()} - {account.utility for account in written})
    wrong = [f"{utility}: gives no account of its rules in procedures/coverage" for utility in silent]
    for account in written:
        wrong += _of(account, only_check)
    for fault in wrong:
        sys.stderr.write(f"{fault}\n")
    return int(bool(wrong))


def _of(account: Account, only_check: bool) -> Iterator[str]:
    """What is wrong with one account or its page; writes the page where nothing is and that is asked for."""
    cases, procedure = shown(account.cases), account.procedure.read_text("utf-8")
    wrong = [f"{account.utility}: {each}" for each in faults(account, cases, procedure)]
    yield from wrong
    text = page(account, cases, yaml_lines.read(procedure).value["document"]["zh"])
    if only_check and (not account.page.exists() or account.page.read_text("utf-8") != text):
        yield f"{account.page.relative_to(ROOT)} is out of date: python -m hotline.coverage"
    if not only_check and not wrong:
        account.page.write_text(text, "utf-8")


if __name__ == "__main__":
    sys.exit(main())
