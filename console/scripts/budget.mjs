// The first page's JavaScript, compressed as a proxy would, against its budget.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const LIMIT = 150_000;
const assets = fileURLToPath(new URL('../dist/assets/', import.meta.url));

let scripts = 0;
for (const name of readdirSync(assets).sort()) {
  const size = gzipSync(readFileSync(assets + name)).length;
  if (name.endsWith('.js')) scripts += size;
  console.log(`${name} ${(size / 1000).toFixed(1)} kB gz`);
}
console.log(`JavaScript ${(scripts / 1000).toFixed(1)} kB gz of ${LIMIT / 1000}`);
if (scripts > LIMIT) process.exit(1);
