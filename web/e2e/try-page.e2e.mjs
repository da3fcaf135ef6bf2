// The page at /, as a person uses it.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { clips, startBrowser, startServer } from './harness.mjs';

const shots = join(import.meta.dirname, 'test-results');
mkdirSync(shots, { recursive: true });

async function open({ settings, clip, viewport }) {
  const server = await startServer(settings);
  const browser = await startBrowser(clip);
  const page = await browser.newPage({ viewport });
  const failures = [];
  page.on('pageerror', (error) => failures.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('status of 4')) failures.push(message.text());
  });
  await page.goto(server.url);
  return { server, page, failures, async end() { await browser.close(); await server.stop(); } };
}

test('one button, guidance in words, a verdict with its evidence', async () => {
  const run = await open({ settings: { LIVENESS__CAPTURE_CHAIN: 'observe' }, clip: clips.person, viewport: { width: 1180, height: 900 } });
  const { page } = run;
  try {
    assert.match(await page.textContent('h1'), /live person/i);
    await page.screenshot({ path: join(shots, 'try-1-welcome.png') });
    await page.getByRole('button', { name: 'Try a liveness check' }).click();
    await page.waitForFunction(() => /Good|Do not move|Thank you/.test(document.querySelector('[role=status]').textContent));
    await page.screenshot({ path: join(shots, 'try-2-capture.png') });
    await page.waitForSelector('#outcome:not([hidden])', { timeout: 30_000 });
    assert.equal(await page.textContent('#verdict'), 'Live');
    const witnesses = await page.locator('#witnesses h3').allTextContents();
    for (const name of ['Texture', 'Consistency', 'Micro-motion', 'Capture chain', 'Quality']) assert.ok(witnesses.includes(name), name);
    await page.waitForSelector('#portrait:not([hidden])');
    // The frame that is drawn lies within the picture.
    const [picture, box] = await Promise.all([page.locator('#best').boundingBox(), page.locator('#box').boundingBox()]);
    assert.ok(box.x >= picture.x && box.y >= picture.y && box.width > 20 && box.x + box.width <= picture.x + picture.width + 1);
    await page.screenshot({ path: join(shots, 'try-3-outcome.png'), fullPage: true });
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.waitForSelector('#capture:not([hidden])');
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.waitForSelector('#welcome:not([hidden])');
    assert.deepEqual(run.failures, []);
  } finally {
    await run.end();
  }
});

test('the modes are one choice, reachable by keyboard, and a mode that is not offered is refused in words', async () => {
  const run = await open({ clip: clips.person, viewport: { width: 360, height: 720 } });
  const { page } = run;
  try {
    const passive = page.getByRole('radio', { name: /Just look/ });
    assert.ok(await passive.isChecked());
    await passive.focus();
    await page.keyboard.press('ArrowDown');
    assert.ok(await page.getByRole('radio', { name: /Come closer/ }).isChecked());
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.equal(overflow, false, 'nothing sticks out at 360 px');
    await page.screenshot({ path: join(shots, 'try-5-modes.png'), fullPage: true });
    const refused = await page.request.post(`${run.server.url}/try/sessions?mode=LIVENESS_NONE`);
    assert.equal(refused.status(), 400);
    assert.match((await refused.json()).error, /livenessMode/);
    assert.deepEqual(run.failures, []);
  } finally {
    await run.end();
  }
});

test('on a phone, with the camera refused: it says so and what to do', async () => {
  const run = await open({ viewport: { width: 390, height: 800 } });
  try {
    await run.page.getByRole('button', { name: 'Try a liveness check' }).click();
    await run.page.waitForSelector('#outcome:not([hidden])');
    assert.match(await run.page.textContent('#explanation'), /denied permission/);
    const overflow = await run.page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.equal(overflow, false, 'nothing sticks out on a narrow screen');
    await run.page.screenshot({ path: join(shots, 'try-4-refused.png') });
  } finally {
    await run.end();
  }
});

test('switched off, the page says so', async () => {
  const run = await open({ settings: { SERVER__TRY_PAGE: 'false' }, clip: clips.person, viewport: { width: 900, height: 700 } });
  try {
    await run.page.getByRole('button', { name: 'Try a liveness check' }).click();
    await run.page.waitForSelector('#off:not([hidden])');
  } finally {
    await run.end();
  }
});
