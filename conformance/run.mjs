// Runs the public WebCapture demo app, unmodified, against this server: every mode in every flow, before a bona fide camera and before
// attacks. Prints a table; ends with 1 when a row is not as it should be, with 2 when it could not be run.
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { cameras, raw } from './cameras.mjs';
import { pages, prepare, startDemo } from './demo.mjs';
import { cleanUp, freePort, remove, temporary } from './processes.mjs';
import { Recorder } from './recorder.mjs';
import { API_KEY, startServer } from './server.mjs';
import { bestImageShown, identity, match, visit } from './visit.mjs';

const root = resolve(import.meta.dirname, '..');
const FLOWS = ['direct', 'callback', 'gips'];
const USAGE = `conformance/run.sh DEMO_FOLDER [options]

  DEMO_FOLDER           face-autocapture-with-liveness-detection of idemia/WebCaptureSDK 3.36.0; it is copied, not changed
  --modes A,B           of ${Object.keys(pages).join(', ')} (default: all)
  --flows A,B           of ${FLOWS.join(', ')} (default: all)
  --camera MODE=FILE    a bona fide person who answers the mode, as Y4M or motion JPEG; more than one may be named. Without one a
                        rendered person is recorded, and attacks on the mode, into .fixtures/conformance
  --attack MODE=FILE    an attack on the mode; more than one may be named
  --only KIND           of bona-fide, attacks: the cameras of this kind alone
  --match FILE          another picture of the person of the bona fide camera: the demo app then has to end in a match (without
                        this option it is asked in passive mode alone, about the person of the fixtures)
  --seed N              fixes the challenges (development only), so that a recorded camera can answer them (default: 1)
  --set KEY=VALUE       a setting of the server, as SELFSAME__KEY
  --binary FILE         the server (default: target/release/selfsame, else target/debug/selfsame)
  --prepared FOLDER     a copy of the demo app left by --keep: nothing is installed again
  --keep                leave the copy of the demo app, and say where
  --shots FOLDER        pictures of every page on the way
  --verbose             the logs of server and demo app for rows that are not as they should be
`;

function usage(problem) {
  console.error(`conformance: ${problem}\n\n${USAGE}`);
  process.exit(2);
}

function options() {
  let parsed;
  try {
    parsed = parseArgs({
      allowPositionals: true,
      options: {
        modes: { type: 'string' }, flows: { type: 'string' }, camera: { type: 'string', multiple: true },
        attack: { type: 'string', multiple: true }, match: { type: 'string' }, seed: { type: 'string' }, binary: { type: 'string' },
        set: { type: 'string', multiple: true }, only: { type: 'string' }, prepared: { type: 'string' }, keep: { type: 'boolean' }, shots: { type: 'string' },
        verbose: { type: 'boolean' }, help: { type: 'boolean' },
      },
    });
  } catch (error) {
    usage(error.message);
  }
  const { values, positionals } = parsed;
  if (values.help) {
    console.log(USAGE);
    process.exit(0);
  }
  const chosen = (text, all) => {
    const names = text ? text.split(',') : all;
    for (const name of names) if (!all.includes(name)) usage(`${name} is none of ${all.join(', ')}`);
    return names;
  };
  const pairs = (list = []) => list.map((text) => {
    const [key, ...rest] = text.split('=');
    if (rest.length === 0) usage(`${text} is not NAME=VALUE`);
    return [key, rest.join('=')];
  });
  const modes = chosen(values.modes, Object.keys(pages));
  const given = [...pairs(values.camera).map((pair) => [...pair, true]), ...pairs(values.attack).map((pair) => [...pair, false])]
    .map(([mode, file, bonaFide]) => (mode in pages ? { mode, file: resolve(file), bonaFide } : usage(`${mode} is not a mode`)));
  const binary = resolve(values.binary ?? ['release', 'debug'].map((kind) => join(root, 'target', kind, 'selfsame')).find(existsSync) ?? '');
  if (!existsSync(binary) || binary === resolve('')) usage('there is no server binary; run `make build`, or name one with --binary');
  const demo = values.prepared ?? positionals[0];
  if (!demo || !existsSync(join(demo, 'server/packer.js'))) usage(`${demo ?? 'no folder'} is not the demo app's folder`);
  const settings = Object.fromEntries(pairs(values.set));
  if (values.only && !['bona-fide', 'attacks'].includes(values.only)) usage(`${values.only} is neither bona-fide nor attacks`);
  const seed = values.seed ?? '1';
  if (!/^\d+$/.test(seed)) usage(`${seed} is not a whole number`);
  settings.LIVENESS__CHALLENGE_SEED ??= seed;
  return { ...values, seed: settings.LIVENESS__CHALLENGE_SEED, modes, flows: chosen(values.flows, FLOWS), given, binary, demo: resolve(demo), settings };
}

/** Everything that is not as it should be in one visit; nothing when all is well. */
async function judge(told, { mode, flow, camera, matchPicture }) {
  const wrong = [];
  const expected = camera.bonaFide ? 'success' : 'failure';
  if (told.end !== expected) wrong.push(`ended in ${told.end}`);
  if (told.errors.length > 0 && camera.bonaFide) wrong.push(`errors in the page: ${told.errors.join('; ')}`);
  if (told.end !== 'success' || !camera.bonaFide) return wrong;
  if (flow === 'gips') {
    const shownIdentity = await identity(told.page, mode).catch((error) => wrong.push(`identity or portrait: ${error.message}`));
    if (typeof shownIdentity === 'object' && !shownIdentity.globalStatus) wrong.push('the identity has no globalStatus');
    return wrong;
  }
  if (!(await bestImageShown(told.page, mode))) wrong.push('no best image is shown');
  if (matchPicture) {
    const matched = await match(told.page, matchPicture);
    if (matched !== 'match') wrong.push(`the other picture of the person: ${matched}`);
  }
  return wrong;
}

async function main() {
  const chosen = options();
  const require = createRequire(join(root, 'web/package.json'));
  const { chromium } = require('playwright-core');
  const scratch = temporary('cameras');
  if (chosen.shots) await mkdir(chosen.shots, { recursive: true });
  let copy = chosen.prepared && chosen.demo;
  const rows = [];
  try {
    const fixtures = join(root, '.fixtures');
    const recorder = new Recorder({ root, binary: chosen.binary, seed: chosen.seed, folder: join(fixtures, 'conformance') });
    const known = await cameras({ modes: chosen.modes, given: chosen.given, fixtures, scratch, recorder, attacks: chosen.only !== 'bona-fide' });
    if (!copy) {
      console.error('conformance: installing the demo app in a copy …');
      copy = await prepare(chosen.demo, join(import.meta.dirname, 'parse-multipart'), chosen.keep);
    }
    const [serverPort, demoPort] = [await freePort(), await freePort()];
    const at = { url: `http://127.0.0.1:${serverPort}`, apiKey: API_KEY };
    for (const mode of chosen.modes) {
      for (const flow of chosen.flows) {
        console.error(`conformance: ${mode}, ${flow}: packing the pages …`);
        const demo = await startDemo(copy, { mode, flow, server: at, port: demoPort });
        try {
          for (const camera of known[mode]) {
            if (chosen.only && camera.bonaFide !== (chosen.only === 'bona-fide')) continue;
            const visitor = { chromium, chosen, mode, flow, camera, demo, serverPort, scratch };
            const row = await one(visitor);
            // People may try again. A busy machine plays their camera too slowly, and they come too late.
            const again = camera.bonaFide && row.wrong.length > 0;
            rows.push(again ? { ...await one(visitor), visits: 2 } : row);
          }
        } finally {
          await demo.stop();
        }
      }
    }
  } finally {
    if (copy && chosen.keep) console.error(`conformance: the copy of the demo app is left in ${copy}`);
    else if (copy && !chosen.prepared) remove(copy);
  }
  return report(rows);
}

/** One camera in one mode and flow, with a server of its own: what one visitor did must not lock the next one out. */
async function one({ chromium, chosen, mode, flow, camera, demo, serverPort, scratch }) {
  let { file } = camera;
  if (camera.recorded) {
    file = join(scratch, 'camera.y4m');
    await raw(camera.file, file);
  }
  const began = Date.now();
  const server = await startServer({ binary: chosen.binary, root, port: serverPort, settings: chosen.settings });
  let browser;
  const row = { mode, flow, camera: camera.what, expected: camera.bonaFide ? 'success' : 'failure', visits: 1, end: '', wrong: [], seconds: 0 };
  try {
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update',
        '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', `--use-file-for-fake-video-capture=${file}`,
      ],
    });
    const matchPicture = flow === 'gips' || !camera.bonaFide ? undefined : (chosen.match ?? camera.match);
    const query = `?enableMatching=${matchPicture !== undefined}`;
    const shots = chosen.shots && join(chosen.shots, `${pages[mode]}-${flow}-${camera.what.replace(/\W+/g, '_')}`);
    const told = await visit(browser, { mode, url: demo.url + query, shots });
    if (shots) await told.page.screenshot({ path: `${shots}-end.png` });
    row.wrong = await judge(told, { mode, flow, camera, matchPicture });
    row.end = told.end;
    row.answers = told.answers;
    row.verdict = told.session && (await server.verdict(told.session));
    // An attack that ends on a failure page because something broke, or because nobody was to be seen, has not been seen through.
    const unseen = row.verdict?.livenessStatus === 'ERROR' || row.verdict?.diagnostic?.startsWith('no face was seen');
    if (!camera.bonaFide && unseen) row.wrong.push(`the attack was never looked at: ${row.verdict.diagnostic}`);
  } catch (error) {
    row.end = 'could not be run';
    row.wrong.push(error.message);
  } finally {
    await browser?.close();
    await server.stop();
    if (camera.recorded) await rm(file, { force: true });
  }
  row.seconds = (Date.now() - began) / 1000;
  const { livenessStatus: status = 'no verdict', diagnostic } = row.verdict ?? {};
  row.status = status;
  console.error(`conformance: ${mode}, ${flow}, ${row.camera}: ${row.end}${row.wrong.length ? ` (${row.wrong.join('; ')})` : ''}; ${status}${diagnostic ? `: ${diagnostic}` : ''}`);
  if (row.wrong.length > 0 && chosen.verbose) {
    console.error([...(row.answers ?? []), JSON.stringify(row.verdict, null, 1), server.log(), demo.log()].join('\n'));
  }
  return row;
}

function report(rows) {
  const table = [['mode', 'flow', 'camera', 'expected', 'ended in', 'status', 'visits', 's', ''],
    ...rows.map((row) => [row.mode, row.flow, row.camera, row.expected, row.end, row.status, row.visits, row.seconds.toFixed(0), row.wrong.length ? 'DEVIATION' : 'ok'])];
  const widths = table[0].map((_, column) => Math.max(...table.map((cells) => String(cells[column]).length)));
  for (const cells of table) console.log(cells.map((cell, column) => String(cell).padEnd(widths[column])).join('  ').trimEnd());
  const wrong = rows.filter((row) => row.wrong.length > 0);
  console.log(`\n${rows.length - wrong.length} of ${rows.length} as they should be`);
  for (const row of wrong) console.log(`${row.mode}, ${row.flow}, ${row.camera}: ${row.wrong.join('; ')}`);
  return rows.length > 0 && wrong.length === 0 ? 0 : 1;
}

process.on('exit', cleanUp);
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => process.exit(130));
main().then((code) => process.exit(code), (error) => {
  console.error(`conformance: ${error.message}`);
  process.exit(2);
});
