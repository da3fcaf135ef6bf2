// What the classic scripts draw over a video, in a real browser: at the place where the person sees it, mirrored or not.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { clips, startBrowser, startIntegrator, startServer } from './harness.mjs';

const shots = join(import.meta.dirname, 'test-results');
mkdirSync(shots, { recursive: true });

/** Half way through two dots, as the server tells it. */
const active = {
  controlledPoint: { x: 700, y: 300 }, targetChallengeIndex: 1, stillFace: false, movingPhone: false, targetOnHover: false,
  challengeCircles: { 0: { x: 900, y: 160, r: 44, pos: 'TL' }, 1: { x: 380, y: 360, r: 44, pos: 'R' } },
  positionInfo: 'TRACKER_POSITION_INFO_GOOD',
};
const tracking = { w: 1280, h: 720, facex: 540, facey: 200, facew: 200, faceh: 260, positionInfo: active.positionInfo };

let server;
let integrator;
let browser;
before(async () => {
  server = await startServer();
  [integrator, browser] = await Promise.all([startIntegrator(server.url), startBrowser(clips.person)]);
});
after(async () => {
  await browser.close();
  integrator.stop();
  await server.stop();
});

/** A page with a running video in a box of that size. */
async function open({ width, height, mirrored = true, around = '' }) {
  const page = await browser.newPage({ viewport: { width: Math.max(400, width + 40), height: height + 40 } });
  const failures = [];
  page.on('pageerror', (error) => failures.push(error.message));
  await page.goto(integrator.url);
  await page.evaluate(async ([w, h, flip, style]) => {
    const video = document.getElementById('user-video');
    const box = document.createElement('div');
    box.style.cssText = `width:${w}px;height:${h}px;${style}`;
    document.body.prepend(box);
    box.append(video);
    video.style.cssText = `width:100%;height:100%;object-fit:cover;${flip ? 'transform:scaleX(-1)' : ''}`;
    video.srcObject = await BioserverVideo.getMediaStream({ videoId: 'user-video' });
    await video.play();
  }, [width, height, mirrored, around]);
  return { page, failures };
}

/** Centre and width on the screen, over the box that the video fills: 0..1. */
const place = (page, selector) => page.evaluate((of) => {
  const [inner, outer] = [document.querySelector(of), document.getElementById('user-video')].map((element) => element.getBoundingClientRect());
  return { x: (inner.x + inner.width / 2 - outer.x) / outer.width, y: (inner.y + inner.height / 2 - outer.y) / outer.height };
}, selector);

const near = (found, x, y, what) => {
  assert.ok(Math.abs(found.x - x) < 0.01 && Math.abs(found.y - y) < 0.01, `${what}: ${JSON.stringify(found)} instead of ${x}, ${y}`);
};

test('the dots lie where the mirrored video shows them, and the video plays on', async () => {
  const { page, failures } = await open({ width: 640, height: 360 });
  await page.evaluate(([info, dots]) => {
    BioserverVideoUI.resetLivenessActiveGraphics({ tooltip: { enabled: true, text: 'Move here' } });
    BioserverVideoUI.updateLivenessActiveGraphics('user-video', { ...info, livenessActive: { ...dots, challengeCircles: {} } });
    const before = document.querySelector('#wbs-graphics-overlay');
    if (before) throw new Error('drawn before the challenge');
    BioserverVideoUI.updateLivenessActiveGraphics('user-video', { ...info, livenessActive: dots });
  }, [tracking, active]);
  await page.screenshot({ path: join(shots, 'graphics-1-dots.png') });
  near(await place(page, '.wbs-done'), 1 - 900 / 1280, 160 / 720, 'done');
  near(await place(page, '.wbs-target'), 1 - 380 / 1280, 360 / 720, 'target');
  near(await place(page, '#wbs-graphics-overlay > circle'), 1 - 700 / 1280, 300 / 720, 'controlled point');
  assert.equal(await page.textContent('#wbs-tooltip'), 'Move here');
  assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector('#wbs-tooltip')).visibility), 'visible');
  assert.deepEqual(await page.evaluate(() => [...document.querySelectorAll('#wbs-graphics-overlay text')].map((text) => text.textContent)), ['1', '2']);
  assert.equal(await page.evaluate(() => document.querySelector('#wbs-video-wrapper > #wbs-graphics-wrapper > #wbs-tooltip') !== null), true);
  const [then, now] = await page.evaluate(async () => {
    const video = document.getElementById('user-video');
    const at = video.currentTime;
    await new Promise((done) => setTimeout(done, 400));
    return [at, video.currentTime];
  });
  assert.ok(now > then, 'the video was moved in the page and still plays');
  await page.evaluate(() => BioserverVideoUI.resetLivenessActiveGraphics());
  assert.equal(await page.locator('#wbs-graphics-wrapper').count(), 0);
  assert.deepEqual(failures, []);
  await page.close();
});

test('an upright, cut-off video, not mirrored; and one that is mirrored with all around it', async () => {
  const straight = await open({ width: 270, height: 480, mirrored: false });
  const draw = ([info, dots]) => BioserverVideoUI.updateLivenessHighGraphics('user-video', { ...info, livenessHigh: dots });
  await straight.page.evaluate(draw, [tracking, active]);
  // The frame is shown 853 px wide in 270: 480 / 720 of its pixels.
  near(await place(straight.page, '#wbs-graphics-overlay > circle'), ((700 - 640) * (480 / 720) + 135) / 270, 300 / 720, 'cut off');
  await straight.page.close();
  const turned = await open({ width: 640, height: 360, mirrored: false, around: 'transform:scaleX(-1)' });
  await turned.page.evaluate(draw, [tracking, active]);
  near(await place(turned.page, '.wbs-target'), 1 - 380 / 1280, 360 / 720, 'target');
  assert.match(await turned.page.getAttribute('#wbs-graphics-overlay text', 'transform'), /scale\(-1 1\)/, 'digits can be read');
  await turned.page.close();
});

test('the oval follows the size that the server asks for, and its border the stay', async () => {
  const { page, failures } = await open({ width: 640, height: 360 });
  const height = () => page.evaluate(() => Number(document.querySelector('.wbs-oval').getAttribute('ry')));
  await page.evaluate(() => BioserverVideoUI.initGraphics('user-video', { oval: { animatedBorderColor: '#00AA55' } }));
  assert.equal(await height(), 0.25 * 720 * 1.15);
  await page.evaluate((info) => BioserverVideoUI.displayPassiveVideoAnimation({ ...info, targetInfo: { targetR: 240, stability: 0.6 } }), tracking);
  await page.waitForFunction(() => Number(document.querySelector('.wbs-oval').getAttribute('ry')) === 240 * 1.15);
  assert.equal(await page.getAttribute('.wbs-oval-progress', 'stroke-dasharray'), '0.6 1');
  assert.equal(await page.getAttribute('.wbs-oval-progress', 'stroke'), '#00AA55');
  assert.equal(await page.getAttribute('.wbs-oval', 'stroke'), '#FFFFFF');
  assert.equal(await page.getAttribute('.wbs-oval-cover', 'fill'), 'rgba(21, 51, 112, 0.8)');
  near(await place(page, '.wbs-oval'), 0.5, 0.5, 'oval');
  await page.screenshot({ path: join(shots, 'graphics-2-oval.png') });
  await page.evaluate(() => { BioserverVideoUI.stopAnimation(); BioserverVideoUI.stopPassiveVideoAnimation(); });
  assert.equal(await page.locator('#wbs-graphics-wrapper').count(), 0);
  assert.deepEqual(failures, []);
  await page.close();
});

test('a video that the page makes after the init, or makes anew, gets its oval; one that it never makes is told', async () => {
  const { page, failures } = await open({ width: 640, height: 360 });
  const told = await page.evaluate(async (info) => {
    const attempt = (call) => { try { call(); return 'silent'; } catch (error) { return error.message; } };
    const display = () => attempt(() => BioserverVideoUI.displayPassiveVideoAnimation(info));
    const ovals = () => document.querySelectorAll('#late .wbs-oval').length;
    const make = () => {
      document.getElementById('late')?.remove();
      const box = document.createElement('div');
      box.id = 'late';
      box.append(Object.assign(document.createElement('video'), { id: 'late-video' }));
      document.body.append(box);
    };
    const steps = [attempt(() => BioserverVideoUI.initPassiveVideoGraphics('late-video')), display()];
    for (let times = 0; times < 2; times += 1) {
      make();
      steps.push(display(), ovals());
    }
    steps.push(attempt(() => BioserverVideoUI.stopPassiveVideoAnimation()), ovals(), display());
    return steps;
  }, tracking);
  const missing = 'Failed to display animation: the page has no video late-video';
  assert.deepEqual(told, ['silent', missing, 'silent', 1, 'silent', 1, 'silent', 0, 'silent']);
  assert.deepEqual(failures, []);
  await page.close();
});

test('the four scripts together are at most 120 kB gzipped', async () => {
  let size = 0;
  for (const name of ['environment-api', 'network-check', 'video-api', 'video-ui']) {
    const answer = await fetch(`${server.url}/video-server/bioserver-${name}.js`);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('cross-origin-resource-policy'), 'cross-origin');
    size += gzipSync(Buffer.from(await answer.arrayBuffer())).length;
  }
  assert.ok(size > 5_000 && size <= 120_000, `${size} bytes`);
});
