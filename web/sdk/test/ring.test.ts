import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FrameRing } from '../src/ring.ts';

const frame = (seq: number, at = seq * 125) => ({ seq, at, width: 1280, height: 720, picture: new Blob(['x']) });

test('keeps the last frames, by number and by age', () => {
  const ring = new FrameRing({ frames: 4, seconds: 8 });
  for (let seq = 1; seq <= 6; seq += 1) ring.push(frame(seq));
  assert.equal(ring.size, 4);
  assert.equal(ring.get(2), undefined);
  assert.equal(ring.get(6)?.seq, 6);
  ring.push(frame(7, 60_000));
  assert.equal(ring.size, 1);
});

test('nothing leaves once evidence was asked for', () => {
  const ring = new FrameRing({ frames: 2, seconds: 8 });
  ring.push(frame(1));
  ring.freeze();
  ring.push(frame(2));
  ring.push(frame(3));
  assert.equal(ring.get(1)?.seq, 1);
  assert.equal(ring.get(3), undefined);
});
