export { NativeEngine, nativeEngine } from './native-engine.ts';
export { NATIVE_KIND, nativeFormat, nativeFormats } from './native-format.ts';
