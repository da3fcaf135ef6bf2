/** The closed set of what can go wrong, with the codes of the classic scripts. */

export const ErrorCode = {
  InvalidInput: 400,
  TooManyAttempts: 429,
  Internal: 500,
  Overloaded: 503,
  NotFunctional: 1100,
  Init: 1200,
  Tracking: 1201,
  NoFace: 1301,
  PoorVideo: 1303,
  NoStream: 1304,
  Unknown: 2000,
} as const;

/** An error with a code of {@link ErrorCode}. `error` is a sentence for developers. */
export class CaptureError extends Error {
  readonly code: number;
  readonly error: string;
  readonly unlockDateTime?: string;

  constructor(code: number, error: string, options: { name?: string; unlockDateTime?: string } = {}) {
    super(error);
    this.name = options.name ?? 'CaptureError';
    this.code = code;
    this.error = error;
    if (options.unlockDateTime !== undefined) this.unlockDateTime = options.unlockDateTime;
  }
}

/** What each getUserMedia error means, in words. */
const CAMERA_WORDS: Record<string, string> = {
  NotAllowedError: 'The user has denied permission to use the camera.',
  SecurityError: 'The page may not use the camera: it needs https (or localhost) and, in a frame, allow="camera".',
  NotFoundError: 'No camera was found on this device.',
  NotReadableError: 'The camera is in use by another program or does not answer.',
  AbortError: 'The camera stopped while it was being opened.',
  OverconstrainedError: 'No camera of this device fits what was asked for.',
  TypeError: 'The browser gives this page no camera: it needs https or localhost.',
};

/** A getUserMedia error as {@link CaptureError} 1304; `name` stays that of the browser. */
export function cameraError(cause: unknown): CaptureError {
  // Chrome before 64 rejects with an object of its own that is neither Error nor DOMException.
  const given = (cause as { name?: unknown } | null | undefined)?.name;
  const name = typeof given === 'string' && given !== '' ? given : 'UnknownError';
  const words = CAMERA_WORDS[name] ?? (cause instanceof Error ? cause.message : String(cause));
  return new CaptureError(ErrorCode.NoStream, `${name} : ${words}`, { name });
}
