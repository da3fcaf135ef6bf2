/** `window.BioserverNetworkCheck`: is the link good enough? */

import { type Connectivity, LATENCY_SPEED_THRESHOLD, measure, UPLOAD_SPEED_THRESHOLD } from '../../sdk/src/network.ts';

export { LATENCY_SPEED_THRESHOLD, UPLOAD_SPEED_THRESHOLD };

export interface NetworkCheckOptions {
  uploadURL: string;
  latencyURL: string;
  onNetworkCheckUpdate: (result: Connectivity) => void;
  errorFn?: (error: unknown) => void;
}

/** Without `errorFn` a failed measurement is told as a bad one. */
export async function connectivityMeasure(options: NetworkCheckOptions): Promise<void> {
  const { uploadURL, latencyURL, onNetworkCheckUpdate, errorFn } = options;
  let result: Connectivity;
  try {
    result = await measure(latencyURL, uploadURL);
  } catch (error) {
    if (errorFn) {
      errorFn(error);
      return;
    }
    result = { goodConnectivity: false, latencyMs: 0, upload: 0 };
  }
  onNetworkCheckUpdate(result);
}
