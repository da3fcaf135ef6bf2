/** `window.BioserverVideo`: the camera and the capture client, in the shape of the classic script. */

import { cameras, openCamera } from '../../sdk/src/camera.ts';
import { type CaptureClient, connect } from '../../sdk/src/client.ts';
import { CaptureError, ErrorCode } from '../../sdk/src/errors.ts';
import type { BestImageInfo, TrackingInfo } from '../../sdk/src/protocol.ts';

export interface FaceCaptureOptions {
  bioserverVideoUrl?: string;
  wspath?: string;
  bioSessionId: string;
  onClientInitEnd?: () => void;
  trackingFn?: (info: TrackingInfo) => void;
  showChallengeInstruction?: (instruction: string) => void;
  showChallengeResult?: (result: { bestImageInfo?: BestImageInfo }) => void;
  errorFn?: (error: { code: number; error: string; name: string; unlockDateTime?: string }) => void;
}

export interface FaceCaptureClient {
  startCapture(options?: { stream: MediaStream }): Promise<void>;
  /** {@link startCapture} as it was up to release 3.20: the stream itself; the later form will do as well. */
  start(stream?: MediaStream | { stream: MediaStream }): Promise<void>;
  cancel(): void;
  disconnect(): Promise<void>;
}

export interface MediaStreamOptions {
  /** The element that will show it; assigning `srcObject` stays the page's part. */
  videoId?: string;
  /** Of releases up to 3.29. Without a `deviceId` it is the front camera, and the size is the one that evidence needs. */
  video?: { deviceId?: ConstrainDOMString | undefined } | boolean;
}

/** Asks for a camera. */
export function getMediaStream(options?: MediaStreamOptions): Promise<MediaStream> {
  const video = options?.video;
  return openCamera(typeof video === 'object' ? video?.deviceId : undefined);
}

// Of release 3.13, whose pages let the person change the camera.
export { getMediaStream as getDeviceStream };

/** The cameras to choose from. */
export async function initMediaDevices(): Promise<{ videoDevices: MediaDeviceInfo[] }> {
  return { videoDevices: await cameras() };
}

function wrap(client: CaptureClient): FaceCaptureClient {
  return {
    // Without a stream it fails as with one that has no camera: 1304, by errorFn and by the promise.
    startCapture: (options) => client.start(options?.stream),
    start: (given) => client.start(typeof given === 'object' && given && 'stream' in given ? given.stream : given),
    cancel: () => client.cancel(),
    disconnect: () => client.disconnect(),
  };
}

/** Errors go to `errorFn`; those before the client is ready reject the promise as well. */
export async function initFaceCaptureClient(options: FaceCaptureOptions): Promise<FaceCaptureClient> {
  if (typeof options !== 'object' || options === null) {
    throw new CaptureError(ErrorCode.InvalidInput, 'Invalid Input : initFaceCaptureClient wants an object of options.');
  }
  let connecting = true;
  const onError = (error: CaptureError): void => {
    if (options.errorFn) options.errorFn(error);
    // Nobody listens and no promise is left to reject: an exception, as documented, on a stack of its own.
    else if (!connecting) setTimeout(() => { throw error; });
  };
  const client = await connect({
    sessionId: options.bioSessionId,
    ...(options.bioserverVideoUrl ? { serverUrl: options.bioserverVideoUrl } : {}),
    ...(options.wspath ? { path: options.wspath } : {}),
    onStarted: () => options.onClientInitEnd?.(),
    onTracking: (info) => options.trackingFn?.(info),
    onInstruction: (instruction) => options.showChallengeInstruction?.(instruction),
    onResult: (result) => options.showChallengeResult?.(result),
    onError,
  });
  connecting = false;
  return wrap(client);
}
