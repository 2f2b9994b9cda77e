// The store as TypeORM's own command line sees it: the server's settings, tables and migrations. After a build, e.g.
// `npx typeorm migration:show -d dist/ormconfig.js`.
import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { allTables } from './src/services.ts';
import { readConfig } from './src/config/config.ts';
import { dataSourceOptions } from './src/db/data-source.ts';

export default new DataSource(dataSourceOptions(readConfig().database, allTables));
