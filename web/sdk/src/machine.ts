/** A capture as an explicit state machine. Views and the transport only look at it; nothing else decides what may happen. */

import type { CaptureError } from './errors.ts';
import type { BestImageInfo, Ready } from './protocol.ts';

export type State =
  | { name: 'connecting' }
  | { name: 'ready'; ready: Ready }
  | { name: 'starting'; ready: Ready }
  | { name: 'tracking'; ready: Ready }
  | { name: 'uploading'; ready: Ready; progress: number }
  | { name: 'finished'; bestImageInfo?: BestImageInfo }
  | { name: 'failed'; error: CaptureError }
  | { name: 'closed' };

export type Event =
  | { type: 'ready'; ready: Ready }
  | { type: 'start' }
  | { type: 'started' }
  | { type: 'evidence' }
  | { type: 'progress'; progress: number }
  | { type: 'result'; bestImageInfo?: BestImageInfo }
  | { type: 'fail'; error: CaptureError }
  | { type: 'close' };

export const initial: State = { name: 'connecting' };

/** Over: nothing changes it any more, but closing. */
export function isOver(state: State): boolean {
  return state.name === 'finished' || state.name === 'failed' || state.name === 'closed';
}

/** The state after an event; the same state when the event does not belong there. */
export function transition(state: State, event: Event): State {
  if (event.type === 'close') return { name: 'closed' };
  if (isOver(state)) return state;
  switch (event.type) {
    case 'ready':
      return state.name === 'connecting' ? { name: 'ready', ready: event.ready } : state;
    case 'start':
      return state.name === 'ready' ? { name: 'starting', ready: state.ready } : state;
    case 'started':
      return state.name === 'starting' ? { name: 'tracking', ready: state.ready } : state;
    case 'evidence':
      return state.name === 'tracking' ? { name: 'uploading', ready: state.ready, progress: 0 } : state;
    case 'progress':
      // Progress never runs backwards, whatever order answers come in.
      return state.name === 'uploading'
        ? { ...state, progress: Math.min(1, Math.max(state.progress, event.progress)) }
        : state;
    case 'result':
      return event.bestImageInfo ? { name: 'finished', bestImageInfo: event.bestImageInfo } : { name: 'finished' };
    case 'fail':
      return { name: 'failed', error: event.error };
  }
}
