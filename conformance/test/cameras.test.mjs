import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { raw, still } from '../cameras.mjs';
import { cleanUp, temporary } from '../processes.mjs';

after(cleanUp);

test('a recording is played raw, each of its pictures once and as bright as it was', async () => {
  const folder = temporary('test');
  const [recording, camera] = [join(folder, 'recording.mjpeg'), join(folder, 'camera.y4m')];
  // Ten grey pictures, each twice, as the recorder writes them.
  const made = spawnSync('ffmpeg', [
    '-nostdin', '-v', 'error', '-f', 'lavfi', '-i', 'color=0x404040:size=64x36:rate=30', '-frames:v', '20', '-pix_fmt', 'yuvj420p', recording,
  ]);
  assert.equal(made.status, 0, made.stderr.toString());
  await raw(recording, camera);
  const bytes = readFileSync(camera);
  const header = bytes.subarray(0, bytes.indexOf(10)).toString('latin1');
  assert.match(header, /^YUV4MPEG2 W64 H36 F15:1 /);
  const picture = 64 * 36 * 1.5;
  const frames = (bytes.length - header.length - 1) / (picture + 'FRAME\n'.length);
  assert.equal(frames, 10);
  // 64 of 255 in the range that video has: 16 + 64 * 219 / 255.
  const luma = bytes[header.length + 1 + 'FRAME\n'.length];
  assert.ok(Math.abs(luma - 71) <= 2, `${luma}`);
});

test('a recording that is no motion JPEG is refused', async () => {
  const folder = temporary('test');
  await assert.rejects(raw(join(folder, 'nothing.mjpeg'), join(folder, 'camera.y4m')), /ffmpeg failed/);
});

test('a still is in the one format that Chromium shows', async () => {
  const folder = temporary('test');
  const [clip, camera] = [join(folder, 'clip.mjpeg'), join(folder, 'still.mjpeg')];
  spawnSync('ffmpeg', ['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', 'testsrc=size=64x36:rate=30', '-frames:v', '9', '-pix_fmt', 'yuvj444p', clip]);
  await still(clip, 4, camera, 1, 'null');
  const probed = spawnSync('ffprobe', ['-v', 'error', '-count_frames', '-show_entries', 'stream=pix_fmt,nb_read_frames', '-of', 'csv=p=0', camera]);
  assert.equal(probed.stdout.toString().trim(), 'yuvj420p,30');
});
