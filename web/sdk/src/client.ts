/** A capture: connection, camera frames and state machine put together. */

import { Socket } from 'engine.io-client';

import { claims, stopCamera, videoTrack } from './camera.ts';
import { type Device, thisDevice, thisDeviceInDetail } from './device.ts';
import { CaptureError, connectError, ErrorCode } from './errors.ts';
import { cropped, FrameSource } from './frames.ts';
import { initial, isOver, type State, transition, type Event as MachineEvent } from './machine.ts';
import {
  type BestImageInfo, type Crop, evidenceChunks, MAX_TRACKING, parse, PROTOCOL, type Ready, type ServerMessage,
  trackingFrame, type TrackingInfo,
} from './protocol.ts';
import { RateControl } from './rate.ts';
import { FrameRing } from './ring.ts';

export const SDK_VERSION = '0.1.0';
export const DEFAULT_PATH = '/video-server/engine.io';
/** How long the server may take to answer `hello`. */
const CONNECT_MS = 15_000;
/** Bytes of evidence that the server has not confirmed yet: five seconds at 400 kbit/s, so that progress stays true. */
const UNCONFIRMED = 256 * 1024;
/** Long polling sends binary messages in base64. */
const BASE64 = 4 / 3;
/** Least time between two messages on how the device is held. */
const ORIENTATION_MS = 500;

export interface CaptureOptions {
  /** From your server, which opened it. */
  sessionId: string;
  /** Where the server is; the page's own origin when absent. */
  serverUrl?: string;
  /** Path of the socket; `/video-server/engine.io` when absent. */
  path?: string;
  /** The server has accepted the camera: show the video. */
  onStarted?: () => void;
  /** For every frame: where the face is and what the person should do. */
  onTracking?: (info: TrackingInfo) => void;
  onInstruction?: (instruction: string) => void;
  /** The result is stored; ask your server for it. */
  onResult?: (result: { bestImageInfo?: BestImageInfo }) => void;
  onError?: (error: CaptureError) => void;
  /** Every change of state, for views. */
  onState?: (state: State) => void;
}

/** Server and path, from what integrators pass: with or without slashes, with or without a path in the URL. */
export function address(serverUrl: string | undefined, path: string | undefined, page: string): { origin: string; path: string } {
  const base = new URL(serverUrl || page, page);
  const prefix = serverUrl ? base.pathname.replace(/\/+$/, '') : '';
  const own = `/${(path || DEFAULT_PATH).replace(/^\/+|\/+$/g, '')}`;
  return { origin: base.origin, path: prefix + own };
}

/** Runs a callback of the page. What it throws is told as an error of the page, on a stack of its own: the capture goes on. */
function tell(callback: () => void): void {
  try {
    callback();
  } catch (error) {
    setTimeout(() => { throw error; });
  }
}

/** Connects to a session. Resolves when the server is ready for the camera; rejects with a {@link CaptureError}. */
export function connect(options: CaptureOptions): Promise<CaptureClient> {
  return CaptureClient.connect(options);
}

export class CaptureClient {
  private state: State = initial;
  private readonly options: CaptureOptions;
  private readonly socket: Socket;
  private readonly device: Promise<Device>;
  private readonly connecting: ReturnType<typeof setTimeout>;
  private source: FrameSource | undefined;
  private stream: MediaStream | undefined;
  private ring: FrameRing | undefined;
  private rate: RateControl | undefined;
  private lastInfo: TrackingInfo | undefined;
  private seq = 0;
  private shooting = false;
  private orientedAt = Number.NEGATIVE_INFINITY;
  private upload = { total: 0, sent: 0, received: 0 };
  private settle: { resolve: (client: CaptureClient) => void; reject: (error: CaptureError) => void } | undefined;
  private settleStart: { resolve: () => void; reject: (error: CaptureError) => void } | undefined;

  static connect(options: CaptureOptions): Promise<CaptureClient> {
    return new Promise((resolve, reject) => {
      if (typeof options.sessionId !== 'string' || options.sessionId === '') {
        const error = new CaptureError(ErrorCode.InvalidInput, 'Invalid Input : the session id is missing.');
        reject(error);
        tell(() => options.onError?.(error));
        return;
      }
      let server: { origin: string; path: string };
      try {
        server = address(options.serverUrl, options.path, location.href);
      } catch {
        const error = new CaptureError(ErrorCode.InvalidInput, 'Invalid Input : the address of the server is not a URL.');
        reject(error);
        tell(() => options.onError?.(error));
        return;
      }
      const client = new CaptureClient(options, server);
      client.settle = { resolve, reject };
    });
  }

  private constructor(options: CaptureOptions, server: { origin: string; path: string }) {
    this.options = options;
    // Asked for while the connection is made.
    this.device = thisDeviceInDetail();
    this.socket = new Socket(server.origin, {
      path: server.path,
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      addTrailingSlash: true,
      withCredentials: false,
    });
    this.socket.binaryType = 'arraybuffer';
    this.socket.on('open', () => void this.hello());
    this.socket.on('message', (data) => this.heard(data as string | ArrayBuffer));
    this.socket.on('error', (cause) => this.lost(cause));
    this.socket.on('close', () => this.lost());
    this.connecting = setTimeout(() => {
      if (this.state.name === 'connecting') this.fail(ErrorCode.NotFunctional, 'The server does not answer.');
    }, CONNECT_MS);
  }

  get current(): State {
    return this.state;
  }

  /**
   * Starts the capture on a running camera. Resolves when the server has accepted it; rejects with a {@link CaptureError}, which
   * `onError` has been given as well, so that a caller may leave the promise alone. Only a second start is told by the promise alone.
   */
  start(stream: MediaStream | undefined): Promise<void> {
    const startable = this.state.name === 'ready' || this.state.name === 'failed';
    const started = new Promise<void>((resolve, reject) => {
      if (this.state.name === 'failed') {
        reject(this.state.error);
      } else if (this.state.name !== 'ready') {
        reject(new CaptureError(ErrorCode.Init, 'A capture starts once, after its client is ready and before it is closed.'));
      } else {
        this.settleStart = { resolve, reject };
        void this.begin(stream, this.state.ready);
      }
    });
    if (startable) started.catch(() => undefined);
    return started;
  }

  private async begin(given: MediaStream | undefined, ready: Ready): Promise<void> {
    let track: MediaStreamTrack;
    try {
      track = videoTrack(given);
    } catch (error) {
      this.step({ type: 'fail', error: error as CaptureError });
      return;
    }
    // One that has a live track is there.
    const stream = given as MediaStream;
    this.step({ type: 'start' });
    this.stream = stream;
    this.ring = new FrameRing(ready.ring);
    this.rate = new RateControl(ready.tracking);
    this.source = new FrameSource(stream);
    track.addEventListener('ended', () => this.fail(ErrorCode.NoStream, 'The camera was taken away during the capture.'));
    try {
      await this.source.play();
    } catch {
      this.fail(ErrorCode.NoStream, 'The camera does not deliver a picture.');
      return;
    }
    if (this.state.name !== 'starting') return;
    this.say({ type: 'start', ...claims(track) });
    this.watchOrientation();
  }

  /** Gives up: the session is used up, and the camera is switched off. */
  cancel(): void {
    if (!isOver(this.state)) this.say({ type: 'cancel' });
    void this.disconnect();
  }

  /** Ends the connection and switches the camera off. Harmless when done twice. */
  disconnect(): Promise<void> {
    this.close();
    stopCamera(this.stream);
    this.stream = undefined;
    return Promise.resolve();
  }

  private close(): void {
    this.release();
    if (this.state.name !== 'closed') this.step({ type: 'close' });
    this.socket.close();
  }

  private release(): void {
    this.source?.stop();
    this.source = undefined;
    this.ring?.clear();
    window.removeEventListener('deviceorientation', this.onOrientation);
  }

  private step(event: MachineEvent): void {
    const before = this.state;
    this.state = transition(before, event);
    if (this.state === before) return;
    const { state } = this;
    if (before.name === 'connecting') clearTimeout(this.connecting);
    tell(() => this.options.onState?.(state));
    if (this.state.name === 'ready') {
      this.settle?.resolve(this);
      this.settle = undefined;
    }
    if (this.state.name === 'failed') {
      const { error } = this.state;
      this.release();
      this.socket.close();
      // Callers of the classic scripts expect both: the promise rejected, and the callback. What waits on the promise runs after
      // the callback.
      this.settle?.reject(error);
      this.settle = undefined;
      this.settleStart?.reject(error);
      this.settleStart = undefined;
      tell(() => this.options.onError?.(error));
    }
    if (this.state.name === 'closed') {
      const error = new CaptureError(ErrorCode.Init, 'The capture was closed before it began.');
      this.settle?.reject(error);
      this.settle = undefined;
      this.settleStart?.reject(error);
      this.settleStart = undefined;
    }
  }

  private fail(code: number, error: string, unlockDateTime?: string): void {
    const options = unlockDateTime === undefined ? {} : { unlockDateTime };
    this.step({ type: 'fail', error: new CaptureError(code, error, options) });
  }

  private lost(cause?: unknown): void {
    if (isOver(this.state)) return;
    if (this.state.name === 'connecting') this.step({ type: 'fail', error: connectError(cause) });
    else this.fail(ErrorCode.Unknown, 'The connection to the server was lost.');
  }

  private async hello(): Promise<void> {
    const device = await this.device;
    if (this.state.name !== 'connecting') return;
    this.say({ type: 'hello', protocol: PROTOCOL, sdk: SDK_VERSION, sessionId: this.options.sessionId, device });
  }

  private say(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  private heard(data: string | ArrayBuffer): void {
    if (typeof data !== 'string') return;
    const message = parse(data);
    if (!message) return;
    switch (message.type) {
      case 'ready':
        this.step({ type: 'ready', ready: message });
        break;
      case 'started':
        this.step({ type: 'started' });
        this.settleStart?.resolve();
        this.settleStart = undefined;
        this.source?.onFrame(() => void this.shoot());
        tell(() => this.options.onStarted?.());
        break;
      case 'tracking':
        this.rate?.answered(message.seq);
        this.track(message);
        break;
      case 'instruction':
        tell(() => this.options.onInstruction?.(message.instruction));
        break;
      case 'evidence':
        this.ring?.freeze();
        this.step({ type: 'evidence' });
        void this.sendEvidence(message.frames, message.quality);
        break;
      case 'progress':
        this.confirmed(message.received);
        break;
      case 'result':
        this.confirmed(this.upload.total);
        this.release();
        this.step(message.bestImageInfo ? { type: 'result', bestImageInfo: message.bestImageInfo } : { type: 'result' });
        this.socket.close();
        tell(() => this.options.onResult?.(message.bestImageInfo ? { bestImageInfo: message.bestImageInfo } : {}));
        break;
      case 'error':
        this.fail(message.code, message.error, message.unlockDateTime);
        break;
    }
  }

  private track(message: Extract<ServerMessage, { type: 'tracking' }>): void {
    const { type: _, seq: __, ...seen } = message;
    const timestamp = Math.floor(Date.now() / 1000);
    const info: TrackingInfo = { ...seen, timestamp };
    if (seen.livenessActive) info.livenessHigh = seen.livenessActive;
    this.lastInfo = info;
    tell(() => this.options.onTracking?.(info));
  }

  private async shoot(): Promise<void> {
    const now = performance.now();
    if (this.state.name !== 'tracking' || this.shooting || !this.rate?.mayStart(now)) return;
    this.shooting = true;
    this.rate.started(now);
    try {
      const { ready } = this.state as { ready: Ready };
      const shot = await this.source?.shoot(ready.tracking.width, this.rate.quality);
      if (!shot || this.state.name !== 'tracking' || shot.small.byteLength > MAX_TRACKING) return;
      this.seq += 1;
      this.ring?.push({ seq: this.seq, at: shot.at, width: shot.width, height: shot.height, picture: shot.full });
      const message = trackingFrame(this.seq, shot.at, shot.width, shot.height, shot.small);
      const wire = message.byteLength * (this.socket.transport.name === 'polling' ? BASE64 : 1);
      this.rate.sending(this.seq, wire, performance.now());
      this.socket.send(message);
    } catch {
      this.fail(ErrorCode.Tracking, 'A frame of the camera could not be read.');
    } finally {
      this.shooting = false;
    }
  }

  private async sendEvidence(frames: { seq: number; crop: Crop }[], quality: number): Promise<void> {
    try {
      // All are encoded before the first is sent: only so is it known what the whole will be.
      const pictures: { seq: number; picture: ArrayBuffer }[] = [];
      for (const { seq, crop } of frames) {
        const frame = this.ring?.get(seq);
        if (!frame) {
          this.say({ type: 'evidenceMissing', seq });
          return;
        }
        pictures.push({ seq, picture: await cropped(frame.picture, frame, crop, quality) });
      }
      this.upload.total = pictures.reduce((sum, { picture }) => sum + picture.byteLength, 0);
      for (const { seq, picture } of pictures) {
        for (const chunk of evidenceChunks(seq, picture)) {
          await this.room();
          if (this.state.name !== 'uploading') return;
          this.socket.send(chunk);
          this.upload.sent += chunk.byteLength;
        }
      }
    } catch {
      this.fail(ErrorCode.Unknown, 'A full frame could not be sent.');
    }
  }

  /** Waits until the server has confirmed enough of what was sent. */
  private async room(): Promise<void> {
    while (this.upload.sent - this.upload.received > UNCONFIRMED && this.state.name === 'uploading') {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  private confirmed(received: number): void {
    if (this.state.name !== 'uploading' || this.upload.total <= 0) return;
    this.upload.received = received;
    this.step({ type: 'progress', progress: received / this.upload.total });
    if (this.lastInfo && this.state.name === 'uploading') {
      const info = { ...this.lastInfo, uploadProgress: this.state.progress };
      this.lastInfo = info;
      tell(() => this.options.onTracking?.(info));
    }
  }

  /**
   * Tells the server how the device is held: a phone that lies flat films the ceiling. Where the browser wants to be asked first,
   * nothing is said. A computer's sensors tell how its keyboard lies, not its camera.
   */
  private watchOrientation(): void {
    const { osType } = thisDevice();
    if (osType === 'Android' || osType === 'iOS') window.addEventListener('deviceorientation', this.onOrientation);
  }

  private readonly onOrientation = ({ beta, gamma }: DeviceOrientationEvent): void => {
    const now = performance.now();
    if (beta === null || gamma === null || now - this.orientedAt < ORIENTATION_MS || this.state.name !== 'tracking') return;
    this.orientedAt = now;
    this.say({ type: 'orientation', beta: Math.round(beta), gamma: Math.round(gamma) });
  };
}
