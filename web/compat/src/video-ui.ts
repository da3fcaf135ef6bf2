/** `window.BioserverVideoUI`: what is drawn over the video during a capture, and the best image after it. */

export { type ActiveOptions, resetLivenessActiveGraphics, updateLivenessActiveGraphics } from './ui/active.ts';
export {
  displayAndCenterBestImage, displayBestImage, displayPassiveVideoBestImage, resetBestImage,
} from './ui/best-image.ts';
export {
  displayPassiveVideoAnimation, initPassiveVideoGraphics, type PassiveVideoOptions, stopPassiveVideoAnimation,
} from './ui/passive-video.ts';

// Names of older releases and of the documents' samples.
export {
  resetLivenessActiveGraphics as resetLivenessHighGraphics, updateLivenessActiveGraphics as updateLivenessHighGraphics,
} from './ui/active.ts';
export { initPassiveVideoGraphics as initGraphics, stopPassiveVideoAnimation as stopAnimation } from './ui/passive-video.ts';
