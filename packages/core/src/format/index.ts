export type { Engine, EngineFactory, Site } from './engine.ts';
export { type FormatFamily, type FormatRegistry, formatRegistry } from './registry.ts';
export type { UpdateFormat, Version, VersionOrder } from './update-format.ts';
