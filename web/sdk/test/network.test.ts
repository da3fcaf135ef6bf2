import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { test } from 'node:test';

import { connectivityMeasure } from '../../compat/src/network-check.ts';
import { measure } from '../src/network.ts';

async function serve(latency: number): Promise<{ server: Server; base: string; uploads: () => number }> {
  let uploads = 0;
  const server = createServer((request, response) => {
    if (request.method === 'POST') uploads += 1;
    request.resume();
    request.on('end', () => setTimeout(() => response.end('{}'), latency));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { server, base: `http://127.0.0.1:${port}`, uploads: () => uploads };
}

test('a good link is measured: latency, then upload', async () => {
  const { server, base, uploads } = await serve(5);
  const result = await measure(`${base}/latency`, `${base}/speed`);
  server.close();
  assert.equal(result.goodConnectivity, true);
  assert.ok(result.latencyMs >= 4 && result.latencyMs < 200);
  assert.ok(result.upload > 400);
  assert.ok(uploads() >= 1);
});

test('a slow link is not asked to upload as well', async () => {
  const { server, base, uploads } = await serve(560);
  const result = await measure(`${base}/latency`, `${base}/speed`);
  server.close();
  assert.equal(result.goodConnectivity, false);
  assert.equal(result.upload, 0);
  assert.equal(uploads(), 0);
});

test('an unreachable server goes to errorFn, and without one to the update', async () => {
  const urls = { latencyURL: 'http://127.0.0.1:9/latency', uploadURL: 'http://127.0.0.1:9/speed' };
  let failed = 0;
  let updated: unknown;
  await connectivityMeasure({ ...urls, onNetworkCheckUpdate: (result) => (updated = result), errorFn: () => (failed += 1) });
  assert.equal(failed, 1);
  assert.equal(updated, undefined);
  await connectivityMeasure({ ...urls, onNetworkCheckUpdate: (result) => (updated = result) });
  assert.deepEqual(updated, { goodConnectivity: false, latencyMs: 0, upload: 0 });
});
