import assert from 'node:assert/strict';
import { test } from 'node:test';

import { evidenceChunks, MAX_CHUNK, parse, trackingFrame } from '../src/protocol.ts';

test('a tracking frame has the documented layout', () => {
  const view = new DataView(trackingFrame(7, 12.5, 1280, 720, new Uint8Array([9, 8]).buffer));
  assert.deepEqual(
    [view.getUint8(0), view.getUint32(1), view.getFloat64(5), view.getUint16(13), view.getUint16(15), view.getUint8(17), view.getUint8(18)],
    [1, 7, 12.5, 1280, 720, 9, 8],
  );
});

test('evidence is cut into chunks that make up the whole again', () => {
  const whole = new Uint8Array(MAX_CHUNK * 2 + 5).map((_, index) => index % 251);
  const parts = [...evidenceChunks(3, whole.buffer)];
  assert.equal(parts.length, 3);
  const again = new Uint8Array(whole.length);
  for (const part of parts) {
    const view = new DataView(part);
    assert.deepEqual([view.getUint8(0), view.getUint32(1), view.getUint32(9)], [2, 3, whole.length]);
    assert.ok(part.byteLength <= MAX_CHUNK + 13);
    again.set(new Uint8Array(part, 13), view.getUint32(5));
  }
  assert.deepEqual(again, whole);
});

test('what is not of the protocol is ignored', () => {
  for (const text of ['', 'null', '[]', '{"type":"weather"}', '{"type":5}']) assert.equal(parse(text), undefined);
  assert.equal(parse('{"type":"started"}')?.type, 'started');
});
