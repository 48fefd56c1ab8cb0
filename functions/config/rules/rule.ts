// What a rule between fields is: it looks at all that can be read, and reports places with sentences.
import type { Draft } from '../draft.ts';
import type { Path } from '../problem.ts';

export type Report = (path: Path, message: string) => void;

/** Never throws, however little of the draft is there. Says nothing of a field that is wrong by itself: the schema does. */
export type Rule = (draft: Draft, report: Report) => void;
