// What is asked of Google's Compute clients, and how.

type Instance = { readonly project: string; readonly zone: string; readonly instance: string };
type Page = {
  readonly project: string;
  readonly maxResults: number;
  readonly filter?: string;
  readonly pageToken?: string;
};

/** `retry: null`: the next run is the retry. Real milliseconds. */
export type CallOptions = {
  readonly signal: AbortSignal;
  readonly timeout: number;
  readonly retry: null;
};

export type ComputeAsks = {
  readonly options: {
    readonly auth: object;
    readonly fallback: true;
    readonly servicePath: string;
    readonly port: number;
    readonly protocol: string;
  };
  readonly call: CallOptions;
  readonly insert: {
    readonly project: string;
    readonly zone: string;
    readonly requestId: string;
    readonly sourceInstanceTemplate: string;
    readonly instanceResource: {
      readonly name: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly disks?: readonly object[];
    };
  };
  readonly delete: Instance & { readonly requestId: string };
  readonly get: Instance;
  readonly getGuestAttributes: Instance & { readonly queryPath: string };
  /** `start` counts bytes from the end when it is negative. */
  readonly getSerialPortOutput: Instance & { readonly start: string };
  readonly getOperation: {
    readonly project: string;
    readonly zone: string;
    readonly operation: string;
  };
  readonly getGlobalOperation: { readonly project: string; readonly operation: string };
  readonly getTemplate: {
    readonly project: string;
    readonly region: string;
    readonly instanceTemplate: string;
  };
  readonly insertSnapshot: {
    readonly project: string;
    readonly requestId: string;
    readonly snapshotResource: {
      readonly name: string;
      readonly sourceDisk: string;
      readonly labels: Readonly<Record<string, string>>;
    };
  };
  readonly deleteSnapshot: {
    readonly project: string;
    readonly snapshot: string;
    readonly requestId: string;
  };
  readonly list: (request: Page, options: CallOptions & { readonly autoPaginate: false }) => Promise<unknown>;
};
