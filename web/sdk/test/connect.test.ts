import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect } from '../src/client.ts';
import { CaptureError } from '../src/errors.ts';
import { putPage, ready, refusing } from './page.ts';

/** The error that a page is told, and that its promise is rejected with. */
async function refused(serverUrl: string): Promise<CaptureError> {
  putPage();
  const told: CaptureError[] = [];
  const rejected: unknown = await connect({ sessionId: 'one', serverUrl, onError: (error) => told.push(error) }).catch((error: unknown) => error);
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(rejected instanceof CaptureError);
  assert.deepEqual(told, [rejected]);
  return rejected;
}

test('a server that is full before a socket is opened says so', async () => {
  const server = await refusing(503, { 'retry-after': '5' });
  const { code, error } = await refused(server.url);
  server.stop();
  assert.deepEqual([code, error], [503, 'The server is overloaded. Try again in few seconds.']);
});

test('one that counts too many requests says until when, where it tells', async () => {
  const seconds = await refusing(429, { 'retry-after': '60' });
  const later = await refused(seconds.url);
  seconds.stop();
  assert.equal(later.code, 429);
  const wait = Date.parse(later.unlockDateTime ?? '') - Date.now();
  assert.ok(wait > 50_000 && wait <= 60_000, later.unlockDateTime);
  const date = await refusing(429, { 'retry-after': 'Wed, 21 Oct 2037 07:28:00 GMT' });
  assert.equal((await refused(date.url)).unlockDateTime, '2037-10-21T07:28:00.000Z');
  date.stop();
  for (const headers of [{}, { 'retry-after': 'soon' }, { 'retry-after': '9'.repeat(30) }]) {
    const silent = await refusing(429, headers);
    const { code, unlockDateTime } = await refused(silent.url);
    silent.stop();
    assert.deepEqual([code, unlockDateTime], [429, undefined]);
  }
});

test('any other refusal, and no answer, is a server that is not there', async () => {
  for (const status of [404, 500, 502]) {
    const server = await refusing(status);
    assert.equal((await refused(server.url)).code, 1100, String(status));
    server.stop();
  }
  const gone = await refusing(503);
  gone.stop();
  assert.equal((await refused(gone.url)).code, 1100);
});

test('hello tells the device with what the client hints know', async () => {
  putPage({
    userAgent: 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36', maxTouchPoints: 5,
    userAgentData: { getHighEntropyValues: () => Promise.resolve({ platform: 'Android', platformVersion: '14.0.0', model: 'Pixel 7' }) },
  });
  const server = await ready();
  const client = await connect({ sessionId: 'one', serverUrl: server.url });
  await client.disconnect();
  server.stop();
  const [hello] = server.said;
  assert.deepEqual(hello?.device, { osType: 'Android', osVersion: '14.0.0', browserName: 'Chrome', browserVersion: '130.0.0.0', deviceModel: 'Pixel 7' });
  assert.deepEqual([hello?.type, hello?.protocol, hello?.sessionId], ['hello', 1, 'one']);
});
