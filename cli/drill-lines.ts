// What is in the way of a drill, in lines.
import type { DrillRunStatus } from '../functions/views/drills-answer.ts';
import type { Part } from '../local/terminal-text.ts';

/** The gravest first, with the lines that belong to it. */
export function drillProblems({ doubt, trouble, refusal }: DrillRunStatus, indent: string): Part[][] {
  const lines: Part[][] = [];
  if (doubt !== null) {
    lines.push([indent, { style: 'bad', text: `SAFETY, ${doubt.kind}` }, `: ${doubt.text}`]);
  }
  if (trouble !== null) {
    lines.push([indent, { style: 'bad', text: trouble.kind }, `: ${trouble.text}`]);
    lines.push(...trouble.lines.map((line): Part[] => [{ style: 'dim', text: `${indent}  ${line}` }]));
  }
  if (refusal !== null) {
    lines.push([indent, { style: 'bad', text: `nothing is made, ${refusal.reason}` }, `: ${refusal.text}`]);
  }
  return lines;
}
