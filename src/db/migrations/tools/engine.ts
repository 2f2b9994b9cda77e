// The engine that a migration runs on. A statement that each engine writes in its own way is given for every one of them, so
// that a further engine does not compile until each has its own.
import type { QueryRunner } from 'typeorm';
import { dialectNamed, type Dialect, type DialectName } from '../../store/dialect.ts';

export function dialectOf(runner: QueryRunner): Dialect {
  return dialectNamed(runner.connection.options.type);
}

/** Picks, out of one value for each engine, that of the engine on which the migration runs. */
export function onEngine<T>(runner: QueryRunner, values: Readonly<Record<DialectName, T>>): T {
  return values[dialectOf(runner).name];
}
