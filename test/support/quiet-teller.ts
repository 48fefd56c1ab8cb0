// A story that is played and not told.
import type { Teller } from '../../lab/story/teller.ts';

export const quietTeller: Teller = {
  title: () => {},
  we: () => {},
  should: () => {},
  look: () => {},
  page: () => {},
  trouble: () => {},
  check: () => {},
};
