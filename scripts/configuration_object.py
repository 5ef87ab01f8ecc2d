"""Reads a function's configuration that is an object in S3.

usage: configuration_object.py location VARIABLES    prints bucket, key and version, or nothing without an object
       configuration_object.py sources VARIABLES [FILE]    prints the JSON of HOOKLINE_SOURCES

VARIABLES is the JSON of the function's environment, FILE the content of the object.
"""

import hashlib
import json
import sys
from pathlib import Path


def location(variables):
    """The arguments for a download of the object."""
    return " ".join(variables[name] for name in ("bucket", "key", "version"))


def sources(variables, found, file=None):
    """The sources, from the object if there is one."""
    if found is None:
        return variables["HOOKLINE_SOURCES"]
    content = Path(file).read_bytes()
    if hashlib.sha256(content).hexdigest() != found["sha256"]:
        sys.exit("the configuration in the artifacts bucket has another hash than in the environment: apply again")
    return json.dumps(json.loads(content)["HOOKLINE_SOURCES"])


def main(command, variables_json, *file):
    variables = json.loads(variables_json)
    text = variables.get("HOOKLINE_CONFIGURATION")
    found = json.loads(text) if text else None
    if command == "sources":
        print(sources(variables, found, *file))
    elif found:
        print(location(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
