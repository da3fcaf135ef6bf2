// The integrator's own server for the sample pages: it alone has the apikey, opens sessions and asks for results.
//   SELFSAME_URL=http://127.0.0.1:8080 SELFSAME_API_KEY=… node docs/samples/server.mjs    then http://localhost:8090/passive.html
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';

const { SELFSAME_URL = 'http://127.0.0.1:8080', SELFSAME_API_KEY, PORT = '8090' } = process.env;
const MODES = { 'passive.html': 'LIVENESS_PASSIVE', 'passive-video.html': 'LIVENESS_PASSIVE_VIDEO', 'active.html': 'LIVENESS_ACTIVE' };
const ID = /^[0-9a-f-]{36}$/;

/** A call that only this server may make. */
function selfsame(path, init = {}) {
  return fetch(SELFSAME_URL + path, { ...init, headers: { apikey: SELFSAME_API_KEY, ...init.headers } });
}

async function openSession(mode) {
  const answer = await selfsame('/video-server/init-liveness-session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ livenessMode: mode, securityLevel: 'HIGH', numberOfChallenge: 2 }),
  });
  if (answer.status !== 201) return { status: answer.status, body: await answer.json().catch(() => ({})) };
  return { status: 200, body: { sessionId: answer.headers.get('location').split('/bio-sessions/')[1] } };
}

/** The verdict is the server's business. What the page is told is what the person may know. */
async function result(session) {
  const answer = await selfsame(`/bioserver-app/v2/bio-sessions/${session}/liveness-challenge-result`);
  if (answer.status !== 200) return { status: answer.status === 204 ? 404 : answer.status, body: {} };
  const { livenessStatus, bestImageId } = await answer.json();
  return { status: 200, body: { live: livenessStatus === 'SUCCESS', bestImageId } };
}

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  const [first, id, face] = pathname.slice(1).split('/');
  const json = ({ status, body }) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  try {
    if (request.method === 'POST' && first === 'sessions') return json(await openSession(Object.values(MODES).find((mode) => mode === id)));
    if (first === 'results' && ID.test(id ?? '')) return json(await result(id));
    if (first === 'faces' && ID.test(id ?? '') && ID.test(face ?? '')) {
      const image = await selfsame(`/bioserver-app/v2/bio-sessions/${id}/faces/${face}/image`);
      return response.writeHead(image.status, { 'content-type': 'image/jpeg', 'cache-control': 'no-store' }).end(Buffer.from(await image.arrayBuffer()));
    }
    if (first in MODES) {
      const page = (await readFile(join(import.meta.dirname, first), 'utf8')).replaceAll('http://127.0.0.1:8080', SELFSAME_URL);
      return response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
    }
    return response.writeHead(404).end();
  } catch (error) {
    console.error(`${request.method} ${first}: ${error.message}`);
    return json({ status: 502, body: { error: 'the identity server cannot be reached' } });
  }
});
server.listen(Number(PORT), '127.0.0.1', () => console.log(`sample pages at http://localhost:${server.address().port}/passive.html`));
