// Where a run took place: figures mean nothing without it.
import { availableParallelism, cpus, totalmem } from 'node:os';
import { isPinned } from './server-process.ts';

export function describeMachine() {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    /** Servers on core 0, load on core 1. A Postgres server runs where it likes. */
    isPinned,
    at: new Date().toISOString(),
  };
}

type Machine = ReturnType<typeof describeMachine>;

export function machineText({ cpu, cores, memoryGb, node, platform, isPinned, at }: Machine): string {
  const places = isPinned
    ? 'server on core 0, load on core 1'
    : 'server and load NOT pinned: they may share a core';
  return `${at}, node ${node}, ${platform}, ${cpu}, ${cores} cores, ${memoryGb} GB; ${places}`;
}
