/**
 * The four classic scripts as one typed ES module, for pages that are bundled:
 *
 * ```ts
 * import { BioserverVideo, BioserverVideoUI } from 'https://selfsame.example/sdk/bioserver.js';
 * ```
 */
export * as BioserverEnvironment from './environment.ts';
export * as BioserverNetworkCheck from './network-check.ts';
export * as BioserverVideo from './video.ts';
export * as BioserverVideoUI from './video-ui.ts';
