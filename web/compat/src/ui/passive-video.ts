/** The oval of LIVENESS_PASSIVE_VIDEO: everything around it is covered, and its border fills while the person stays. */

import type { TrackingInfo } from '../../../sdk/src/protocol.ts';
import { around, oval, resting, type Size, unit } from '../../../sdk/src/draw/geometry.ts';
import { Glide } from '../../../sdk/src/draw/glide.ts';
import { failure, set, shape, Stage } from './stage.ts';

export interface PassiveVideoOptions {
  oval?: { borderSize?: number | string; borderColor?: string; animatedBorderColor?: string };
  backgroundColor?: string;
}

const DEFAULTS = { borderSize: 8, borderColor: '#FFFFFF', animatedBorderColor: '#FFA000', backgroundColor: 'rgba(21, 51, 112, 0.8)' };

interface View {
  stage: Stage;
  glide: Glide;
  frame: Size;
}

/** What the page wants since the last init, and until the stop. */
let wanted: { videoId: string; options: PassiveVideoOptions | null | undefined } | undefined;
/** What was laid over the video; nothing where the page had none with that id. */
let view: View | undefined;

/**
 * Lays the oval over the video with that id. A page that has no such video is told so by what it calls next, as documented; one that
 * makes it only then gets its oval.
 */
export function initPassiveVideoGraphics(videoId: string, options?: PassiveVideoOptions | null): void {
  close();
  wanted = { videoId, options };
  open(videoId, options);
}

/** Whether there is a view now; the former stays where there is no video for another. */
function open(videoId: string, options: PassiveVideoOptions | null | undefined): boolean {
  const stage = Stage.over(videoId);
  if (!stage) return false;
  view?.glide.stop();
  const chosen = { ...DEFAULTS, ...options?.oval, ...(options?.backgroundColor ? { backgroundColor: options.backgroundColor } : {}) };
  const cover = shape('path', { class: 'wbs-oval-cover', 'fill-rule': 'evenodd', fill: chosen.backgroundColor });
  const rim = shape('ellipse', { class: 'wbs-oval', fill: 'none', stroke: chosen.borderColor });
  // A length of 1 makes the dash the part that is filled.
  const filled = shape('path', { class: 'wbs-oval-progress', fill: 'none', stroke: chosen.animatedBorderColor, pathLength: 1 });
  stage.svg.append(cover, rim, filled);
  const border = Number.parseFloat(String(chosen.borderSize)) || 0;
  const draw = ([half = 0, percent = 0]: number[]): void => {
    if (!view) return;
    const { frame } = view;
    const hole = oval(frame, half);
    set(cover, { d: around(frame, hole) });
    set(rim, { cx: hole.cx, cy: hole.cy, rx: hole.rx, ry: hole.ry, 'stroke-width': border * unit(frame) });
    const { cx, cy, rx, ry } = hole;
    set(filled, {
      d: `M${cx} ${cy - ry}a${rx} ${ry} 0 1 1 0 ${2 * ry}a${rx} ${ry} 0 1 1 0 ${-2 * ry}`,
      'stroke-width': border * unit(frame), 'stroke-dasharray': `${percent / 100} 1`, visibility: percent > 0 ? 'visible' : 'hidden',
    });
  };
  view = { stage, glide: new Glide(draw), frame: stage.frame() };
  show(undefined);
  return true;
}

function show(target: { targetR: number; stability: number } | undefined): void {
  if (!view) return;
  view.stage.fitTo(view.frame);
  const wanted = target && target.targetR > 0 ? target.targetR : resting(view.frame);
  view.glide.to([wanted, 100 * Math.max(0, Math.min(1, target?.stability ?? 0))]);
}

/**
 * Draws the oval as the server wants it now. Does nothing before {@link initPassiveVideoGraphics} and after the stop; throws where the
 * page has no video with the id that the init was given.
 */
export function displayPassiveVideoAnimation(info: Partial<TrackingInfo> | undefined): void {
  if (!wanted || !info) return;
  const { videoId, options } = wanted;
  if (!view?.stage.shows(videoId) && !open(videoId, options)) throw failure('display animation', noVideo(videoId));
  if (!view) return;
  if (info.w && info.h) view.frame = { width: info.w, height: info.h };
  show(info.targetInfo);
}

/** Takes the oval away. May come before any init; after one that found no video with its id it throws, once. */
export function stopPassiveVideoAnimation(): void {
  const neverShown = wanted && !view ? wanted.videoId : undefined;
  close();
  if (neverShown !== undefined) throw failure('stop animation', noVideo(neverShown));
}

function close(): void {
  view?.glide.stop();
  view?.stage.remove();
  view = undefined;
  wanted = undefined;
}

function noVideo(id: string): string {
  return `the page has no video ${id}`;
}
