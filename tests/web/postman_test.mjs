// Sends the collection's requests as Postman does: node postman_test.mjs NODE_MODULES FRONTROW COLLECTION
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import process from "node:process";

import { startServer } from "./server.mjs";

const [, program, file] = process.argv.slice(2);
const collection = JSON.parse(await readFile(file, "utf-8"));
const variables = new Map(collection.variable.map(({ key, value }) => [key, value]));
const items = new Map(collection.item.flatMap((folder) => folder.item).map((item) => [item.name, item]));

function filled(text) {
  return text.replace(/{{(.*?)}}/g, (_, name) => {
    if (name === "$guid") return randomUUID();
    assert.ok(variables.has(name), `there is no variable ${name}`);
    return variables.get(name);
  });
}

function targetOf({ host, path, query = [], variable = [] }) {
  const parts = new Map(variable.map(({ key, value }) => [`:${key}`, encodeURIComponent(filled(value))]));
  const target = [filled(host[0]), ...path.map((segment) => parts.get(segment) ?? filled(segment))].join("/");
  const asked = query.filter(({ disabled }) => !disabled).map(({ key, value }) => [key, filled(value)]);
  return asked.length === 0 ? target : `${target}?${new URLSearchParams(asked)}`;
}

function headersOf({ header, auth }) {
  const headers = new Headers();
  for (const { key, value, disabled } of header) if (!disabled) headers.set(key, filled(value));
  const given = Object.fromEntries((auth.apikey ?? []).map(({ key, value }) => [key, filled(value)]));
  if (given.value) headers.set(given.key, given.value);
  return headers;
}

/** Sends the request of this name, lets its script look at the answer, and returns the status. */
async function send(name) {
  const { request, event = [] } = items.get(name);
  const response = await fetch(targetOf(request.url), {
    method: request.method,
    headers: headersOf(request),
    body: request.body && filled(request.body.raw),
  });
  const body = await response.text();
  const pm = {
    response: { code: response.status, json: () => JSON.parse(body) },
    collectionVariables: { set: (key, value) => variables.set(key, value) },
  };
  for (const { script } of event) new Function("pm", script.exec.join("\n"))(pm);
  console.log(`${name}: ${response.status}`);
  return response.status;
}

const server = await startServer(program);
try {
  variables.set("base_url", server.url);
  const way = [
    ["Create an event", 201],
    ["Add a member to an event", 201],
    ["Remove a member from an event", 204],
    ["Add a seat to an event", 201],
    ["Add a category of general admission to an event", 201],
    ["Change a category's price and stock", 200],
    ["Hold seats, units of categories, or both", 201],
    ["Get one of one's own reservations", 200],
    ["Add to a pending reservation and give back from it, in one step", 200],
    ["Hold a pending reservation for longer", 200],
    ["Confirm a pending reservation", 200],
    ["List the tickets of one of one's own reservations", 200],
    ["Open, pause or end an event's sale", 200],
    ["List a user's reservations, newest first", 200],
    ["Delete an event with its seats and categories", 409],
    ["Show this document as a page to try it on (Swagger UI)", 200],
  ];
  for (const [name, status] of way) assert.equal(await send(name), status, name);
} finally {
  await server.stop();
}
