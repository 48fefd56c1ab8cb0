// The same random walks for every mutant, so that a run can be repeated.
import fc from 'fast-check';

fc.configureGlobal({ seed: 20261123 });
