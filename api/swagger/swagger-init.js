// A file of its own, because the page's content policy runs no script that stands in the page.
SwaggerUIBundle({
  url: "../openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  // The default asks a public server to validate the document: nothing leaves this machine.
  validatorUrl: null,
});
