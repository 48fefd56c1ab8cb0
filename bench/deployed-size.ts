// The size of a deployed function, 512 MiB and one vCPU, laid upon a process of this machine.

/**
 * What V8 chooses by itself in a container of 512 MiB: a heap of 259 MB with a new space of at most 2 MB, where a machine with more
 * memory lets it grow to 64 MB. The flag gives both (seen with Node 24 in a memory cgroup and with the flag).
 */
export const deployedHeap = '--max-heap-size=259';

/** Words before `node` that leave a process one of the processors; it shares that one with whatever else runs on it. */
export const oneProcessor = ['taskset', '--cpu-list', '0'] as const;
