import assert from 'node:assert/strict';
import { test } from 'node:test';

import { complete } from '../src/ui/active.ts';
import { around, aspect, onPage, oval, resting, seen, toggled, unit } from '../../sdk/src/draw/geometry.ts';
import { approach } from '../../sdk/src/draw/glide.ts';
import { putGlobals } from '../../sdk/test/page.ts';
import * as ui from '../src/video-ui.ts';

const frame = { width: 1280, height: 720 };

test('every documented function is there, and the old names are the same functions', () => {
  const names = [
    'resetLivenessActiveGraphics', 'updateLivenessActiveGraphics', 'initPassiveVideoGraphics', 'displayPassiveVideoAnimation',
    'stopPassiveVideoAnimation', 'displayPassiveVideoBestImage', 'displayBestImage', 'displayAndCenterBestImage', 'resetBestImage',
  ];
  for (const name of names) assert.equal(typeof ui[name as keyof typeof ui], 'function', name);
  assert.equal(ui.initGraphics, ui.initPassiveVideoGraphics);
  assert.equal(ui.stopAnimation, ui.stopPassiveVideoAnimation);
  assert.equal(ui.resetLivenessHighGraphics, ui.resetLivenessActiveGraphics);
  assert.equal(ui.updateLivenessHighGraphics, ui.updateLivenessActiveGraphics);
});

test('the defaults are the documented ones, and one option changes one thing', () => {
  const point = { borderSize: 3, borderColor: 'white', textColor: 'white', textFont: 'Helvetica', dashed: false };
  const expected = {
    tooltip: {
      enabled: false, backgroundColor: '#ff6700', width: '200px', fontSize: '0.8em', fontColor: 'white', duration: 4,
      text: 'Move the line gently with your head to this point',
    },
    controlledPoint: { radius: 40, color: 'black', borderSize: 3, borderColor: 'white' },
    challengePoint: { done: { ...point, color: 'Lavender' }, target: { ...point, color: 'DarkOrchid' } },
    challengeLines: { done: { color: 'Lavender', size: 5, dashed: 10 }, target: { color: 'DarkOrchid', size: 5, dashed: 10 } },
  };
  assert.deepEqual(complete(), expected);
  const changed = complete({ challengePoint: { done: { color: 'OrangeRed' } }, tooltip: { enabled: true } });
  assert.deepEqual(changed, {
    ...expected,
    tooltip: { ...expected.tooltip, enabled: true },
    challengePoint: { ...expected.challengePoint, done: { ...point, color: 'OrangeRed' } },
  });
});

test('a mirrored video moves points to the other side, and its height stays', () => {
  assert.deepEqual(seen({ x: 100, y: 50 }, frame, true), { x: 1180, y: 50 });
  assert.deepEqual(seen({ x: 100, y: 50 }, frame, false), { x: 100, y: 50 });
});

test('points lie where the video shows them, cut off, with margins or stretched', () => {
  const square = { width: 360, height: 360 };
  const middle = { x: 640, y: 360 };
  for (const fit of ['cover', 'contain', 'fill']) assert.deepEqual(onPage(middle, frame, square, fit), { x: 180, y: 180 });
  assert.deepEqual(onPage({ x: 0, y: 0 }, frame, square, 'cover'), { x: -140, y: 0 });
  assert.deepEqual(onPage({ x: 0, y: 0 }, frame, square, 'contain'), { x: 0, y: 78.75 });
  assert.deepEqual(onPage({ x: 0, y: 0 }, frame, square, 'fill'), { x: 0, y: 0 });
  assert.deepEqual(['cover', 'contain', 'fill'].map(aspect), ['xMidYMid slice', 'xMidYMid meet', 'none']);
});

test('the oval is centred, as large as the server wants the face, and its hole is cut out of everything', () => {
  const { cx, cy, rx, ry } = oval(frame, 200);
  assert.deepEqual([cx, cy, Math.round(rx * 10), Math.round(ry * 10)], [640, 360, 1725, 2300]);
  assert.ok(oval(frame, 150).ry < oval(frame, 200).ry);
  assert.equal(resting(frame), 180);
  assert.equal(around(frame, { cx: 640, cy: 360, rx: 90, ry: 120 }), 'M-1280 -720H2560V1440H-1280ZM550 360a90 120 0 1 0 180 0a90 120 0 1 0 -180 0Z');
  assert.equal(unit(frame), 1);
  assert.equal(unit({ width: 640, height: 480 }), 2 / 3);
});

test('the tooltip comes and goes, or stays with a duration of 0', () => {
  assert.deepEqual([0, 3.9, 4.1, 7.9, 8.1].map((at) => toggled(at, 4)), [true, true, false, false, true]);
  assert.ok([0, 5, 100].every((at) => toggled(at, 0)));
});

test('what glides comes nearer and never goes past', () => {
  const first = approach(0, 100, 16);
  assert.ok(first > 0 && first < 100);
  assert.ok(approach(first, 100, 16) > first);
  assert.ok(Math.abs(approach(0, 100, 2000) - 100) < 1e-3);
  assert.equal(approach(0, 100, 0), 0);
});

test('what may come before any graphics were there does not throw', () => {
  ui.resetLivenessActiveGraphics();
  ui.resetLivenessActiveGraphics({ tooltip: { enabled: true, text: 'Here' } });
  ui.stopPassiveVideoAnimation();
  ui.displayPassiveVideoAnimation({ w: 1280, h: 720, targetInfo: { targetX: 640, targetY: 360, targetR: 200, stability: 0 } });
  ui.displayPassiveVideoAnimation(undefined);
  ui.updateLivenessActiveGraphics('user-video', undefined);
  ui.updateLivenessActiveGraphics('user-video', { w: 1280, h: 720 });
});

/** A page that has none of the elements that it is asked for. */
function putEmptyPage(): void {
  putGlobals({
    document: { getElementById: () => null, querySelector: () => null, querySelectorAll: () => [] },
    HTMLVideoElement: class {},
  });
}

test('a wrong id of the video is told by what comes next, in the documented words, and the stop ends that', () => {
  putEmptyPage();
  const thrown = (words: string) => (error: unknown): boolean => {
    const { message, error: inner } = error as Error & { error: { message: string } };
    assert.equal(message, `Failed to ${words}: the page has no video user-vidoe`);
    assert.equal(inner.message, message);
    return true;
  };
  ui.initPassiveVideoGraphics('user-vidoe');
  assert.throws(() => ui.displayPassiveVideoAnimation({ w: 1280, h: 720 }), thrown('display animation'));
  assert.throws(() => ui.displayPassiveVideoAnimation({ w: 1280, h: 720 }), thrown('display animation'));
  // Another init is a new beginning, not a stop.
  ui.initPassiveVideoGraphics('user-vidoe');
  assert.throws(() => ui.stopPassiveVideoAnimation(), thrown('stop animation'));
  ui.stopPassiveVideoAnimation();
  ui.displayPassiveVideoAnimation({ w: 1280, h: 720 });
});

test('a wrong id of the best image is told by its display, and by the reset that finds nothing to take away', async () => {
  putEmptyPage();
  ui.resetBestImage();
  const picture = new Blob(['jpeg']);
  const told = [
    [ui.displayPassiveVideoBestImage(picture, undefined, 'best'), 'display animation'],
    [ui.displayBestImage(picture, undefined, 'best'), 'display best image'],
    [ui.displayAndCenterBestImage(picture, undefined, 'best'), 'display best image'],
  ] as const;
  for (const [shown, words] of told) await assert.rejects(shown, { message: `Failed to ${words}: the page has no element best` });
  assert.throws(() => ui.resetBestImage(), { message: 'Failed to reset image: the page has no element best' });
  ui.resetBestImage();
});
