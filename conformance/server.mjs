// Our server, with data of its own and on a port that is known before it starts: the demo app packs the address into its pages.
import { spawn } from 'node:child_process';

import { remove, sleep, stop, temporary, watch } from './processes.mjs';

const START_MS = 60_000;
/** Must not look like a number: the demo app reads its environment as JSON where it can. */
export const API_KEY = 'conformance-key-0123456789';

/**
 * Starts `binary` in `root` (where models/ is). `settings` are `SELFSAME__` variables without the prefix. The capture chain only
 * observes, because the browser is automated and its camera is a file: both are attacks to it.
 */
export async function startServer({ binary, root, port, settings = {} }) {
  const data = temporary('data');
  const env = {
    ...process.env,
    SELFSAME__DEVELOPMENT: 'true',
    SELFSAME__BOOTSTRAP__API_KEY: API_KEY,
    SELFSAME__LIVENESS__CAPTURE_CHAIN: 'observe',
  };
  for (const [key, value] of Object.entries(settings)) env[`SELFSAME__${key}`] = value;
  const child = watch(spawn(binary, ['serve', '--listen', `127.0.0.1:${port}`, '--data', data], {
    cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true,
  }));
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (log += text));
  const end = async () => {
    await stop(child);
    remove(data);
  };
  const url = `http://127.0.0.1:${port}`;
  const began = Date.now();
  for (;;) {
    const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
    if (answer?.status === 204) break;
    if (child.exitCode !== null || Date.now() - began > START_MS) {
      await end();
      throw new Error(`the server did not start:\n${log}`);
    }
    await sleep(50);
  }
  // Built before the browser scripts were, it serves none, and the demo app waits for them for ever.
  const script = await fetch(`${url}/video-server/bioserver-environment-api.js`, { method: 'HEAD' });
  if (!script.ok) {
    await end();
    throw new Error(`${binary} was built without the browser scripts; run \`make web\`, then build it again`);
  }
  /** What was decided on a session, and why: what the demo app's server is told and keeps from its pages. */
  const verdict = async (session) => {
    const answer = await fetch(`${url}/bioserver-app/v2/bio-sessions/${session}/liveness-challenge-result`, { headers: { apikey: API_KEY } });
    return answer.ok ? answer.json() : undefined;
  };
  return { url, apiKey: API_KEY, log: () => log, verdict, stop: end };
}
