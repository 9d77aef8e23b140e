"""For every scripts/*.sh, --help prints a usage and exits 0, and an unknown option exits 2: scripts.py ROOT"""

import os
import subprocess
import tempfile

import house


def run(script, argument):
    with tempfile.TemporaryDirectory() as elsewhere:
        return subprocess.run(
            [str(script), argument],
            cwd=elsewhere, capture_output=True, text=True, timeout=60, check=False,
            stdin=subprocess.DEVNULL,
        )


def main():
    root = house.root_of_arguments()
    complaints = []
    scripts = sorted((root / "scripts").glob("*.sh"))
    for script in scripts:
        name = script.relative_to(root)
        if not os.access(script, os.X_OK):
            complaints.append(f"{name} isn't executable")
            continue
        for flag in ("--help", "-h"):
            done = run(script, flag)
            if done.returncode != 0:
                complaints.append(f"{name} {flag} exits {done.returncode}: {done.stderr}")
            elif f"Usage: {name}" not in done.stdout:
                complaints.append(f"{name} {flag} does not begin with its usage:\n{done.stdout}")
        done = run(script, "--no-such-option")
        if done.returncode != 2 or not done.stderr:
            complaints.append(f"{name} --no-such-option exits {done.returncode}, not 2 with a reason")
    house.finish(complaints, len(scripts))


main()
