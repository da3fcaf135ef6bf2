/**
 * Selfsame in the browser: camera, connection and capture state, without a framework.
 *
 * ```js
 * import { connect, openCamera } from 'https://selfsame.example/sdk/selfsame.js';
 * const client = await connect({ sessionId, onTracking, onResult, onError });
 * await client.start(await openCamera());
 * ```
 */
export { cameras, openCamera, stopCamera } from './camera.ts';
export { address, CaptureClient, type CaptureOptions, connect, DEFAULT_PATH, SDK_VERSION } from './client.ts';
export { browser, describe, type Device, system, type System, thisDevice, thisDeviceInDetail } from './device.ts';
export { cameraError, CaptureError, ErrorCode } from './errors.ts';
export { isOver, type State } from './machine.ts';
export { type Connectivity, LATENCY_SPEED_THRESHOLD, measure, UPLOAD_SPEED_THRESHOLD } from './network.ts';
export type { BestImageInfo, DotPosition, LivenessActive, TargetInfo, TrackingInfo } from './protocol.ts';
