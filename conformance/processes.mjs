// Child processes and temporary folders that end with this one.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const GRACE_MS = 4000;
const running = new Set();
const folders = new Set();

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** A port that nobody listens on. */
export async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Remembers a child that leads its own process group. */
export function watch(child) {
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

function signal(child, name) {
  try {
    process.kill(-child.pid, name);
  } catch {
    // It has gone by itself.
  }
}

/** Ends a child and what it started: asked first, then made to. */
export async function stop(child) {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit');
    signal(child, 'SIGTERM');
    await Promise.race([gone, sleep(GRACE_MS)]);
  }
  signal(child, 'SIGKILL');
  running.delete(child);
}

/** A new temporary folder; `kept` ones outlive this process. */
export function temporary(name, kept = false) {
  const folder = mkdtempSync(join(tmpdir(), `conformance-${name}-`));
  if (!kept) folders.add(folder);
  return folder;
}

export function remove(folder) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  folders.delete(folder);
}

/** For the end of this process, whatever the reason. */
export function cleanUp() {
  for (const child of running) signal(child, 'SIGKILL');
  for (const folder of folders) remove(folder);
}
