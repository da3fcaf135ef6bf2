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

/** When a `Retry-After`, in seconds or as a date, lets one try again; `undefined` when it says nothing. */
function retryDate(header: string | null | undefined): string | undefined {
  if (!header) return undefined;
  const at = new Date(/^\d+$/.test(header) ? Date.now() + Number(header) * 1000 : Date.parse(header));
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

/**
 * Why no connection came about, from engine.io's error. It tells the status of a poll that was answered with a refusal, and the
 * request; of a refused WebSocket no browser tells anything, which is why polling is tried after it.
 */
export function connectError(cause: unknown): CaptureError {
  const { description: status, context } = (cause ?? {}) as { description?: unknown; context?: Partial<XMLHttpRequest> };
  if (status === 503) return new CaptureError(ErrorCode.Overloaded, 'The server is overloaded. Try again in few seconds.');
  if (status === 429) {
    const unlockDateTime = retryDate(context?.getResponseHeader?.('Retry-After'));
    const options = unlockDateTime === undefined ? {} : { unlockDateTime };
    return new CaptureError(ErrorCode.TooManyAttempts, 'Too many attempts failed. Wait before you try again', options);
  }
  return new CaptureError(ErrorCode.NotFunctional, 'The server cannot be reached.');
}
