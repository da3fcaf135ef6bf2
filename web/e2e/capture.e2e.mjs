// What an integrator's page and server see: the classic scripts against the real server, with a person before the camera,
// with nobody, with the camera refused, and with a picture in a person's place.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createPublicKey, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { captureInPage, clips, fixtures, photos, startBrowser, startIntegrator, startServer } from './harness.mjs';

const scratch = mkdtempSync(join(tmpdir(), 'selfsame-e2e-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** One capture from beginning to end, in a page of the integrator's own origin. */
async function capture({ settings, clip, prepare }) {
  const server = await startServer(settings);
  const integrator = await startIntegrator(server.url);
  const browser = await startBrowser(clip);
  const page = await browser.newPage();
  const failures = [];
  page.on('pageerror', (error) => failures.push(error.message));
  await page.goto(integrator.url);
  const session = await server.openSession({ correlationId: 'order-1' });
  const meter = await prepare?.(page);
  const told = await captureInPage(page, server.url, session);
  const result = await server.result(session);
  assert.deepEqual(failures, []);
  return {
    server, page, session, told, result, meter,
    async end() {
      await browser.close();
      integrator.stop();
      await server.stop();
    },
  };
}

const last = (list) => list[list.length - 1];

test('a person before the camera: SUCCESS, a best image of that person, and comparisons that tell people apart', async () => {
  // Bytes that the page sends, second by second.
  const prepare = async (page) => {
    const client = await page.context().newCDPSession(page);
    const sent = [];
    await client.send('Network.enable');
    client.on('Network.webSocketFrameSent', ({ timestamp, response }) => {
      const bytes = response.opcode === 2 ? Buffer.from(response.payloadData, 'base64') : Buffer.from(response.payloadData);
      sent.push({ timestamp, bytes: bytes.length, kind: response.opcode === 2 ? bytes[0] : 0 });
    });
    return sent;
  };
  const run = await capture({ settings: { LIVENESS__CAPTURE_CHAIN: 'observe' }, clip: clips.person, prepare });
  const { server, session, told, result, page } = run;
  try {
    assert.equal(told.error, undefined);
    assert.ok(told.initEnd);
    assert.deepEqual(told.instructions, ['TRACKER_CHALLENGE_DONT_MOVE', 'TRACKER_CHALLENGE_PENDING']);
    for (const member of ['facex', 'facey', 'facew', 'faceh', 'w', 'h', 'timestamp', 'distance', 'phoneNotVertical', 'tooClose', 'tooFar', 'positionInfo', 'uploadProgress']) {
      assert.ok(member in told.tracking[0], member);
    }
    assert.deepEqual([told.tracking[0].w, told.tracking[0].h], [1280, 720]);
    assert.equal(last(told.tracking).uploadProgress, 1);

    assert.equal(result.livenessStatus, 'SUCCESS', JSON.stringify(result.report));
    assert.equal(result.diagnostic, undefined);
    assert.equal(result.livenessMode, 'LIVENESS_PASSIVE');
    assert.equal(result.securityLevel, 'HIGH');
    assert.equal(result.deviceInfo.browserName, 'Chrome');
    const chain = result.report.witnesses.find(({ witness }) => witness === 'capture_chain');
    assert.deepEqual([chain.testimony, chain.binding], ['attack', false], 'the file and the automation were noticed');

    // The best image is a JPEG of the person in the clip, and its box holds the face.
    const faces = `/bioserver-app/v2/bio-sessions/${session}/faces`;
    const image = await server.api(`${faces}/${result.bestImageId}/image`);
    assert.equal(image.headers.get('content-type'), 'image/jpeg');
    const jpeg = Buffer.from(await image.arrayBuffer());
    assert.equal(jpeg.subarray(0, 2).toString('hex'), 'ffd8');
    const smaller = Buffer.from(await (await server.api(`${faces}/${result.bestImageId}/image?compression=true`)).arrayBuffer());
    assert.ok(smaller.length < jpeg.length);
    const best = await (await server.api(`${faces}/${result.bestImageId}`)).json();
    assert.ok(best.quality > 100, `quality ${best.quality}`);
    assert.match(best.digest, /^[0-9a-f]{64}$/);
    assert.deepEqual(told.result.bestImageInfo.boxW, best.landmarks.box.width);

    // A frame of the clip, another photograph of the same person, and another person.
    const frame = await server.addFace(session, join(fixtures, 'frames/single_face/0001.jpg'));
    const same = await server.addFace(session, photos.same);
    const other = await server.addFace(session, photos.other);
    const matches = await (await server.api(`${faces}/${result.bestImageId}/matches`)).json();
    assert.equal(matches.length, 3);
    assert.ok(matches[0].score >= matches[1].score && matches[1].score >= matches[2].score, 'best first');
    const score = (id) => matches.find(({ candidate }) => candidate.id === id);
    assert.ok(score(frame).score >= 4000, `clip ${score(frame).score}`);
    assert.ok(score(same).score >= 3000, `same person ${score(same).score}`);
    assert.ok(score(same).falseAcceptanceRate <= 0.01);
    assert.ok(score(other).score < 3000, `other person ${score(other).score}`);
    assert.equal(matches[0].correlationId, 'order-1');
    assert.equal(matches[0].reference.id, result.bestImageId);

    // The result verifies with the published key, and not when a word of it is changed.
    const { signature, ...claimed } = result;
    const [header, payload, seal] = signature.split('.');
    const { keys } = await (await fetch(`${server.url}/.well-known/jwks.json`)).json();
    const { kid } = JSON.parse(Buffer.from(header, 'base64url'));
    const key = createPublicKey({ key: keys.find((candidate) => candidate.kid === kid), format: 'jwk' });
    const verifies = (text) => verify('RSA-SHA256', Buffer.from(`${header}.${text}`), key, Buffer.from(seal, 'base64url'));
    assert.ok(verifies(payload));
    assert.deepEqual(JSON.parse(Buffer.from(payload, 'base64url')), claimed);
    assert.ok(!verifies(Buffer.from(JSON.stringify({ ...claimed, livenessStatus: 'FAILED' })).toString('base64url')));

    // The helpers for the best image, as the public demo calls them.
    const boxes = await page.evaluate(async ([bytes, info]) => {
      BioserverVideoUI.resetBestImage();
      const blob = new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' });
      await BioserverVideoUI.displayBestImage(blob, info, 'best-image');
      await BioserverVideoUI.displayPassiveVideoBestImage(blob, { bestImageInfo: info }, 'best-image');
      await BioserverVideoUI.displayAndCenterBestImage(blob, info, '.best-image');
      const shown = document.querySelectorAll('img').length;
      BioserverVideoUI.resetBestImage();
      return [shown, document.querySelectorAll('img').length];
    }, [[...jpeg], told.result.bestImageInfo]);
    assert.deepEqual(boxes, [2, 0]);

    // Tracking frames fit a link of 400 kbit/s.
    const tracking = run.meter.filter(({ kind }) => kind === 1);
    assert.ok(tracking.length >= 8, `${tracking.length} tracking frames`);
    const seconds = last(tracking).timestamp - tracking[0].timestamp;
    const kbps = (tracking.slice(1).reduce((sum, { bytes }) => sum + bytes, 0) * 8) / seconds / 1000;
    assert.ok(kbps <= 400, `${kbps.toFixed(0)} kbit/s`);

    // A session serves one capture.
    const again = await captureInPage(page, server.url, session);
    assert.equal(again.error.code, 400);
    assert.equal(again.rejected.code, 400, 'the promise rejects as well');
    assert.equal((await server.result(session)).livenessStatus, 'SUCCESS', 'and what was decided stays');
    assert.ok(!server.log().includes(session.slice(0, 8) + '/'), 'no path with an id in the log');
  } finally {
    await run.end();
  }
});

test('the same with the capture chain enforced: not SUCCESS, and it says why', async () => {
  const run = await capture({ clip: clips.person });
  try {
    assert.equal(run.result.livenessStatus, 'SPOOF');
    assert.match(run.result.diagnostic, /capture chain: .*(file|automation)/);
    assert.ok(run.told.result, 'the page learns that there is a result');
    assert.ok(!JSON.stringify(run.told).includes('automation'), 'but not what was noticed');
  } finally {
    await run.end();
  }
});

test('nobody before the camera: TIMEOUT with a diagnostic, error 1301 in the page', async () => {
  const run = await capture({ settings: { LIVENESS__NO_FACE_TIMEOUT_SECONDS: '3' }, clip: clips.nobody });
  try {
    assert.equal(run.told.error.code, 1301);
    assert.equal(run.result.livenessStatus, 'TIMEOUT');
    assert.match(run.result.diagnostic, /no face/);
    assert.equal(run.result.bestImageId, undefined);
    // A detector sees a face in a wallpaper now and then; mostly it sees none.
    const without = run.told.tracking.filter(({ facew, faceh }) => facew === 0 && faceh === 0);
    assert.ok(without.length > run.told.tracking.length / 2, `${without.length} of ${run.told.tracking.length}`);
    assert.ok(without.every(({ positionInfo }) => positionInfo === 'TRACKER_POSITION_INFO_MOVE_BACK_INTO_FRAME'));
  } finally {
    await run.end();
  }
});

test('a page whose own functions throw gets its result all the same, and cancel switches the camera off', async () => {
  const server = await startServer({ LIVENESS__CAPTURE_CHAIN: 'observe' });
  const integrator = await startIntegrator(server.url);
  const browser = await startBrowser(clips.person);
  try {
    const page = await browser.newPage();
    const failures = [];
    page.on('pageerror', (error) => failures.push(error.message));
    await page.goto(integrator.url);
    const sessions = [await server.openSession(), await server.openSession()];
    const code = await page.evaluate(async ([url, id]) => {
      const broken = () => { throw new Error('the page is broken'); };
      return new Promise((resolve) => {
        (async () => {
          globalThis.client = await BioserverVideo.initFaceCaptureClient({
            bioSessionId: id, bioserverVideoUrl: url, onClientInitEnd: broken, trackingFn: broken, showChallengeInstruction: broken,
            showChallengeResult: () => { resolve('result'); broken(); },
            errorFn: ({ code }) => resolve(code),
          });
          await client.startCapture({ stream: await BioserverVideo.getMediaStream({ videoId: 'user-video' }) });
        })().catch(resolve);
      });
    }, [server.url, sessions[0]]);
    assert.equal(code, 'result');
    assert.equal((await server.result(sessions[0])).livenessStatus, 'SUCCESS');
    assert.ok(failures.length > 5 && failures.every((failure) => failure.includes('the page is broken')), failures.join());

    const cancelled = await page.evaluate(async ([url, id]) => {
      await globalThis.client.disconnect();
      const stream = await BioserverVideo.getMediaStream({ videoId: 'user-video' });
      const client = await BioserverVideo.initFaceCaptureClient({ bioSessionId: id, bioserverVideoUrl: url });
      await client.startCapture({ stream });
      client.cancel();
      const again = await client.startCapture({ stream }).then(() => 'started', (error) => error.code);
      return [stream.getTracks().map(({ readyState }) => readyState), again];
    }, [server.url, sessions[1]]);
    assert.deepEqual(cancelled, [['ended'], 1200]);
  } finally {
    await browser.close();
    integrator.stop();
    await server.stop();
  }
});

test('the camera refused: error 1304 in words, and the session is not used up', async () => {
  const run = await capture({ clip: undefined });
  try {
    assert.equal(run.told.rejected.code, 1304);
    assert.equal(run.told.rejected.name, 'NotAllowedError');
    assert.match(run.told.rejected.error, /denied permission/);
    assert.equal(run.result, undefined, 'still open: 204');
  } finally {
    await run.end();
  }
});

test('a still picture fed into the camera’s place never succeeds', async () => {
  const still = join(scratch, 'still.mjpeg');
  const frame = readFileSync(join(fixtures, 'frames/single_face/0001.jpg'));
  writeFileSync(still, Buffer.concat(Array.from({ length: 60 }, () => frame)));
  const run = await capture({ settings: { LIVENESS__CAPTURE_CHAIN: 'observe' }, clip: still });
  try {
    assert.equal(run.result.livenessStatus, 'SPOOF');
    assert.match(run.result.diagnostic, /micro-motion/);
  } finally {
    await run.end();
  }
});

test('a photo on a phone that is held into the camera ends in a verdict that names its witnesses', async () => {
  // The frame shrunk into a dark bezel on grey, moved and turned by hand-like sines.
  const attack = join(scratch, 'phone.mjpeg');
  const filter = "scale=560:315,eq=contrast=0.85:gamma=1.15,gblur=sigma=0.8,pad=620:400:30:42:0x101010,"
    + "rotate='0.04*sin(2*PI*t/1.7)':ow=700:oh=460:c=0x8a8a86,"
    + "pad=1400:800:350:170:0x8a8a86,crop=1280:720:'60+40*sin(2*PI*t/2.3)':'40+25*sin(2*PI*t/1.9)'";
  execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-y', '-loop', '1', '-framerate', '30', '-t', '4',
    '-i', join(fixtures, 'frames/single_face/0001.jpg'), '-vf', filter, '-c:v', 'mjpeg', '-q:v', '3', attack]);
  const run = await capture({
    settings: { LIVENESS__CAPTURE_CHAIN: 'observe', LIVENESS__CAPTURE_TIMEOUT_SECONDS: '8' }, clip: attack,
  });
  try {
    assert.notEqual(run.result.livenessStatus, 'ERROR', run.result.diagnostic);
    assert.notEqual(run.result.livenessStatus, 'SUCCESS', JSON.stringify(run.result.report));
    assert.ok(run.result.diagnostic.length > 20);
  } finally {
    await run.end();
  }
});

test('the network check and the environment detection answer in the documented shape', async () => {
  const server = await startServer();
  const integrator = await startIntegrator(server.url);
  const browser = await startBrowser(clips.person);
  try {
    const page = await browser.newPage();
    await page.goto(integrator.url);
    const told = await page.evaluate(async (url) => ({
      environment: BioserverEnvironment.detection(),
      thresholds: [BioserverNetworkCheck.UPLOAD_SPEED_THRESHOLD, BioserverNetworkCheck.LATENCY_SPEED_THRESHOLD],
      network: await new Promise((resolve, reject) => BioserverNetworkCheck.connectivityMeasure({
        uploadURL: `${url}/video-server/network-speed`,
        latencyURL: `${url}/video-server/network-latency`,
        onNetworkCheckUpdate: resolve,
        errorFn: reject,
      })),
      unknownSession: await BioserverVideo.initFaceCaptureClient({
        bioSessionId: '00000000-0000-4000-8000-000000000000', bioserverVideoUrl: url,
      }).then(() => 'accepted', (error) => error.code),
    }), server.url);
    assert.deepEqual(Object.keys(told.environment.envDetected).sort(), ['browser', 'message', 'os']);
    assert.equal(told.environment.envDetected.os.isMobile, false);
    assert.deepEqual(told.thresholds, [400, 500]);
    assert.equal(told.network.goodConnectivity, true);
    assert.ok(told.network.upload > 400);
    assert.equal(told.unknownSession, 400);
  } finally {
    await browser.close();
    integrator.stop();
    await server.stop();
  }
});
