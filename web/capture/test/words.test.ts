import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { TargetInfo } from '../../sdk/src/protocol.ts';
import { corners, oval } from '../src/overlay.ts';
import { errorWords, guidanceWords, position, resultWords, sentence, witnessWords, type WitnessReport } from '../src/words.ts';

test('every position has words of its own', () => {
  const named = [
    'GOOD', 'MOVE_BACK_INTO_FRAME', 'CENTER_MOVE_BACKWARDS', 'CENTER_MOVE_FORWARDS', 'CENTER_TURN_RIGHT', 'CENTER_TURN_LEFT',
    'CENTER_ROTATE_UP', 'CENTER_ROTATE_DOWN', 'MOVING_TOO_FAST', 'CENTER_TILT_RIGHT', 'CENTER_TILT_LEFT', 'MOVE_DARKER_AREA',
    'MOVE_BRIGHTER_AREA', 'STAND_STILL', 'OPEN_EYES', 'CENTER_MOVE_LEFT', 'CENTER_MOVE_RIGHT', 'CENTER_MOVE_UP', 'CENTER_MOVE_DOWN',
    'UNKNOWN',
  ];
  const unnamed = guidanceWords({ positionInfo: 'TRACKER_POSITION_INFO_NEW', phoneNotVertical: false }, false);
  for (const name of named) {
    const words = guidanceWords({ positionInfo: `TRACKER_POSITION_INFO_${name}`, phoneNotVertical: false }, false);
    assert.notEqual(words, unnamed, name);
  }
  assert.equal(guidanceWords({ positionInfo: 'TRACKER_POSITION_INFO_GOOD', phoneNotVertical: false }, true), 'Do not move');
  assert.match(guidanceWords({ positionInfo: 'TRACKER_POSITION_INFO_GOOD', phoneNotVertical: true }, true), /upright/);
});

test('the challenges have words that lead through them', () => {
  const info = { positionInfo: 'TRACKER_POSITION_INFO_GOOD', phoneNotVertical: false };
  const active = {
    controlledPoint: { x: 640, y: 360 }, targetChallengeIndex: 0, stillFace: false, movingPhone: false, targetOnHover: false,
    challengeCircles: { 0: { x: 380, y: 160, r: 44, pos: 'TR' as const } }, positionInfo: info.positionInfo,
  };
  const dot = (change: object) => guidanceWords({ ...info, livenessActive: { ...active, ...change } }, false);
  assert.equal(dot({}), 'Dot 1: turn your head up and to your right');
  assert.match(dot({ stillFace: true }), /^Move your head/);
  assert.match(dot({ movingPhone: true }), /only your head/);
  assert.match(dot({ targetOnHover: true }), /Stay/);
  assert.equal(dot({ challengeCircles: {} }), 'Good. Stay like this', 'before the dots it is guidance as ever');
  const passiveVideo = (position: string, targetInfo: TargetInfo) =>
    guidanceWords({ positionInfo: `TRACKER_POSITION_INFO_${position}`, phoneNotVertical: false, targetInfo }, false);
  const oval = (position: string, stability: number) =>
    passiveVideo(position, { targetX: 640, targetY: 360, targetR: 200, stability });
  const none = { targetX: 0, targetY: 0, targetR: 0, stability: 0 };
  assert.equal(passiveVideo('GOOD', none), 'Good. Stay like this', 'before there is a target it is guidance as ever');
  assert.match(oval('CENTER_MOVE_FORWARDS', 0), /fills the oval/);
  assert.match(oval('CENTER_MOVE_BACKWARDS', 0), /fits into the oval/);
  assert.match(oval('STAND_STILL', 0.3), /within the oval/);
});

test('what is needed stands in the middle of every scale', () => {
  assert.equal(position(0.6, 0.6, 0, 1), 0.5);
  assert.equal(position(0, 0.6, 0, 1), 0);
  assert.equal(position(1, 0.6, 0, 1), 1);
  assert.equal(position(5, 0.6, 0, 1), 1);
  assert.equal(position(-400, 0, -100, 200), 0);
  assert.equal(position(100, 0, -100, 200), 0.75);
  assert.ok(position(0.59, 0.6, 0, 1) < 0.5);
});

test('a witness says what it asked, saw and scored, and whether it counted', () => {
  const report: WitnessReport = {
    witness: 'micro_motion', testimony: 'bona_fide', score: 0.02196, threshold: 0.0008, saw: 'the face moves', binding: false,
  };
  const words = witnessWords(report);
  assert.equal(words.saw, 'The face moves.');
  assert.equal(words.figures?.score, 'score 0.022');
  assert.equal(witnessWords({ ...report, witness: 'texture', score: 1, threshold: 0.6 }).figures?.score, 'score 1.00');
  assert.equal(witnessWords({ ...report, witness: 'quality', score: 123.7, threshold: 0 }).figures?.needed, 'at least 0 is needed');
  assert.equal(words.figures?.needed, 'at least 0.0008 is needed');
  assert.match(words.aside ?? '', /does not count/);
  const silent = witnessWords({ ...report, testimony: 'abstained', score: null, threshold: null, binding: true });
  assert.equal(silent.figures, undefined);
  assert.equal(silent.aside, undefined);
});

test('errors say what to do, without the names that are for developers', () => {
  assert.match(errorWords({ name: 'NotAllowedError', code: 1304, error: 'NotAllowedError : x' }), /denied permission.*try again/);
  assert.equal(errorWords({ name: 'AbortError', code: 1304, error: 'AbortError : the camera stopped.' }), 'The camera stopped.');
  assert.match(errorWords(new TypeError('fetch failed')), /could not be reached/);
});

test('only SUCCESS is a yes', () => {
  const report = { witnesses: [], framesTracked: 0, framesOfEvidence: 0 };
  for (const livenessStatus of ['FAILED', 'SPOOF', 'ERROR', 'TIMEOUT', 'NEW']) {
    assert.notEqual(resultWords({ livenessStatus, diagnostic: 'x', report }).tone, 'success');
  }
  assert.equal(resultWords({ livenessStatus: 'SUCCESS', report }).tone, 'success');
  assert.equal(sentence('no face was seen. Try again'), 'No face was seen. Try again.');
});

test('the oval and the corners stay in the picture, upright or lying', () => {
  for (const [width, height] of [[1280, 720], [720, 1280], [640, 480]] as const) {
    const { cx, cy, rx, ry } = oval(width, height);
    assert.ok(cx - rx > 0 && cx + rx < width && cy - ry > 0 && cy + ry < height);
    assert.ok(Math.abs(ry / rx - 4 / 3) < 1e-9);
  }
  assert.equal(corners({ x: 0, y: 0, width: 10, height: 20 }).split('M').length - 1, 4);
});
