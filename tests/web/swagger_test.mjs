// Reserves a seat on the page at /swagger, as a person does: node swagger_test.mjs NODE_MODULES FRONTROW [BASE_PATH]
import assert from "node:assert/strict";
import process from "node:process";

import { startBrowser, startServer, watch } from "./server.mjs";

const [modules, program, basePath] = process.argv.slice(2);
const browser = await startBrowser(modules);
const server = await startServer(program, basePath);
const { url } = server;

async function ask(method, path, body, headers = {}) {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { "Content-Type": "application/json", ...headers },
    body: body && JSON.stringify(body),
  });
  assert.ok(response.ok, `${method} ${path}: ${response.status}`);
  return response.json();
}

/** An event with one seat. */
async function makeSale() {
  const event = await ask("POST", "/events", {
    name: "Winter Concert",
    start_at: "2099-12-20T19:00:00Z",
    end_at: "2099-12-20T21:00:00Z",
    total_seats: 1,
  });
  const seat = await ask("POST", `/events/${event.id}/seats`, { seat_number: "A-1", price: 8000 });
  return { event: event.id, seat: seat.id };
}

async function authorize(page, user) {
  await page.getByRole("button", { name: "Authorize" }).first().click();
  const scheme = page.locator(".auth-container", { hasText: "X-User-ID" });
  await scheme.getByRole("textbox").fill(user);
  await scheme.getByRole("button", { name: "Apply credentials" }).click();
  await page.getByRole("button", { name: "Close" }).first().click();
}

async function reserve(page, sale) {
  const operation = page.locator("#operations-reservations-create_reservation");
  await operation.locator(".opblock-summary-control").click();
  await operation.getByPlaceholder("Idempotency-Key").fill("on-the-page");
  await operation
    .locator("textarea.body-param__text")
    .fill(JSON.stringify({ event_id: sale.event, seat_ids: [sale.seat] }));
  await operation.getByRole("button", { name: "Execute" }).click();
  const answer = operation.locator(".live-responses-table .response");
  assert.equal((await answer.locator(".response-col_status").innerText()).trim().split(/\s/)[0], "201");
}

try {
  const page = await browser.newPage();
  page.setDefaultTimeout(60_000);
  const misdeeds = watch(page, url);
  const sale = await makeSale();
  await page.goto(`${url}/swagger`);
  assert.equal(page.url(), `${url}/swagger/index.html`);
  await authorize(page, "alice");
  await reserve(page, sale);
  const mine = await ask("GET", "/reservations", undefined, { "X-User-ID": "alice" });
  assert.deepEqual(mine.map((one) => one.seat_ids), [[sale.seat]]);
  assert.deepEqual(misdeeds, []);
  console.log("alice has her seat");
} finally {
  await browser.close();
  await server.stop();
}
