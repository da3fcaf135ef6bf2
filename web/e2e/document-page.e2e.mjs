// The page at /document.html, as a person uses it, with a document that nobody has.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { photos, startBrowser, startServer } from './harness.mjs';

const shots = join(import.meta.dirname, 'test-results');
mkdirSync(shots, { recursive: true });
const documents = process.env.SELFSAME_DOCUMENTS ?? join(import.meta.dirname, '../../target/debug/examples/documents');
if (!existsSync(documents)) throw new Error(`the generator of documents is missing (${documents}); run: cargo build --workspace --example documents`);

const folder = mkdtempSync(join(tmpdir(), 'selfsame-documents-'));
let server;
let truth;
before(async () => {
  execFileSync(documents, ['--out', folder, '--kind', 'passport', '--count', '1', '--severity', '1', '--seed', '3'], { stdio: 'ignore' });
  truth = readFileSync(join(folder, passport().replace(/\.\w+$/, '.txt')), 'utf8').trim().split('\n');
  server = await startServer();
});
after(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function passport() {
  return execFileSync('ls', [folder], { encoding: 'utf8' }).split('\n').find((name) => /\.(jpg|png)$/.test(name));
}

async function open(viewport) {
  const browser = await startBrowser();
  const page = await browser.newPage({ viewport });
  const failures = [];
  page.on('pageerror', (error) => failures.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('status of 4')) failures.push(message.text());
  });
  await page.goto(`${server.url}/document.html`);
  return { page, failures, end: () => browser.close() };
}

test('a passport: its zone, its fields with their sources, its check digits', async () => {
  const { page, failures, end } = await open({ width: 1180, height: 900 });
  try {
    await page.screenshot({ path: join(shots, 'document-1-empty.png') });
    await page.setInputFiles('#file', join(folder, passport()));
    await page.waitForSelector('#outcome:not([hidden])', { timeout: 60_000 });
    assert.match(await page.textContent('#verdict'), /^Passport, issued by [A-Z]/);
    assert.deepEqual((await page.locator('#zone pre').textContent()).split('\n'), truth);
    const number = page.locator('#fields tr', { hasText: 'Document number' });
    assert.equal(await number.locator('td').nth(1).textContent(), truth[1].slice(0, 9).replaceAll('<', ''));
    assert.match(await number.locator('td').nth(2).textContent(), /machine-readable zone/);
    assert.ok(await page.locator('#checks li.good').count() >= 4);
    assert.equal(await page.locator('#checks li.bad').count(), 0);
    assert.equal(await page.locator('#checks li', { hasText: 'proves nothing' }).count(), 1);
    assert.equal(await page.locator('#places .doubt').count(), 0);
    // The zone is drawn at the lower end of the page, within the picture.
    const [picture, drawn] = await Promise.all([page.locator('#picture').boundingBox(), page.locator('#places .zone').boundingBox()]);
    assert.ok(drawn.width > picture.width / 3 && drawn.y > picture.y && drawn.y + drawn.height <= picture.y + picture.height + 1);
    await page.screenshot({ path: join(shots, 'document-2-read.png'), fullPage: true });
    assert.deepEqual(failures, []);
  } finally {
    await end();
  }
});

test('what is no document, and what is no picture, is said in words; nothing sticks out on a phone', async () => {
  const { page, failures, end } = await open({ width: 360, height: 720 });
  try {
    await page.setInputFiles('#file', photos.same);
    await page.waitForSelector('#outcome:not([hidden])', { timeout: 60_000 });
    assert.equal(await page.textContent('#verdict'), 'No document was found');
    assert.equal(await page.locator('#fields tbody tr').count(), 0);
    await page.screenshot({ path: join(shots, 'document-3-nothing.png'), fullPage: true });
    const text = join(folder, 'rubbish.jpg');
    writeFileSync(text, 'this is no picture');
    await page.setInputFiles('#file', text);
    await page.waitForSelector('#status.bad');
    assert.match(await page.textContent('#status'), /not read/);
    assert.ok(await page.locator('#outcome').isHidden(), 'nothing of the earlier picture is shown');
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.equal(overflow, false);
    const large = await fetch(`${server.url}/try/document`, { method: 'POST', body: new Uint8Array(16_000_000) });
    assert.equal(large.status, 400);
    assert.deepEqual(failures, []);
  } finally {
    await end();
  }
});
