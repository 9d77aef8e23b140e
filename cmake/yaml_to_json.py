#!/usr/bin/python3
"""Writes a YAML file as JSON: yaml_to_json.py FROM.yaml TO.json"""
import json
import sys

import yaml

with open(sys.argv[1], encoding="utf-8") as source:
    document = yaml.safe_load(source)
with open(sys.argv[2], "w", encoding="utf-8") as target:
    json.dump(document, target, ensure_ascii=False, separators=(",", ":"))
