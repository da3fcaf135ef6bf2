/** `window.BioserverVideo`: the camera and the capture client, in the shape of the classic script. */

import { openCamera } from '../../sdk/src/camera.ts';
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
  cancel(): void;
  disconnect(): Promise<void>;
}

/** Asks for the front camera. `videoId` names the element that will show it; assigning `srcObject` stays the page's part. */
export function getMediaStream(_options?: { videoId?: string }): Promise<MediaStream> {
  return openCamera();
}

function wrap(client: CaptureClient): FaceCaptureClient {
  return {
    // Without a stream it fails as with one that has no camera: 1304, by errorFn and by the promise.
    startCapture: (options) => client.start(options?.stream),
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
