// Builds everything into dist/: the pages, the SDK as ES module and as one script, the four classic scripts and the same as a typed module.
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { execFileSync } from 'node:child_process';
import { build } from 'esbuild';

const DIST = 'dist';
/** All four scripts together, gzipped. */
const CLASSIC_LIMIT = 120_000;
/** The oldest supported browsers; newer syntax is rewritten for them. */
const target = ['chrome57', 'firefox79', 'safari15', 'edge92', 'opera57'];
const banner = { js: '/* Selfsame, Apache-2.0. What else is in here: /THIRD-PARTY-NOTICES.txt */' };
const common = { bundle: true, minify: true, target, banner, legalComments: 'none', metafile: true, logLevel: 'warning' };
/** Packages that the bundles hold a copy of; their licence asks to be passed on. */
const BUNDLED = ['engine.io-client', 'engine.io-parser', '@socket.io/component-emitter'];

await rm(DIST, { recursive: true, force: true });
await mkdir(DIST, { recursive: true });
for (const page of ['capture', 'document']) await cp(`${page}/public`, DIST, { recursive: true });

const classic = {
  'bioserver-environment-api': ['BioserverEnvironment', 'compat/src/environment.ts'],
  'bioserver-network-check': ['BioserverNetworkCheck', 'compat/src/network-check.ts'],
  'bioserver-video-api': ['BioserverVideo', 'compat/src/video.ts'],
  'bioserver-video-ui': ['BioserverVideoUI', 'compat/src/video-ui.ts'],
};
await Promise.all([
  ...Object.entries(classic).map(([file, [globalName, entry]]) =>
    build({ ...common, entryPoints: [entry], outfile: `${DIST}/video-server/${file}.js`, format: 'iife', globalName })),
  build({ ...common, entryPoints: ['sdk/src/index.ts'], outfile: `${DIST}/sdk/selfsame.js`, format: 'esm' }),
  build({ ...common, entryPoints: ['sdk/src/index.ts'], outfile: `${DIST}/sdk/selfsame.global.js`, format: 'iife', globalName: 'Selfsame' }),
  build({ ...common, entryPoints: ['compat/src/index.ts'], outfile: `${DIST}/sdk/bioserver.js`, format: 'esm' }),
  ...['capture', 'document'].map((page) =>
    build({ ...common, target: ['es2020'], entryPoints: [`${page}/src/${page}.ts`], outfile: `${DIST}/${page}.js`, format: 'esm' })),
]).then((results) => results.forEach(({ metafile }) => checkBundled(Object.keys(metafile.inputs))));

/** A package that comes in unnoticed would come in without its licence. */
function checkBundled(inputs) {
  for (const input of inputs) {
    const name = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1];
    if (name && !BUNDLED.includes(name)) throw new Error(`${name} is bundled but not named in scripts/build.mjs`);
  }
}

const notices = [];
for (const name of BUNDLED) {
  const { version, license } = JSON.parse(await readFile(`node_modules/${name}/package.json`, 'utf8'));
  const text = await readFile(`node_modules/${name}/LICENSE`, 'utf8');
  notices.push(`${name} ${version} (${license})\n\n${text.trim()}\n`);
}
await writeFile(`${DIST}/THIRD-PARTY-NOTICES.txt`, notices.join(`\n${'-'.repeat(80)}\n\n`));

// Types beside the module: one file per source, with the entry named like the module.
execFileSync('node_modules/.bin/tsc', ['-p', 'tsconfig.types.json'], { stdio: 'inherit' });
await writeFile(`${DIST}/sdk/selfsame.d.ts`, "export * from './types/sdk/src/index.js';\n");
await writeFile(`${DIST}/sdk/selfsame.global.d.ts`, "export as namespace Selfsame;\nexport * from './types/sdk/src/index.js';\n");
await writeFile(`${DIST}/sdk/bioserver.d.ts`, "export * from './types/compat/src/index.js';\n");
// For pages that load the classic scripts: `/// <reference path="bioserver.global.d.ts" />`.
const globals = Object.values(classic).map(([name]) => `  var ${name}: typeof import('./types/compat/src/index.js').${name};\n`);
await writeFile(`${DIST}/sdk/bioserver.global.d.ts`, `export {};\ndeclare global {\n${globals.join('')}}\n`);

let size = 0;
for (const file of Object.keys(classic)) size += gzipSync(await readFile(`${DIST}/video-server/${file}.js`)).length;
console.log(`web: built into web/${DIST}; the four classic scripts are ${(size / 1000).toFixed(1)} kB gzipped`);
if (size > CLASSIC_LIMIT) {
  console.error(`web: that is more than the ${CLASSIC_LIMIT / 1000} kB they may have`);
  process.exit(1);
}
