// A relay under measurement, as the process that runs it sees it.

export interface RunningServer {
  readonly port: number;
  /** Stops it; what it keeps is on disk then. */
  close(): Promise<void>;
}

export interface ServerOptions {
  /** Of its own, for what it keeps on disk. */
  readonly folder: string;
}

export type StartServer = (options: ServerOptions) => Promise<RunningServer>;
