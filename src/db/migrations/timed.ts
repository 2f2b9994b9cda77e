// Migrations that say how long each of them took.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { AppliedMigration } from '../database.ts';
import { migrations } from './index.ts';

type MigrationClass = new () => MigrationInterface & { readonly name: string };

/** All migrations of this version, for one DataSource; `applied` grows with each that has run. */
export function timedMigrations(): {
  readonly timed: MigrationClass[];
  readonly applied: AppliedMigration[];
} {
  const applied: AppliedMigration[] = [];
  const timed = migrations.map((migration) => {
    const Migration: MigrationClass = migration;
    return class extends Migration {
      override async up(runner: QueryRunner): Promise<void> {
        const startMs = performance.now();
        await super.up(runner);
        applied.push({ name: this.name, durationMs: Math.round(performance.now() - startMs) });
      }
    };
  });
  return { timed, applied };
}
