// The public demo app: a copy with its two packages pinned, and a running instance of it for one mode and flow.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { remove, sleep, stop, temporary, watch } from './processes.mjs';

/** The newest webpack 5 breaks the demo's translation plugin. */
const WEBPACK = '5.101.3';
const INSTALL_MS = 600_000;
/** Its pages are packed after the start: some 40 s for four languages on two cores. */
const PACK_MS = 240_000;

/** Folder of the pages of a mode, below `/demo-server/`. */
export const pages = { LIVENESS_PASSIVE: 'passive', LIVENESS_PASSIVE_VIDEO: 'passive-video', LIVENESS_ACTIVE: 'active' };

/**
 * Copies the demo app out of `source` and installs what it needs. Its own files stay as they are, but for package.json, which gets two
 * overrides. `source` is not touched. A `kept` copy outlives this process.
 */
export async function prepare(source, substitute, kept) {
  const folder = temporary('demo', kept);
  try {
    await cp(source, folder, { recursive: true, filter: (path) => !/[\\/]node_modules([\\/]|$)|[\\/]front[\\/]dist([\\/]|$)/.test(path.slice(source.length)) });
    const file = join(folder, 'package.json');
    const manifest = JSON.parse(await readFile(file, 'utf8'));
    manifest.overrides = { ...manifest.overrides, webpack: WEBPACK };
    manifest.dependencies.webpack = WEBPACK;
    // A direct dependency is overridden where it stands.
    await cp(substitute, join(folder, '.parse-multipart'), { recursive: true });
    manifest.dependencies['parse-multipart'] = 'file:.parse-multipart';
    await writeFile(file, JSON.stringify(manifest, null, 2));
    const npm = watch(spawn('npm', ['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], timeout: INSTALL_MS, detached: true,
    }));
    let said = '';
    npm.stderr.on('data', (text) => (said += text));
    const [code] = await once(npm, 'exit');
    if (code !== 0) throw new Error(`npm install in the copy of the demo app failed (${code}):\n${said}`);
  } catch (error) {
    remove(folder);
    throw error;
  }
  return folder;
}

/** What the environment says to the demo app; nothing else is changed of it. */
function settings({ mode, flow, server, port }) {
  const environment = {
    BIOSERVER_CORE_URL: `${server.url}/bioserver-app/v2`,
    BIOSERVER_VIDEO_URL: server.url,
    WEB_SDK_LIVENESS_ID_DOC: server.apiKey,
    LIVENESS_MODE: mode,
    IDPROOFING: String(flow === 'gips'),
    GIPS_URL: `${server.url}/gips`,
    GIPS_RS_API_Key: server.apiKey,
    HTTP_SERVER_PORT: String(port),
    TLS_API_PORT: 'null',
    DISABLE_CALLBACK: String(flow !== 'callback'),
    SERVER_PUBLIC_ADDRESS: `http://127.0.0.1:${port}`,
    // One language is packed sooner than four.
    SUPPORTED_LANGUAGES: 'en',
    LOG_FORMAT: 'raw',
  };
  return environment;
}

/** Starts the demo app in a prepared folder and waits until the pages of the mode are packed. */
export async function startDemo(folder, options) {
  const { mode, port } = options;
  await rm(join(folder, 'front/dist'), { recursive: true, force: true });
  const child = watch(spawn(process.execPath, ['.'], {
    cwd: folder, env: { ...process.env, ...settings(options) }, stdio: ['ignore', 'pipe', 'pipe'], detached: true,
  }));
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (log += text));
  const url = `http://localhost:${port}/demo-server/${pages[mode]}-liveness/`;
  const began = Date.now();
  const packed = new RegExp(`${pages[mode]} liveness package generated for en`);
  while (!packed.test(log)) {
    if (child.exitCode !== null || Date.now() - began > PACK_MS) {
      await stop(child);
      throw new Error(`the demo app did not start:\n${log}`);
    }
    await sleep(250);
  }
  if (/pack errors/.test(log)) {
    await stop(child);
    throw new Error(`the demo app could not pack its pages:\n${log}`);
  }
  return { url, log: () => log, stop: () => stop(child) };
}
