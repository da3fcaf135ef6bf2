import assert from 'node:assert/strict';
import { test } from 'node:test';

import { cutAround, faceOf } from '../src/ui/best-image.ts';

const face = { w: 1280, boxX: 540, boxY: 200, boxW: 200, boxH: 260 };

test('the face is taken from the whole result or from its part', () => {
  assert.deepEqual(faceOf(face), face);
  assert.deepEqual(faceOf({ bestImageInfo: face }), face);
  for (const nothing of [undefined, {}, { bestImageInfo: { ...face, boxW: 0 } }, { ...face, boxX: Number.NaN }]) {
    assert.equal(faceOf(nothing), undefined);
  }
});

test('a cut is upright and has the face in its middle', () => {
  const cut = cutAround({ width: 1280, height: 720 }, face);
  assert.equal(cut.width / cut.height, 3 / 4);
  assert.equal(cut.x + cut.width / 2, 640);
  assert.equal(cut.y + cut.height / 2, 330);
});

test('a picture that came smaller is cut in the same place', () => {
  const [whole, half] = [cutAround({ width: 1280, height: 720 }, face), cutAround({ width: 640, height: 360 }, face)];
  assert.deepEqual(half, { x: whole.x / 2, y: whole.y / 2, width: whole.width / 2, height: whole.height / 2 });
});

test('a cut never leaves the picture', () => {
  for (const [boxX, boxY] of [[0, 0], [1100, 0], [1100, 500], [-40, 600]] as const) {
    for (const boxW of [20, 300, 900]) {
      const cut = cutAround({ width: 1280, height: 720 }, { ...face, boxX, boxY, boxW });
      assert.ok(cut.x >= 0 && cut.y >= 0 && cut.x + cut.width <= 1280.001 && cut.y + cut.height <= 720.001);
      assert.ok(cut.width > 0);
    }
  }
  assert.deepEqual(cutAround({ width: 600, height: 800 }, undefined), { x: 0, y: 0, width: 600, height: 800 });
});
