/** For developers: what goes over the wire and how documents stand, shown in the page; latency and being offline, simulated. */
export {
  type DocumentTraffic,
  FrameRecorder,
  type FrameRecorderOptions,
  type RecordedFrame,
} from './frame-recorder.ts';
export { type DevtoolsOptions, showDevtools } from './panel.ts';
