export type { PresenceChannel } from './presence-channel.ts';
export { DEFAULT_PRESENCE_LIMITS, type PresenceLimits, PresenceTable } from './presence-table.ts';
