"""An include that points upward does not compile: upward_includes.py ROOT BUILD

Takes the command that compiles a file of a module, and runs it on a file that includes a header that the module must
not include. As a control, it also runs it with a header that the module may include."""

import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

import house

# A module, a header above it, and one below it. No file of src/store itself is compiled, so http stands for it: http is
# given a store, but not the classes behind it.
CASES = [
    ("base", "domain/event.h", "base/id.h"),
    ("domain", "store/store.h", "base/id.h"),
    ("domain", "io/clock.h", "domain/event.h"),
    ("domain", "wire/json_writer.h", "domain/facts.h"),
    ("config", "io/clock.h", "base/result.h"),
    ("io", "domain/event.h", "base/instant.h"),
    ("io/postgres", "store/store.h", "io/random.h"),
    ("io/redis", "domain/event.h", "io/awaitable.h"),
    ("wire", "http/router.h", "domain/event.h"),
    ("wire", "store/store.h", "wire/json_writer.h"),
    ("wire", "io/clock.h", "base/id.h"),
    ("identity", "store/store.h", "io/sha256.h"),
    ("telemetry", "http/router.h", "telemetry/log.h"),
    ("tickets", "domain/event.h", "io/sha256.h"),
    ("store/engine", "store/sqlite/journal.h", "store/store.h"),
    ("store/sqlite", "http/router.h", "store/store.h"),
    ("store/redis", "http/router.h", "io/redis/redis_client.h"),
    ("http", "store/sqlite/embedded_store.h", "store/store.h"),
    ("http", "http/handlers/handlers.h", "wire/requests.h"),
    ("http", "app/application.h", "http/router.h"),
    ("http/handlers", "app/application.h", "http/context.h"),
    ("http/handlers", "store/sqlite/journal.h", "store/store.h"),
    ("app", "cli/commands.h", "store/sqlite/embedded_store.h"),
    ("bench", "app/application.h", "config/bench_settings.h"),
    ("bench", "store/store.h", "io/awaitable.h"),
]


def folder_of(source, root, build):
    """The folder of a source. CMake puts unity sources into BUILD/FOLDER/CMakeFiles/TARGET.dir/Unity."""
    if source.parent.name == "Unity":
        return root / source.parents[3].relative_to(build)
    return source.parent


def compile_command(commands, root, build, folder):
    """The command that compiles a file of this folder, without the file, its object and ccache."""
    for entry in commands:
        source = pathlib.Path(entry["directory"], entry["file"])
        if folder_of(source, root, build) != folder:
            continue
        words = shlex.split(entry["command"])
        if os.path.basename(words[0]) == "ccache":
            words = words[1:]
        object_at = words.index("-o")
        del words[object_at:object_at + 2]
        words = [word for word in words if word not in ("-c", entry["file"], str(source))]
        return words, entry["directory"]
    return None, None


def compiles(command, folder, header):
    with tempfile.TemporaryDirectory() as elsewhere:
        source = pathlib.Path(elsewhere, "includes.cc")
        source.write_text(f'#include "{header}"\n', encoding="utf-8")
        done = subprocess.run(
            command + ["-E", "-o", os.devnull, str(source)],  # finding the headers is enough
            cwd=folder, capture_output=True, text=True, check=False,
        )
    return done.returncode == 0, done.stderr


def main():
    root = house.root_of_arguments()
    build = pathlib.Path(sys.argv[2])
    commands = json.loads((build / "compile_commands.json").read_text("utf-8"))
    complaints = []
    for module, above, below in CASES:
        command, folder = compile_command(commands, root, build, root / "src" / module)
        if command is None:
            complaints.append(f"src/{module}: no file of it is compiled")
            continue
        for header in (above, below):
            if not (root / "src" / header).exists():
                complaints.append(f"src/{header} isn't there: choose another for src/{module}")
        done, said = compiles(command, folder, above)
        if done:
            complaints.append(f'src/{module} can include "{above}", which lies above it')
        elif f"'{above}' file not found" not in said:
            complaints.append(f'src/{module}: "{above}" fails for another reason:\n{said}')
        done, said = compiles(command, folder, below)
        if not done:
            complaints.append(f'src/{module} can\'t include "{below}", as it should:\n{said}')
    house.finish(complaints, len(CASES))


main()
