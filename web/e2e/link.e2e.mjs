// The capture over links that are worse than they should be.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { captureInPage, clips, startBrowser, startIntegrator, startServer } from './harness.mjs';
import { startLink } from './link.mjs';

async function over(kind, look) {
  const server = await startServer({ LIVENESS__CAPTURE_CHAIN: 'observe' });
  const [integrator, link, browser] = await Promise.all([
    startIntegrator(server.url), startLink(server.url, kind), startBrowser(clips.person),
  ]);
  try {
    const page = await browser.newPage();
    await page.goto(integrator.url);
    const session = await server.openSession();
    const began = Date.now();
    const told = await captureInPage(page, link.url, session);
    await look({ told, link, result: await server.result(session), seconds: (Date.now() - began) / 1000 });
  } finally {
    await browser.close();
    link.stop();
    integrator.stop();
    await server.stop();
  }
}

test('400 kbit/s, the least that is supported, are enough', async () => {
  await over({ kbps: 400 }, ({ told, link, result, seconds }) => {
    assert.equal(told.error, undefined);
    assert.equal(result.livenessStatus, 'SUCCESS', result.diagnostic);
    // What is shown of the upload rises to the end and is not there at once.
    const uploads = told.tracking.map(({ uploadProgress }) => uploadProgress).filter((progress) => progress > 0);
    assert.deepEqual(uploads, [...uploads].sort((a, b) => a - b));
    assert.equal(uploads[uploads.length - 1], 1);
    assert.ok(uploads[0] < 0.5, `begins with ${uploads[0]}`);
    assert.ok(seconds >= (link.uploaded * 8) / 400_000 - 2, 'the link was as slow as it says');
    assert.ok(seconds < 25, `${seconds} s`);
  });
});

test('where WebSockets are broken off, long polling does it', async () => {
  await over({ webSockets: false }, ({ told, link, result }) => {
    assert.ok(link.broken >= 1, 'a WebSocket was tried');
    assert.equal(told.error, undefined);
    assert.equal(result.livenessStatus, 'SUCCESS', result.diagnostic);
  });
});
