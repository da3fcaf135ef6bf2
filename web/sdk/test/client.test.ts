import assert from 'node:assert/strict';
import { test } from 'node:test';

import { address } from '../src/client.ts';
import { cameraError } from '../src/errors.ts';

test('integrators may write the address as they like', () => {
  const page = 'https://shop.example/pay/index.html';
  const path = '/video-server/engine.io';
  assert.deepEqual(address(undefined, undefined, page), { origin: 'https://shop.example', path });
  assert.deepEqual(address('', 'video-server/engine.io/', page), { origin: 'https://shop.example', path });
  assert.deepEqual(address('https://id.example:8443', '/video-server/engine.io', page), { origin: 'https://id.example:8443', path });
  assert.deepEqual(address('https://id.example/selfsame/', 'video-server/engine.io', page), { origin: 'https://id.example', path: `/selfsame${path}` });
});

test('camera errors are told in words, with the name of the browser', () => {
  const denied = cameraError(new DOMException('x', 'NotAllowedError'));
  assert.equal(denied.code, 1304);
  assert.equal(denied.name, 'NotAllowedError');
  assert.equal(denied.error, 'NotAllowedError : The user has denied permission to use the camera.');
  assert.match(cameraError(new TypeError('undefined')).error, /https or localhost/);
  assert.match(cameraError('?').error, /UnknownError/);
});
