// What plays in the camera's place: files that are there, and attacks made of them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Frame of a held phone: the picture shrunk into a dark bezel on grey, moved and turned as a hand does. */
const PHONE = "scale=560:315,eq=contrast=0.85:gamma=1.15,gblur=sigma=0.8,pad=620:400:30:42:0x101010,"
  + "rotate='0.04*sin(2*PI*t/1.7)':ow=700:oh=460:c=0x8a8a86,"
  + "pad=1400:800:350:170:0x8a8a86,crop=1280:720:'60+40*sin(2*PI*t/2.3)':'40+25*sin(2*PI*t/1.9)'";

async function ffmpeg(...rest) {
  const child = spawn('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...rest], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text) => (said += text));
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`ffmpeg failed (${code}): ${said}`);
}

/** A motion JPEG of the first picture of `clip`, through `filter`. */
async function still(clip, file, seconds, filter) {
  const picture = `${file}.png`;
  await ffmpeg('-i', clip, '-frames:v', '1', picture);
  await ffmpeg('-loop', '1', '-framerate', '30', '-t', String(seconds), '-i', picture, '-vf', filter, '-c:v', 'mjpeg', '-q:v', '3', file);
}

/**
 * The cameras of each mode: `{what, file, bonaFide}`. `given` are those of the command line, `{mode, file, bonaFide}`; for a mode
 * that has no bona fide one among them it is looked for in `fixtures`. Attacks that need no more than a picture are made in `scratch`.
 */
export async function cameras({ modes, given, fixtures, scratch }) {
  const person = join(fixtures, 'camera/single_face.mjpeg');
  const known = {
    LIVENESS_PASSIVE: person,
    LIVENESS_PASSIVE_VIDEO: join(fixtures, 'camera/passive_video.mjpeg'),
    LIVENESS_ACTIVE: join(fixtures, 'camera/active.mjpeg'),
  };
  const list = {};
  for (const mode of modes) {
    const own = given.filter((camera) => camera.mode === mode).map((camera) => ({ ...camera, what: camera.bonaFide ? 'bona fide (given)' : 'attack (given)' }));
    if (!own.some(({ bonaFide }) => bonaFide)) own.unshift({ what: 'bona fide', file: known[mode], bonaFide: true });
    for (const { file } of own) {
      if (!existsSync(file)) throw new Error(`there is no camera file ${file} for ${mode}; name one with --camera ${mode}=FILE, or leave the mode out with --modes`);
    }
    list[mode] = own;
  }
  const source = list[modes[0]].find(({ bonaFide }) => bonaFide).file;
  const frozen = { what: 'still picture', file: join(scratch, 'still.mjpeg'), bonaFide: false };
  const phone = { what: 'photo on a phone', file: join(scratch, 'phone.mjpeg'), bonaFide: false };
  await still(source, frozen.file, 2, 'null');
  await still(source, phone.file, 4, PHONE);
  for (const mode of modes) {
    list[mode].push(frozen, phone);
    // A real person's clip that does not do what is asked.
    if (mode !== 'LIVENESS_PASSIVE' && existsSync(person)) list[mode].push({ what: 'person who ignores the challenge', file: person, bonaFide: false });
  }
  return list;
}
