/** The capture protocol, version 1: docs/capture-protocol.md. Both ends of every message have their types here. */

export const PROTOCOL = 1;
export const MAX_CHUNK = 32 * 1024;
export const MAX_TRACKING = 64 * 1024;

export interface Ready {
  type: 'ready';
  mode: string;
  securityLevel: string;
  tracking: { width: number; quality: number; maxFps: number; maxKbps: number; window: number };
  ring: { frames: number; seconds: number };
}

/** Where a dot lies as the person sees it on the mirrored screen: top, top right, and so on round. */
export type DotPosition = 'T' | 'TR' | 'R' | 'BR' | 'B' | 'BL' | 'L' | 'TL';

/** How far the person is with the dots of LIVENESS_ACTIVE. Pixels of the unmirrored frame. */
export interface LivenessActive {
  /** What the head moves. */
  controlledPoint: { x: number; y: number };
  /** Number of dots done, which is the index of the one to go to. */
  targetChallengeIndex: number;
  /** By index: the dots done and the one to go to. Later ones are not told. Empty before the challenge. */
  challengeCircles: Record<string, { x: number; y: number; r: number; pos: DotPosition }>;
  /** The head does not move. */
  stillFace: boolean;
  /** The device moves rather than the head. */
  movingPhone: boolean;
  /** The point is on the dot. */
  targetOnHover: boolean;
  positionInfo: string;
}

/** What LIVENESS_PASSIVE_VIDEO asks for. All zeros until the server has chosen a size. */
export interface TargetInfo {
  /** Middle of the wanted face box, in pixels of the frame. */
  targetX: number;
  targetY: number;
  /** Wanted half height of the face box, in pixels of the frame. */
  targetR: number;
  /** 0..1: how much of the stay at that size is done. */
  stability: number;
}

/** What the server saw in a frame, and what the person should do. Coordinates are in the `w` x `h` frame. */
export interface TrackingInfo {
  facex: number;
  facey: number;
  facew: number;
  faceh: number;
  w: number;
  h: number;
  /** Seconds since 1970. */
  timestamp: number;
  distance: boolean;
  phoneNotVertical: boolean;
  tooClose: boolean;
  tooFar: boolean;
  positionInfo: string;
  /** 0..1: how much of the evidence has been uploaded. */
  uploadProgress: number;
  downloadProgress: number;
  /** In LIVENESS_PASSIVE_VIDEO. */
  targetInfo?: TargetInfo;
  /** In LIVENESS_ACTIVE. */
  livenessActive?: LivenessActive;
  /** The same under its old name. */
  livenessHigh?: LivenessActive;
}

export interface Crop {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Where the face is in the best image; all pixels of that image. */
export interface BestImageInfo {
  w?: number;
  boxX: number;
  boxY: number;
  boxW: number;
  boxH: number;
}

export type ServerMessage =
  | Ready
  | { type: 'started' }
  | ({ type: 'tracking'; seq: number } & Omit<TrackingInfo, 'timestamp'>)
  | { type: 'instruction'; instruction: string }
  | { type: 'evidence'; frames: { seq: number; crop: Crop }[]; quality: number }
  | { type: 'progress'; received: number; total: number }
  | { type: 'result'; bestImageInfo?: BestImageInfo }
  | { type: 'error'; code: number; error: string; unlockDateTime?: string };

/** A message of the server, or `undefined` for what this version does not know. */
export function parse(text: string): ServerMessage | undefined {
  try {
    const message: unknown = JSON.parse(text);
    const known = ['ready', 'started', 'tracking', 'instruction', 'evidence', 'progress', 'result', 'error'];
    if (typeof message === 'object' && message !== null && known.includes((message as { type: string }).type)) {
      return message as ServerMessage;
    }
  } catch {
    // Not JSON: not ours.
  }
  return undefined;
}

/** `u8 1, u32 seq, f64 capturedAt, u16 width, u16 height, picture` */
export function trackingFrame(
  seq: number,
  capturedAt: number,
  width: number,
  height: number,
  picture: ArrayBuffer,
): ArrayBuffer {
  const message = new ArrayBuffer(17 + picture.byteLength);
  const view = new DataView(message);
  view.setUint8(0, 1);
  view.setUint32(1, seq);
  view.setFloat64(5, capturedAt);
  view.setUint16(13, width);
  view.setUint16(15, height);
  new Uint8Array(message, 17).set(new Uint8Array(picture));
  return message;
}

/** The chunks of one evidence frame: `u8 2, u32 seq, u32 offset, u32 total, bytes`. */
export function* evidenceChunks(seq: number, picture: ArrayBuffer): Generator<ArrayBuffer> {
  const total = picture.byteLength;
  for (let offset = 0; offset < total; offset += MAX_CHUNK) {
    const chunk = new Uint8Array(picture, offset, Math.min(MAX_CHUNK, total - offset));
    const message = new ArrayBuffer(13 + chunk.byteLength);
    const view = new DataView(message);
    view.setUint8(0, 2);
    view.setUint32(1, seq);
    view.setUint32(5, offset);
    view.setUint32(9, total);
    new Uint8Array(message, 13).set(chunk);
    yield message;
  }
}
