// The sample pages of docs/samples, served by their own small server, as an integrator would begin.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

import { apiKey, clips, startBrowser, startServer } from './harness.mjs';

const shots = join(import.meta.dirname, 'test-results');
mkdirSync(shots, { recursive: true });

/** The integrator's server of docs/samples, on a port of its choice. */
async function startSamples(url) {
  const child = spawn(process.execPath, [resolve(import.meta.dirname, '../../docs/samples/server.mjs')], {
    env: { ...process.env, SELFSAME_URL: url, SELFSAME_API_KEY: apiKey, PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [text] = await once(child.stdout, 'data');
  return { url: /http:\/\/localhost:\d+/.exec(String(text))[0], stop: () => child.kill('SIGKILL') };
}

/** One visit to a sample page: what it ended in. */
async function visit(name, { clip, settings = {} }) {
  const server = await startServer({ LIVENESS__CAPTURE_CHAIN: 'observe', ...settings });
  const samples = await startSamples(server.url);
  const browser = await startBrowser(clip);
  try {
    const page = await browser.newPage({ viewport: { width: 360, height: 740 } });
    const failures = [];
    page.on('pageerror', (error) => failures.push(error.message));
    await page.goto(`${samples.url}/${name}.html`);
    await page.getByRole('button', { name: 'Begin' }).click();
    await page.locator('#camera:not([hidden])').waitFor();
    await page.waitForFunction(() => document.getElementById('user-video').videoWidth > 0);
    // The challenge's own graphics come with the server's messages.
    const graphics = { 'passive-video': '.wbs-oval', active: '.wbs-target' }[name];
    if (graphics) await page.locator(graphics).waitFor({ timeout: 30_000 });
    await page.screenshot({ path: join(shots, `sample-${name}.png`) });
    const ended = () => document.getElementById('begin').hidden === false && document.getElementById('say').dataset.outcome;
    await page.waitForFunction(ended, undefined, { timeout: 150_000 }).catch(async (error) => {
      throw new Error(`${name} never ended; it says: ${await page.locator('#say').textContent()}\n${server.log().slice(-2000)}`, { cause: error });
    });
    const [outcome, words] = await page.evaluate(() => [document.getElementById('say').dataset.outcome, document.getElementById('say').textContent]);
    if (outcome === 'success') await page.waitForFunction(() => document.querySelector('#best-image img')?.naturalWidth > 50);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, 'nothing sticks out at 360 px');
    await page.screenshot({ path: join(shots, `sample-${name}-end.png`) });
    assert.deepEqual(failures, []);
    return { outcome, words };
  } finally {
    await browser.close();
    samples.stop();
    await server.stop();
  }
}

test('the passive sample ends with the best image of the person', async () => {
  assert.deepEqual(await visit('passive', { clip: clips.person }), { outcome: 'success', words: 'Thank you. You are live.' });
});

// How it ends depends on how quick the machine is: with a verdict where the time for the oval or a dot ran out, with error 1303 where the
// start was lost again and again. Either way it ends, and in words of its own.
test('a person who does not follow the oval or the dots ends in a failure, in words', async (t) => {
  const words = { failure: 'That could not be confirmed. Try again.', error: 'The pictures were not good enough. Look for better light.' };
  for (const name of ['passive-video', 'active']) {
    const end = await visit(name, { clip: clips.person });
    t.diagnostic(`${name}: ${end.outcome}`);
    assert.equal(end.words, words[end.outcome], `${name}: ${end.outcome}`);
  }
});
