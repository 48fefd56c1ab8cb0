// The store in memory keeps the contract.
import { describeStore } from './contract.ts';
import { memoryBench } from './bench.ts';

describeStore('memory', memoryBench);
