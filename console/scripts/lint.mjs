// What neither the compiler nor svelte-check forbids: text as HTML, physical directions, and
// addresses of other hosts.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const BANNED = [
  [/\{@html/, 'nothing is rendered as HTML'],
  [/\b(inner|outer)HTML\b|insertAdjacentHTML|document\.write|srcdoc/, 'nothing is rendered as HTML'],
  [/\beval\(|new Function\(/, 'text is never code'],
  [/https?:\/\/(?!localhost\b|www\.w3\.org\/2000\/svg)/, 'the console loads nothing from elsewhere'],
];

// Property names, and the values of `float`, `clear` and `text-align`.
const PHYSICAL =
  /(?:^|[;{\s])(?:(?:margin|padding|border|inset|scroll-margin|scroll-padding)-(?:left|right|top|bottom)(?:-\w+)*|left|right|top|bottom|(?:min-|max-)?(?:width|height)|border-(?:top|bottom)-(?:left|right)-radius)\s*:|(?:float|clear|text-align)\s*:\s*(?:left|right)/;

function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else if (/\.(svelte|ts|css|html|svg)$/.test(entry.name)) yield path;
  }
}

function styles(path, text) {
  if (path.endsWith('.css')) return text;
  // Keeps line numbers: everything but the style block becomes empty lines.
  const parts = text.split(/(<style[^>]*>[\s\S]*?<\/style>)/);
  return parts.map((part) => (part.startsWith('<style') ? part : part.replace(/[^\n]/g, ''))).join('');
}

const problems = [];
for (const path of [...files(join(root, 'src')), join(root, 'index.html')]) {
  if (/schema\.d\.ts$|\.test\.ts$/.test(path)) continue;
  const text = readFileSync(path, 'utf8');
  const say = (index, why) => problems.push(`${relative(root, path)}:${index + 1}: ${why}`);
  text.split('\n').forEach((line, index) => {
    for (const [pattern, why] of BANNED) if (pattern.test(line)) say(index, why);
    if (/\sstyle="/.test(line)) say(index, "a style attribute is refused by the page's policy");
  });
  styles(path, text)
    .split('\n')
    .forEach((line, index) => {
      if (line.trimStart().startsWith('@')) return;
      if (PHYSICAL.test(line)) say(index, `not a logical property: ${line.trim()}`);
    });
}

const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
if (/"resolved"/.test(lock)) problems.push('package-lock.json: names a registry');
const { dependencies = {}, devDependencies = {} } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
);
const direct = Object.keys({ ...dependencies, ...devDependencies }).length;
if (direct > 15) problems.push(`package.json: ${direct} direct dependencies, 15 are allowed`);

if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
