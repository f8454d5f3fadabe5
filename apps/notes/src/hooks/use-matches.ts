/** What a search finds, anew with each change of the index; undefined while nothing is searched for. */
import { useEffect, useSyncExternalStore } from 'react';
import type { Matches } from '../model/note-search.ts';
import type { SearchIndex } from '../sync/search-index.ts';

export function useMatches(search: SearchIndex, query: string): Matches | undefined {
  const searches = query.trim() !== '';
  useEffect(() => {
    if (searches) search.readOthers().catch((error: unknown) => console.error('a text was not read', error));
  }, [search, searches]);
  return useSyncExternalStore(search.subscribe, () => (searches ? search.find(query) : undefined));
}
