/** The camera, and what the page can say of it. */

import { cameraError, CaptureError, ErrorCode } from './errors.ts';

/** 1280x720 is the least that evidence should have. */
const WANTED: MediaStreamConstraints = {
  audio: false,
  video: { facingMode: 'user', width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } },
};

/**
 * Opens the front camera, or the one with that id (a text means exactly that one). Rejects with a {@link CaptureError} of code 1304
 * that says why not.
 */
export async function openCamera(deviceId?: ConstrainDOMString): Promise<MediaStream> {
  if (!navigator.mediaDevices?.getUserMedia) {
    throw cameraError(new TypeError('navigator.mediaDevices is missing'));
  }
  const chosen = typeof deviceId === 'string' && deviceId !== '' ? { exact: deviceId } : deviceId;
  const constraints = chosen ? { ...WANTED, video: { ...(WANTED.video as MediaTrackConstraints), deviceId: chosen } } : WANTED;
  try {
    return await navigator.mediaDevices.getUserMedia(constraints);
  } catch (cause) {
    throw cameraError(cause);
  }
}

/** The cameras of this device. Before the person has allowed one, browsers tell neither ids nor names. */
export async function cameras(): Promise<MediaDeviceInfo[]> {
  if (!navigator.mediaDevices?.enumerateDevices) {
    throw cameraError(new TypeError('navigator.mediaDevices is missing'));
  }
  try {
    return (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === 'videoinput');
  } catch (cause) {
    throw cameraError(cause);
  }
}

export function stopCamera(stream: MediaStream | undefined): void {
  stream?.getTracks().forEach((track) => track.stop());
}

/** The live video track of a stream; an error of code 1304 when there is none. */
export function videoTrack(stream: MediaStream | undefined): MediaStreamTrack {
  const track = stream?.getVideoTracks?.().find((candidate) => candidate.readyState === 'live');
  if (!track) throw new CaptureError(ErrorCode.NoStream, 'No active video stream found. Allow device usage.');
  return track;
}

/** What the server's capture-chain witness is told. Claims; the server compares them with what it sees. */
export function claims(track: MediaStreamTrack): { camera: object; environment: object } {
  const settings = track.getSettings();
  const screenSize = { width: screen.width, height: screen.height, pixelRatio: devicePixelRatio };
  return {
    camera: {
      label: track.label,
      deviceId: settings.deviceId,
      groupId: settings.groupId,
      width: settings.width ?? 0,
      height: settings.height ?? 0,
      frameRate: settings.frameRate,
      facingMode: settings.facingMode,
      settings,
    },
    environment: {
      webdriver: navigator.webdriver === true,
      headless: /Headless/.test(navigator.userAgent),
      userAgent: navigator.userAgent,
      platform: navigator.platform,
      languages: navigator.languages,
      screen: screenSize,
      touchPoints: navigator.maxTouchPoints,
      orientation: screen.orientation?.type,
    },
  };
}
