// `npm run start:cluster`: as `npm start`, with several server processes behind one port.
import { bootstrap, runBuilt } from './bootstrap.mjs';

await bootstrap();
await runBuilt('src/cluster.js', process.argv.slice(2));
