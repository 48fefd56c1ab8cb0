// Storage that forgets everything when the process ends.
import type { Storage } from './storage.ts';

export function memoryStorage(): Storage {
  return {
    load: () => ({ lastAt: 0, documents: [] }),
    commit: () => undefined,
    close: () => undefined,
  };
}
