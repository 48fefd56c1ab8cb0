// The little that is called of Google's Compute clients: their own declarations have 33 MB, and methods that nobody here may call.

declare module '@google-cloud/compute/build/src/v1/instances_client.js' {
  import type { Clients } from '@google-cloud/compute-options';
  export class InstancesClient {
    constructor(options: Clients['options']);
    insert(request: Clients['insert'], options: Clients['call']): Promise<unknown>;
    delete(request: Clients['instance'] & { requestId: string }, options: Clients['call']): Promise<unknown>;
    getGuestAttributes(
      request: Clients['instance'] & { queryPath: string },
      options: Clients['call'],
    ): Promise<unknown>;
    getSerialPortOutput(
      request: Clients['instance'] & { start: string },
      options: Clients['call'],
    ): Promise<unknown>;
    initialize(): Promise<unknown>;
    /** Page by page; the public method hides what a page says of zones that did not answer. */
    innerApiCalls: { aggregatedList: Clients['aggregatedList'] };
  }
}

declare module '@google-cloud/compute/build/src/v1/disks_client.js' {
  import type { Clients } from '@google-cloud/compute-options';
  export class DisksClient {
    constructor(options: Clients['options']);
    initialize(): Promise<unknown>;
    innerApiCalls: { aggregatedList: Clients['aggregatedList'] };
  }
}

declare module '@google-cloud/compute/build/src/v1/zone_operations_client.js' {
  import type { Clients } from '@google-cloud/compute-options';
  export class ZoneOperationsClient {
    constructor(options: Clients['options']);
    get(
      request: { project: string; zone: string; operation: string },
      options: Clients['call'],
    ): Promise<unknown>;
  }
}

/** Types alone: there is no such module. */
declare module '@google-cloud/compute-options' {
  export type Clients = {
    options: { auth: object; fallback: true; servicePath: string; port: number; protocol: string };
    /** `retry: null`: the next run of `provision` is the retry. */
    call: { signal: AbortSignal; timeout: number; retry: null };
    instance: { project: string; zone: string; instance: string };
    insert: {
      project: string;
      zone: string;
      requestId: string;
      sourceInstanceTemplate: string;
      instanceResource: { name: string; labels: Record<string, string> };
    };
    aggregatedList: (
      request: { project: string; maxResults: number; filter?: string; pageToken?: string },
      options: Clients['call'] & { autoPaginate: false },
    ) => Promise<unknown>;
  };
}
