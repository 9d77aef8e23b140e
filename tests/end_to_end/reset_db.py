"""What scripts/reset-db.sh does after each result of `frontrow migrate status`: usage: reset_db.py CHECKOUT"""

import pathlib
import subprocess
import sys
import tempfile

OURS = [
    "journal.db", "journal.db-wal", "journal.db-shm", "journal.db.new", "journal.head",
    "side.db", "side.db-wal", "side.db-shm", "side.db.new", "side.db.lock", "snapshot-00000000000000000001",
]


def run(checkout, exit_code):
    """Runs the script; `migrate status` has this exit code. Returns the calls of frontrow.sh and the files left."""
    with tempfile.TemporaryDirectory() as place:
        scripts = pathlib.Path(place, "scripts")
        data = pathlib.Path(place, "data")
        scripts.mkdir()
        data.mkdir()
        for name in ["reset-db.sh", "lib/data_folder.sh"]:
            (scripts / name).parent.mkdir(exist_ok=True)
            (scripts / name).write_bytes((checkout / "scripts" / name).read_bytes())
        calls = scripts / "calls"
        frontrow = scripts / "frontrow.sh"
        frontrow.write_text(f'''#!/bin/sh
echo "$*" >>"{calls}"
[ "$1 $2" = "migrate status" ] && exit {exit_code}
exit 0
''')
        frontrow.chmod(0o755)
        for name in [*OURS, "lock", "notes.txt"]:
            (data / name).write_text("x")
        done = subprocess.run(
            ["bash", str(scripts / "reset-db.sh"), "--yes"], capture_output=True, text=True,
            env={"PATH": "/usr/bin:/bin"},
        )
        return done.returncode, calls.read_text().splitlines(), sorted(one.name for one in data.iterdir())


def main():
    checkout = pathlib.Path(sys.argv[1]).resolve()
    whole = sorted([*OURS, "lock", "notes.txt"])
    complaints = []

    code, calls, left = run(checkout, 3)
    if code != 0 or left != ["lock", "notes.txt"] or not calls[-1].startswith("seed --data-dir"):
        complaints.append(f"without a database: {code}, {calls}, {left}")
    code, calls, left = run(checkout, 0)
    if code != 0 or left != whole or "migrate down --to 0 --yes" not in calls:
        complaints.append(f"with a database: {code}, {calls}, {left}")
    # Invalid settings, and a database that doesn't answer.
    for failed in (1, 2):
        code, calls, left = run(checkout, failed)
        if code == 0 or left != whole or calls != ["migrate status"]:
            complaints.append(f"after exit code {failed}: {code}, {calls}, {left}")

    print("\n".join(complaints))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
