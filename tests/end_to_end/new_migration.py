"""What scripts/new-migration.sh makes: usage: new_migration.py CHECKOUT"""

import pathlib
import subprocess
import sys
import tempfile


def main():
    checkout = pathlib.Path(sys.argv[1]).resolve()
    complaints = []
    with tempfile.TemporaryDirectory() as place:
        root = pathlib.Path(place)
        script = root / "scripts/new-migration.sh"
        steps = root / "db/migrations"
        script.parent.mkdir()
        steps.mkdir(parents=True)
        script.write_bytes((checkout / "scripts/new-migration.sh").read_bytes())
        for name in ["0001_journal", "0009_orders"]:
            for way in ["up", "down"]:
                (steps / f"{name}.{way}.sql").write_text("SELECT 1;\n")
        before = sorted(one.name for one in steps.iterdir())
        for wrong in [[], [""], ["Orders"], ["add-orders"], ["../x"], ["a", "b"], ["9a"]]:
            done = subprocess.run(["bash", str(script), *wrong], capture_output=True, text=True)
            if done.returncode != 2 or not done.stderr or sorted(one.name for one in steps.iterdir()) != before:
                complaints.append(f"{wrong}: {done}")
        for name, step in [("add_refunds", "0010_add_refunds"), ("x2", "0011_x2")]:
            done = subprocess.run(["bash", str(script), name], capture_output=True, text=True)
            made = [steps / f"{step}.{way}.sql" for way in ["up", "down"]]
            if done.returncode != 0 or step not in done.stdout or not all(one.is_file() for one in made):
                complaints.append(f"{name}: {done}")
        if (steps / "0009_orders.up.sql").read_text() != "SELECT 1;\n":
            complaints.append("it changed a step that was there")
    print("\n".join(complaints))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
