// Checks api/openapi.yaml by Redocly's strict rules: node openapi_lint.mjs NODE_MODULES OPENAPI_YAML
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";

const [modules, file] = process.argv.slice(2);
const { createConfig, lint } = createRequire(join(modules, "from.js"))("@redocly/openapi-core");

const config = await createConfig({
  extends: ["recommended-strict"],
  oas3_1Rules: {
    // openapi_check_test.cc checks examples against their schemas. This rule takes a schema's `if` part for the whole
    // schema, and calls every other field unknown.
    "no-invalid-media-type-examples": "off",
    "no-invalid-schema-examples": "error",
    "tag-description": "error",
    // /swagger/ is a path of its own, for people who type it so.
    "no-path-trailing-slash": "off",
    // /swagger answers with a redirect.
    "operation-2xx-response": "off",
  },
});
const problems = await lint({ ref: file, config });
for (const problem of problems) {
  console.log(`${problem.location[0].pointer}: ${problem.message} (${problem.ruleId})`);
}
console.log(`${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);
