export { NativeEngine, nativeDocument, nativeEngine, SchemaEngine } from './native-engine.ts';
export { NATIVE_KIND, nativeFormat, nativeFormats } from './native-format.ts';
