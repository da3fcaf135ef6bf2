import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as video from '../src/video.ts';
import { putPage, ready } from '../../sdk/test/page.ts';

/** A page whose cameras note what they were asked for. */
function putCameras(devices: { kind: string; deviceId: string }[] = []): MediaStreamConstraints[] {
  const asked: MediaStreamConstraints[] = [];
  putPage({
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0', maxTouchPoints: 0,
    mediaDevices: {
      getUserMedia: (constraints: MediaStreamConstraints) => { asked.push(constraints); return Promise.resolve({}); },
      enumerateDevices: () => Promise.resolve(devices),
    },
  });
  return asked;
}

test('the stream is that of the camera that the page names, otherwise of the front camera', async () => {
  const asked = putCameras();
  const front = { facingMode: 'user', width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
  await video.getMediaStream();
  await video.getMediaStream({ videoId: 'user-video' });
  await video.getMediaStream({ videoId: 'user-video', video: { deviceId: undefined } });
  await video.getDeviceStream({ video: { deviceId: '' } });
  await video.getDeviceStream({ video: true });
  assert.deepEqual(asked.splice(0), new Array(5).fill({ audio: false, video: front }));
  await video.getMediaStream({ videoId: 'user-video', video: { deviceId: 'back' } });
  await video.getDeviceStream({ video: { deviceId: 'back' } });
  await video.getDeviceStream({ video: { deviceId: { ideal: 'back' } } });
  assert.deepEqual(asked.map((constraints) => (constraints.video as MediaTrackConstraints).deviceId), [{ exact: 'back' }, { exact: 'back' }, { ideal: 'back' }]);
});

test('the cameras to choose from are listed, and nothing else', async () => {
  const [front, back] = [{ kind: 'videoinput', deviceId: 'front' }, { kind: 'videoinput', deviceId: 'back' }];
  putCameras([{ kind: 'audioinput', deviceId: 'microphone' }, front, back]);
  assert.deepEqual(await video.initMediaDevices(), { videoDevices: [front, back] });
  putPage();
  await assert.rejects(video.initMediaDevices(), { code: 1304, name: 'TypeError' });
});

test('a capture is started with the stream itself, too, as up to release 3.20', async () => {
  putPage();
  let looked = 0;
  // Without a camera in it: what becomes of a stream afterwards is the same for all.
  const stream = { getVideoTracks: () => { looked += 1; return []; } } as unknown as MediaStream;
  const starts: ((client: video.FaceCaptureClient) => Promise<void>)[] = [
    (client) => client.start(stream), (client) => client.start({ stream }), (client) => client.startCapture({ stream }),
  ];
  for (const start of starts) {
    const server = await ready();
    const client = await video.initFaceCaptureClient({ bioSessionId: 'one', bioserverVideoUrl: server.url, errorFn: () => undefined });
    await assert.rejects(start(client), { code: 1304 });
    await client.disconnect();
    server.stop();
  }
  assert.equal(looked, 3);
  for (const nothing of [undefined, null, 'user-video']) {
    const server = await ready();
    const client = await video.initFaceCaptureClient({ bioSessionId: 'one', bioserverVideoUrl: server.url, errorFn: () => undefined });
    await assert.rejects(client.start(nothing as unknown as undefined), { code: 1304 });
    await client.disconnect();
    server.stop();
  }
});
