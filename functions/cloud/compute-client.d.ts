// The little that is called of Google's Compute clients: their own declarations have 33 MB, and methods that nobody here may call.
/* oxlint-disable typescript/consistent-type-imports -- a declaration of another module's cannot begin with an import */

declare module '@google-cloud/compute/build/src/v1/instances_client.js' {
  type Asks = import('./compute-asks.ts').ComputeAsks;
  export class InstancesClient {
    constructor(options: Asks['options']);
    insert(request: Asks['insert'], options: Asks['call']): Promise<unknown>;
    delete(request: Asks['delete'], options: Asks['call']): Promise<unknown>;
    get(request: Asks['get'], options: Asks['call']): Promise<unknown>;
    getGuestAttributes(request: Asks['getGuestAttributes'], options: Asks['call']): Promise<unknown>;
    getSerialPortOutput(request: Asks['getSerialPortOutput'], options: Asks['call']): Promise<unknown>;
    initialize(): Promise<unknown>;
    /** Page by page; the public method hides what a page says of zones that did not answer. */
    innerApiCalls: { aggregatedList: Asks['list'] };
  }
}

declare module '@google-cloud/compute/build/src/v1/disks_client.js' {
  type Asks = import('./compute-asks.ts').ComputeAsks;
  export class DisksClient {
    constructor(options: Asks['options']);
    initialize(): Promise<unknown>;
    innerApiCalls: { aggregatedList: Asks['list'] };
  }
}

declare module '@google-cloud/compute/build/src/v1/zone_operations_client.js' {
  type Asks = import('./compute-asks.ts').ComputeAsks;
  export class ZoneOperationsClient {
    constructor(options: Asks['options']);
    get(request: Asks['getOperation'], options: Asks['call']): Promise<unknown>;
  }
}

declare module '@google-cloud/compute/build/src/v1/global_operations_client.js' {
  type Asks = import('./compute-asks.ts').ComputeAsks;
  export class GlobalOperationsClient {
    constructor(options: Asks['options']);
    get(request: Asks['getGlobalOperation'], options: Asks['call']): Promise<unknown>;
  }
}

declare module '@google-cloud/compute/build/src/v1/region_instance_templates_client.js' {
  type Asks = import('./compute-asks.ts').ComputeAsks;
  export class RegionInstanceTemplatesClient {
    constructor(options: Asks['options']);
    get(request: Asks['getTemplate'], options: Asks['call']): Promise<unknown>;
  }
}

declare module '@google-cloud/compute/build/src/v1/snapshots_client.js' {
  type Asks = import('./compute-asks.ts').ComputeAsks;
  export class SnapshotsClient {
    constructor(options: Asks['options']);
    insert(request: Asks['insertSnapshot'], options: Asks['call']): Promise<unknown>;
    delete(request: Asks['deleteSnapshot'], options: Asks['call']): Promise<unknown>;
    initialize(): Promise<unknown>;
    innerApiCalls: { list: Asks['list'] };
  }
}
