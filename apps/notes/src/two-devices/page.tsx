/** Two framed devices side by side, what is between them, and the strip of what has happened. */
import { sharedText } from '@causeway/codemirror';
import { EditorView } from '@codemirror/view';
import { type ReactElement, useEffect, useId, useRef, useSyncExternalStore } from 'react';
import { type Side, underWay } from './history.ts';
import { type Device, isSame, type NoteHandle, type Pair } from './pair.ts';
import { Strip } from './strip.tsx';

interface TwoDevicesProps {
  readonly pair: Pair;
  /** The address of this page with the two already apart. */
  readonly apart: string;
}

export function TwoDevices({ pair, apart }: TwoDevicesProps): ReactElement {
  useSyncExternalStore(pair.subscribe, () => pair.revision);
  const { opened, left, right, history } = pair;
  const areApart = !left.isPlugged || !right.isPlugged;
  const reconnect = (): void => {
    for (const device of [left, right]) pair.plug(device, true);
  };
  return (
    <main className="pair">
      <header className="pair-top">
        <h1>Two devices, one note</h1>
        <p>
          Pull a cable, write on both sides, and put it back. Each frame is a client of its own, with a
          database of its own in this browser and a connection of its own to the relay that served this page.
          Unplugging closes that connection; latency and clock are made up here, everything else is as between
          two machines.
        </p>
        <p className="pair-actions">
          <button type="button" className="button primary" disabled={!areApart} onClick={reconnect}>
            Reconnect
          </button>
          <a className="button" href={apart}>
            Start with the two apart
          </a>
          <a className="button" href="/">
            The notes app
          </a>
        </p>
      </header>
      <section className="pair-strip" aria-labelledby="strip-title">
        <h2 id="strip-title">What happened</h2>
        <p role="status">{opened === undefined ? 'Opening…' : standing(isSame(opened), history, areApart)}</p>
        <Strip history={history} />
        <p className="fine">
          A dot is something written there; a line ends where it came in on the other side. Time runs to the
          right.
        </p>
      </section>
      <div className="pair-devices">
        <Frame pair={pair} device={left} handle={opened?.left} />
        <Frame pair={pair} device={right} handle={opened?.right} />
      </div>
    </main>
  );
}

function standing(same: boolean, history: Pair['history'], areApart: boolean): string {
  if (same) return 'Both hold the same note.';
  const [left, right] = [underWay(history, 'left'), underWay(history, 'right')];
  const lacking = `${left} on the left and ${right} on the right have not crossed yet`;
  return areApart ? `The two have gone apart: ${lacking}.` : `On the way: ${lacking}.`;
}

interface FrameProps {
  readonly pair: Pair;
  readonly device: Device;
  readonly handle: NoteHandle | undefined;
}

const NAMES: Readonly<Record<Side, string>> = { left: 'Left device', right: 'Right device' };
const PEOPLE = {
  left: { name: 'Left', colour: '#0d6b62' },
  right: { name: 'Right', colour: '#8a5200' },
} as const;
const SAVED = { memory: 'in memory only', disk: 'on this device', relay: 'on the relay' } as const;
const MINUTE_MS = 60_000;

function Frame({ pair, device, handle }: FrameProps): ReactElement {
  const title = useId();
  const { content } = handle?.document ?? {};
  const skewMin = device.skewMs / MINUTE_MS;
  return (
    <section className="device" data-side={device.side} aria-labelledby={title}>
      <div className="device-bar">
        <h2 id={title}>{NAMES[device.side]}</h2>
        <span className="device-saved">{handle === undefined ? 'opening' : SAVED[handle.status.saved]}</span>
      </div>
      <div className="device-screen">
        <input
          className="device-title"
          aria-label="Title"
          placeholder="Title"
          disabled={content === undefined}
          value={content?.title.value ?? ''}
          onChange={(event) => content?.title.set(event.target.value)}
        />
        {handle === undefined ? <div className="device-text" /> : <Body handle={handle} side={device.side} />}
        <button type="button" className="button" onClick={() => content?.votes.add(1)}>
          Vote: {content?.votes.value ?? 0}
        </button>
      </div>
      <div className="device-world">
        <label className="cable">
          <input
            type="checkbox"
            role="switch"
            aria-checked={device.isPlugged}
            checked={device.isPlugged}
            onChange={(event) => pair.plug(device, event.target.checked)}
          />
          Cable {device.isPlugged ? 'plugged in' : 'pulled'}
        </label>
        <label>
          Latency {device.latencyMs} ms each way
          <input
            type="range"
            min={0}
            max={2000}
            step={50}
            value={device.latencyMs}
            onChange={(event) => pair.set(device, 'latencyMs', event.target.valueAsNumber)}
          />
        </label>
        <label>
          Clock {skewMin === 0 ? 'right' : `${Math.abs(skewMin)} min ${skewMin > 0 ? 'fast' : 'slow'}`}
          <input
            type="range"
            min={-60}
            max={60}
            step={5}
            value={skewMin}
            onChange={(event) => pair.set(device, 'skewMs', event.target.valueAsNumber * MINUTE_MS)}
          />
        </label>
      </div>
    </section>
  );
}

function Body({ handle, side }: { readonly handle: NoteHandle; readonly side: Side }): ReactElement {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { document, presence } = handle;
    const { body } = document.content;
    const view = new EditorView({
      doc: body.toString(),
      extensions: [
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': 'Text' }),
        sharedText({
          document: document.document,
          text: body,
          cursors: { presence, person: PEOPLE[side] },
        }),
      ],
      ...(place.current === null ? {} : { parent: place.current }),
    });
    return () => view.destroy();
  }, [handle, side]);
  return <div className="device-text" ref={place} />;
}
