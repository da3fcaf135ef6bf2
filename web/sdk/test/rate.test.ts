import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RateControl } from '../src/rate.ts';

const limits = { maxFps: 8, maxKbps: 400, quality: 0.6, window: 2 };

/** Sends for `seconds` with frames of `bytes(quality)`; every answer comes `latency` ms later. Returns bytes per second. */
function simulate(bytes: (quality: number) => number, seconds: number, latency: number): { kbps: number; fps: number; rate: RateControl } {
  const rate = new RateControl(limits);
  const answers: { at: number; seq: number }[] = [];
  let [sent, frames, seq] = [0, 0, 0];
  for (let now = 0; now < seconds * 1000; now += 10) {
    while (answers[0] && answers[0].at <= now) rate.answered(answers.shift()!.seq);
    if (rate.mayStart(now)) {
      rate.started(now);
      seq += 1;
      const size = bytes(rate.quality);
      rate.sending(seq, size, now);
      answers.push({ at: now + latency, seq });
      // The first seconds are for finding the rate.
      if (now > 2000) [sent, frames] = [sent + size, frames + 1];
    }
  }
  return { kbps: (sent * 8) / (seconds - 2) / 1000, fps: frames / (seconds - 2), rate };
}

test('ordinary frames go out eight times a second and fit the link', () => {
  const { kbps, fps } = simulate(() => 5_800, 20, 60);
  assert.ok(fps > 7 && fps < 8.6, `${fps} frames a second`);
  assert.ok(kbps < 400, `${kbps} kbit/s`);
});

test('large frames lower the rate first, then the quality, and stay within the link', () => {
  const large = simulate(() => 9_000, 20, 60);
  assert.ok(large.kbps <= 400, `${large.kbps} kbit/s`);
  assert.equal(large.rate.quality, 0.6);
  const huge = simulate((quality) => 30_000 * quality, 30, 60);
  assert.ok(huge.rate.quality < 0.6);
  assert.ok(huge.kbps <= 420, `${huge.kbps} kbit/s`);
});

test('a slow server is not flooded: no more than the window is under way', () => {
  const { fps } = simulate(() => 5_000, 20, 1_000);
  assert.ok(fps <= 2.1, `${fps} frames a second`);
});

test('one lost answer does not stop the capture', () => {
  const rate = new RateControl(limits);
  rate.sending(1, 5_000, 0);
  rate.sending(2, 5_000, 125);
  assert.equal(rate.mayStart(1_000), false);
  assert.equal(rate.mayStart(4_200), true);
});
