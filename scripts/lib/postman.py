"""Makes a Postman collection (v2.1) from api/openapi.yaml, for scripts/postman.sh: postman.py ROOT [--check]

Our own code because npm's converters make new ids and invented values at every run, so that no test could compare the
file. They also don't know which id in an answer the next request needs."""

import json
import pathlib
import re
import sys

import yaml

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
METHODS = ("get", "post", "put", "patch", "delete")
# The answers to save: successes, and refusals specific to this request.
STATUSES_KEPT = ("200", "201", "202", "204", "402", "409", "410", "412", "422")

DESCRIPTION = """Made from api/openapi.yaml by scripts/postman.sh; change that, not this.

Start a server with `frontrow serve --dev` and send *Create an event*, *Add a seat to an event*, *Hold seats, units of
categories, or both*, *Confirm a pending reservation*: each remembers the id that the next one wants. Without `--dev`, set `buyer_header` and `organizer_header`
to `Authorization` with `Bearer …` as their values, or to `X-API-Key` with a key."""

VARIABLES = {
    "base_url": "http://127.0.0.1:8080",
    "buyer_header": "X-User-ID",
    "buyer_value": "alice",
    # With --dev, a request without credentials is an admin's.
    "organizer_header": "Authorization",
    "organizer_value": "",
}


class Document:
    def __init__(self, text):
        self.root = yaml.safe_load(text)

    def follow(self, node):
        while "$ref" in node:
            found = self.root
            for key in node["$ref"].removeprefix("#/").split("/"):
                found = found[key]
            node = found
        return node

    def examples(self, media):
        """(name, value) of each example of a media type."""
        if "example" in media:
            return [("", media["example"])]
        return [(name, self.follow(one)["value"]) for name, one in media.get("examples", {}).items()]


def snake_case(name):
    """EventId and eventId -> event_id."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def variable_of(parameter):
    """A path parameter's variable, by the name under which the document describes it: EventId -> event_id."""
    return snake_case(parameter.get("$ref", "").rsplit("/", 1)[-1])


def with_variables(value, variables):
    """Replaces the example's ids by variables, which earlier answers set."""
    if not isinstance(value, dict):
        return value
    changed = {}
    for key, old in value.items():
        if snake_case(key) in variables:
            changed[key] = "{{" + snake_case(key) + "}}"
        elif key.removesuffix("s") in variables:
            changed[key] = ["{{" + key.removesuffix("s") + "}}"]
        elif key != "idempotency_key":  # The header has it, new each time.
            changed[key] = with_variables(old, variables)
    return changed


def text_of(value):
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)


class Collection:
    def __init__(self, document):
        self.document = document
        self.ids = {}
        for item in document.root["paths"].values():
            for parameter in item.get("parameters", []):
                followed = document.follow(parameter)
                is_id = followed["in"] == "path" and followed["name"] in ("id", "device")
                if is_id:
                    self.ids[variable_of(parameter)] = followed.get("example", "")

    def make(self):
        folders = {tag["name"]: tag for tag in self.document.root["tags"]}
        items = {name: [] for name in folders}
        for path, item in self.document.root["paths"].items():
            for method in METHODS:
                if method in item:
                    operation = item[method]
                    items[operation["tags"][0]].append(self.item(path, method, item, operation))
        info = self.document.root["info"]
        return {
            "info": {"name": info["title"], "description": DESCRIPTION, "version": info["version"], "schema": SCHEMA},
            "variable": [{"key": key, "value": value} for key, value in {**VARIABLES, **self.ids}.items()],
            "item": [
                {"name": name, "description": tag["description"], "item": items[name]} for name, tag in folders.items()
            ],
        }

    def item(self, path, method, item, operation):
        request = self.request(path, method, item, operation)
        made = {"name": operation["summary"], "request": request, "response": self.answers(operation, request)}
        variable = operation["operationId"].removeprefix("create_") + "_id"
        if variable in self.ids and operation["operationId"].startswith("create_"):
            script = [
                "if (pm.response.code === 201) {",
                f'    pm.collectionVariables.set("{variable}", pm.response.json().id);',
                "}",
            ]
            made["event"] = [{"listen": "test", "script": {"type": "text/javascript", "exec": script}}]
        return made

    def request(self, path, method, item, operation):
        parameters = [*item.get("parameters", []), *operation.get("parameters", [])]
        request = {
            "method": method.upper(),
            "auth": self.auth(operation),
            "header": self.headers(parameters),
            "url": self.url(path, parameters),
        }
        if "description" in operation:
            request["description"] = operation["description"].strip()
        if "requestBody" in operation:
            # Uses the first media type.
            type_, media = next(iter(self.document.follow(operation["requestBody"])["content"].items()))
            _, example = self.document.examples(media)[0]
            request["header"].append({"key": "Content-Type", "value": type_})
            request["body"] = {
                "mode": "raw",
                "raw": text_of(with_variables(example, self.ids)),
                "options": {"raw": {"language": "json" if "json" in type_ else "text"}},
            }
        return request

    def auth(self, operation):
        security = operation.get("security", self.document.root["security"])
        if not security:
            return {"type": "noauth"}
        who = "organizer" if any(roles for one in security for roles in one.values()) else "buyer"
        return {
            "type": "apikey",
            "apikey": [
                {"key": "key", "value": "{{" + who + "_header}}"},
                {"key": "value", "value": "{{" + who + "_value}}"},
                {"key": "in", "value": "header"},
            ],
        }

    def headers(self, parameters):
        made = []
        for parameter in map(self.document.follow, parameters):
            if parameter["in"] != "header":
                continue
            is_key = parameter["name"] == "Idempotency-Key"
            header = {"key": parameter["name"], "value": "{{$guid}}" if is_key else parameter.get("example", "")}
            if not is_key:
                header["disabled"] = True
            made.append({**header, "description": parameter["description"]})
        return made

    def url(self, path, parameters):
        segments = [re.sub(r"^{(.*)}$", r":\1", segment) for segment in path.strip("/").split("/")]
        # Postman's own form of a path parameter is a whole segment, and this is a part of one: {id}.svg.
        in_parts = {self.document.follow(one)["name"]: variable_of(one) for one in parameters}
        segments = [re.sub(r"{(.*)}", lambda found: "{{" + in_parts[found[1]] + "}}", segment) for segment in segments]
        url = {"raw": "{{base_url}}/" + "/".join(segments), "host": ["{{base_url}}"], "path": segments}
        query, variables = [], []
        for parameter in parameters:
            followed = self.document.follow(parameter)
            if followed["in"] == "query":
                value = text_of(followed.get("example", followed["schema"].get("default", "")))
                made = {"key": followed["name"], "value": value}
                if not followed.get("required"):
                    made["disabled"] = True
                query.append({**made, "description": followed["description"]})
            elif followed["in"] == "path" and ":" + followed["name"] in segments:
                name = variable_of(parameter)
                if name not in self.ids:
                    name = snake_case(followed["name"])
                value = "{{" + name + "}}" if name in self.ids else followed.get("example", "")
                variables.append({"key": followed["name"], "value": value, "description": followed["description"]})
        if query:
            url["query"] = query
        required = [f"{one['key']}={one['value']}" for one in query if not one.get("disabled")]
        if required:
            url["raw"] += "?" + "&".join(required)
        if variables:
            url["variable"] = variables
        return url

    def answers(self, operation, request):
        made = []
        for status, node in operation["responses"].items():
            if status not in STATUSES_KEPT:
                continue
            content = self.document.follow(node).get("content", {})
            # All errors of a dialect share one answer, whose example fits but one status.
            if {"application/json", "application/problem+json"} <= content.keys():
                continue
            for type_, media in content.items():
                for name, value in self.document.examples(media):
                    code = value.get("code", "") if isinstance(value, dict) else ""
                    made.append({
                        "name": " ".join(filter(None, (status, code or name))),
                        "originalRequest": request,
                        "code": int(status),
                        "header": [{"key": "Content-Type", "value": type_}],
                        "body": text_of(value),
                        "_postman_previewlanguage": "json" if "json" in type_ else "text",
                    })
        return made


def main():
    root = pathlib.Path(sys.argv[1])
    document = Document((root / "api/openapi.yaml").read_text(encoding="utf-8"))
    text = json.dumps(Collection(document).make(), ensure_ascii=False, indent=1) + "\n"
    target = root / "api/frontrow.postman_collection.json"
    if "--check" not in sys.argv[2:]:
        target.write_text(text, encoding="utf-8")
        return 0
    if target.is_file() and target.read_text(encoding="utf-8") == text:
        return 0
    print(f"{target.relative_to(root)} isn't what api/openapi.yaml says: run scripts/postman.sh")
    return 1


sys.exit(main())
