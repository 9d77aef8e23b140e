"""What scripts/clean.sh deletes, and what it leaves: usage: clean.py CHECKOUT"""

import fcntl
import pathlib
import subprocess
import sys
import tempfile


def run(checkout, *arguments, has_server=False):
    """Runs it in a checkout with a build, a cluster and a store. Returns the exit code and the remaining files."""
    with tempfile.TemporaryDirectory() as place:
        root = pathlib.Path(place)
        for name in ["clean.sh", "lib/data_folder.sh"]:
            (root / "scripts" / name).parent.mkdir(parents=True, exist_ok=True)
            (root / "scripts" / name).write_bytes((checkout / "scripts" / name).read_bytes())
        cluster = root / "scripts/cluster.sh"
        cluster.write_text(f'#!/bin/sh\n[ "$*" = "down --purge" ] && rm "{root}/build/cluster/node"\n')
        cluster.chmod(0o755)
        for name in ["build/release/frontrow", "build/cluster/node", "data/journal.db", "data/lock", "data/notes.txt"]:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text("x")
        with open(root / "data/lock", encoding="utf-8") as lock:
            if has_server:
                fcntl.flock(lock, fcntl.LOCK_EX)
            done = subprocess.run(
                ["bash", str(root / "scripts/clean.sh"), *arguments],
                capture_output=True, text=True, stdin=subprocess.DEVNULL, env={"PATH": "/usr/bin:/bin"},
            )
        left = sorted(str(one.relative_to(root)) for one in root.rglob("*") if one.is_file())
        return done.returncode, [one for one in left if not one.startswith("scripts/")]


def main():
    checkout = pathlib.Path(sys.argv[1]).resolve()
    sold = ["build/cluster/node", "data/journal.db", "data/lock", "data/notes.txt"]
    whole = [*sold[:1], "build/release/frontrow", *sold[1:]]
    complaints = []
    for arguments, has_server, wanted in [
        ((), False, (0, sold)),
        (("--all", "--yes"), False, (0, ["data/notes.txt"])),
        # There is no terminal to ask on; in the next case a server is running.
        (("--all",), False, (1, whole)),
        (("--all", "--yes"), True, (1, whole)),
        (("--yes",), False, (2, whole)),
        (("--all", "--no"), False, (2, whole)),
    ]:
        got = run(checkout, *arguments, has_server=has_server)
        if got != wanted:
            complaints.append(f"clean.sh {' '.join(arguments)}: {got} and not {wanted}")
    print("\n".join(complaints))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
