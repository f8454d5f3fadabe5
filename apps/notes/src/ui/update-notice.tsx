/** Says that a newer version of the app has been fetched, and takes it when asked: never under one's hands. */

import { useRegisterSW } from 'virtual:pwa-register/react';
import type { ReactElement } from 'react';

export function UpdateNotice(): ReactElement | null {
  const { needRefresh, updateServiceWorker } = useRegisterSW();
  const [ready] = needRefresh;
  if (!ready) return null;
  const update = (): void => {
    updateServiceWorker(true).catch((error: unknown) =>
      console.error('the new version was not taken', error),
    );
  };
  return (
    <div className="toast" role="status">
      <span className="toast-text">A newer version of this app is ready.</span>
      <button type="button" className="toast-action" onClick={update}>
        Reload
      </button>
    </div>
  );
}
