// Unit tests: TypeScript is bundled for Node.js, whose own test runner runs it.
import { readdir, rm } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { build } from 'esbuild';

const OUT = 'dist-test';
const entryPoints = [];
for (const room of ['sdk/test', 'compat/test', 'capture/test', 'document/test']) {
  for (const file of await readdir(room).catch(() => [])) if (file.endsWith('.test.ts')) entryPoints.push(`${room}/${file}`);
}
await rm(OUT, { recursive: true, force: true });
await build({
  entryPoints, outdir: OUT, outExtension: { '.js': '.mjs' }, bundle: true, format: 'esm', platform: 'node', target: 'node20',
  sourcemap: 'inline', logLevel: 'warning', external: ['engine.io-client'],
});
const files = entryPoints.map((file) => `${OUT}/${file.replace(/\.ts$/, '.mjs')}`);
const { status } = spawnSync(process.execPath, ['--enable-source-maps', '--test', ...files], { stdio: 'inherit' });
process.exit(status ?? 1);
