// What there is in the pretend Compute Engine.
import { z } from 'zod';

const labels = z.record(z.string(), z.string());

export const schedulingShape = z.looseObject({
  provisioningModel: z.string().default('STANDARD'),
  preemptible: z.boolean().default(false),
  automaticRestart: z.boolean().default(true),
  instanceTerminationAction: z.string().optional(),
  maxRunDuration: z.object({ seconds: z.union([z.string(), z.number()]) }).optional(),
});
export type Scheduling = z.infer<typeof schedulingShape>;

const attachedDisk = z.looseObject({
  boot: z.boolean().default(false),
  autoDelete: z.boolean().default(false),
  deviceName: z.string().optional(),
  type: z.enum(['PERSISTENT', 'SCRATCH']).default('PERSISTENT'),
  source: z.string().optional(),
  initializeParams: z
    .looseObject({
      diskName: z.string().optional(),
      diskSizeGb: z.union([z.string(), z.number()]).default('10'),
      diskType: z.string().default('pd-balanced'),
      sourceImage: z.string().optional(),
      sourceSnapshot: z.string().optional(),
      labels: labels.optional(),
    })
    .prefault({}),
});

/** What a template and the body of an insert may say of a machine; the rest is kept as it is. */
export const propertiesShape = z.looseObject({
  machineType: z.string(),
  labels: labels.default({}),
  disks: z.array(attachedDisk).default([]),
  metadata: z
    .looseObject({ items: z.array(z.object({ key: z.string(), value: z.string() })).default([]) })
    .prefault({}),
  scheduling: schedulingShape.prefault({}),
  networkInterfaces: z.array(z.looseObject({})).default([]),
  serviceAccounts: z
    .array(z.looseObject({ email: z.string(), scopes: z.array(z.string()).default([]) }))
    .default([]),
  tags: z.looseObject({}).prefault({}),
  deletionProtection: z.boolean().default(false),
});
export type Properties = z.infer<typeof propertiesShape>;

/** A template cannot say that its machines are protected. */
export const templateShape = propertiesShape.omit({ deletionProtection: true });
export type TemplateProperties = z.input<typeof templateShape>;

export type Template = {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly createdAt: number;
  readonly properties: z.output<typeof templateShape>;
};

export type Status = 'PROVISIONING' | 'STAGING' | 'RUNNING' | 'STOPPING' | 'TERMINATED';

export type Instance = {
  readonly id: string;
  readonly name: string;
  readonly zone: string;
  readonly createdAt: number;
  readonly machine: string;
  readonly properties: Properties;
  status: Status;
  /** False until its operation has begun: only its name is taken. */
  isListed: boolean;
  /** Since when it runs without a break, by the lab's clock. */
  runningSince: number | null;
  labels: Record<string, string>;
  scheduling: Scheduling;
  isProtected: boolean;
  isPreempted: boolean;
  /** Its disks, the boot disk first. A local SSD is none that stands on any list of disks. */
  readonly disks: {
    readonly name: string;
    deviceName: string;
    readonly type: 'PERSISTENT' | 'SCRATCH';
    autoDelete: boolean;
    readonly boot: boolean;
  }[];
  /** `namespace/key` → value. */
  readonly guest: Map<string, string>;
  /** What it has written to its serial port. */
  console: string;
};

export type Disk = {
  readonly id: string;
  readonly name: string;
  readonly zone: string;
  readonly createdAt: number;
  readonly gib: number;
  readonly type: string;
  labels: Record<string, string>;
  /** Name of the instance that uses it. */
  user: string | null;
  /** Name of the snapshot that it began with. */
  readonly snapshot: string | null;
  /** GiB that lie on it; null where nobody has said so. */
  usedGib: number | null;
};

export type Snapshot = {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  status: 'CREATING' | 'UPLOADING' | 'READY' | 'FAILED' | 'DELETING';
  /** Of its disk. */
  readonly gib: number;
  /** What it takes itself. */
  readonly storedGib: number;
  readonly disk: string;
  labels: Record<string, string>;
};

export type Operation = {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  /** Null for one that is of no zone. */
  readonly zone: string | null;
  /** Path of what it changes, from `projects/` on. */
  readonly target: string;
  readonly targetId: string;
  readonly requestId: string | null;
  readonly insertedAt: number;
  startedAt: number | null;
  endedAt: number | null;
  status: 'PENDING' | 'RUNNING' | 'DONE';
  error: { readonly code: string; readonly message: string; readonly http: number } | null;
};
