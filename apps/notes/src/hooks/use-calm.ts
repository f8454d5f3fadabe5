/** Bad news at once, good news when it has lasted: so that the chip does not flicker under one's typing, nor say too much. */
import { useEffect, useState } from 'react';
import { isBetter, type SaveFacts } from '../model/save-words.ts';

/** Longer than the pauses between keystrokes, shorter than one would wait for it. */
const CALM_MS = 400;

/** The facts to show; never better than the facts, for a moment maybe worse. `facts` must be the same object until they change. */
export function useCalm(facts: SaveFacts): SaveFacts {
  const [before, setBefore] = useState(facts);
  const shown = isBetter(facts, before) ? before : facts;
  if (shown !== before) setBefore(shown);

  useEffect(() => {
    if (shown === facts) return undefined;
    const timer = setTimeout(() => setBefore(facts), CALM_MS);
    return () => clearTimeout(timer);
  }, [facts, shown]);

  return shown;
}

/** Whether `is` has been true for longer than `ms`. */
export function useLasting(is: boolean, ms: number): boolean {
  const [lasts, setLasts] = useState(false);
  if (!is && lasts) setLasts(false);

  useEffect(() => {
    if (!is) return undefined;
    const timer = setTimeout(() => setLasts(true), ms);
    return () => clearTimeout(timer);
  }, [is, ms]);

  return is && lasts;
}
