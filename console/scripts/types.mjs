// Writes the API's types from the checked-in OpenAPI document. `--check` only compares, `--print`
// only prints, for `cargo xtask codegen`.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';

const document = new URL('../../docs/openapi.json', import.meta.url);
const types = fileURLToPath(new URL('../src/api/schema.d.ts', import.meta.url));

const made = `// Generated from docs/openapi.json by \`npm run types\`.\n\n${astToString(await openapiTS(document))}`;
if (process.argv.includes('--print')) {
  process.stdout.write(made);
} else if (!process.argv.includes('--check')) {
  writeFileSync(types, made);
} else if (readFileSync(types, 'utf8') !== made) {
  console.error('src/api/schema.d.ts is old: npm run types');
  process.exit(1);
}
