import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CaptureError } from '../src/errors.ts';
import { type Event, initial, type State, transition } from '../src/machine.ts';
import type { Ready } from '../src/protocol.ts';

const ready = { type: 'ready', mode: 'LIVENESS_PASSIVE' } as Ready;
const run = (...events: Event[]): State => events.reduce(transition, initial);

test('a capture goes its way', () => {
  const tracking = run({ type: 'ready', ready }, { type: 'start' }, { type: 'started' });
  assert.equal(tracking.name, 'tracking');
  const uploading = [{ type: 'evidence' }, { type: 'progress', progress: 0.5 }, { type: 'progress', progress: 0.2 }] as Event[];
  const state = uploading.reduce(transition, tracking);
  assert.deepEqual(state.name === 'uploading' && state.progress, 0.5, 'progress never runs backwards');
  assert.equal(transition(state, { type: 'result' }).name, 'finished');
});

test('events that do not belong to a state change nothing', () => {
  assert.equal(run({ type: 'start' }), initial);
  assert.equal(run({ type: 'started' }), initial);
  assert.equal(run({ type: 'ready', ready }, { type: 'evidence' }).name, 'ready');
});

test('what is over stays over', () => {
  const failed = run({ type: 'fail', error: new CaptureError(1301, 'x') });
  assert.equal(transition(failed, { type: 'result' }), failed);
  assert.equal(transition(failed, { type: 'fail', error: new CaptureError(2000, 'y') }), failed);
  assert.equal(transition(failed, { type: 'close' }).name, 'closed');
});
