/** The switch that cuts this page off from the relay, and back on. It holds over a reload. */
import type { ReactElement } from 'react';
import { useSetting } from '../hooks/use-setting.ts';
import type { Setting } from '../model/settings.ts';

export function OfflineSwitch({ setting }: { readonly setting: Setting<boolean> }): ReactElement {
  const offline = useSetting(setting);
  return (
    <button
      type="button"
      role="switch"
      className="switch"
      aria-checked={offline}
      onClick={() => setting.set(!offline)}
    >
      <span className="switch-track" aria-hidden="true" />
      Offline
    </button>
  );
}
